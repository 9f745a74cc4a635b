"""One stored record: every write makes a new one, so that old copies may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Change = tuple[str, int, str]
"""A value, when it was set (epoch ms), and by what kind of source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record at one moment; times are epoch ms, `archived` is 0 while it lives.

    `history` holds, newest first, the changes of the properties that changed since creation.
    """

    id: int
    props: Mapping[str, str]
    created: int
    updated: int
    archived: int = 0
    version: int = 1
    source: str = "IMPORT"
    history: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)

    def changes(self, name: str) -> tuple[Change, ...]:
        """Return the history of a property, newest first; empty when it never had a value."""
        if name in self.history:
            return self.history[name]
        value = self.props.get(name)
        return () if value is None else ((value, self.created, self.source),)
