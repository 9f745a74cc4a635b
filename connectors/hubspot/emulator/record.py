"""One stored record: every write makes a new one, so that old copies may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

CREATED_BY, UPDATED_BY = "hs_created_by_user_id", "hs_updated_by_user_id"
"""Properties that say who. That API writes carry the app's user is not verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who makes a change: the kind of source, and the user's id; empty for none."""

    source: str
    user: str = ""


Change = tuple[str, int, Hand]
"""A value, when it was set (epoch ms), and by whom."""


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
    hand: Hand = Hand(source="IMPORT")
    history: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)

    def changes(self, name: str) -> tuple[Change, ...]:
        """Return the history of a property, newest first; empty when it never had a value."""
        if name in self.history:
            return self.history[name]
        value = self.props.get(name)
        return () if value is None else ((value, self.created, self.hand),)

    def changed(self, values: Mapping[str, str], now: int, hand: Hand) -> Record:
        """Return the record with new values; a hand without a user leaves who changed it last."""
        new = dict(values)
        if hand.user:
            new[UPDATED_BY] = hand.user
            if not self.version:
                new[CREATED_BY] = hand.user
        props = {k: v for k, v in {**self.props, **new}.items() if v != ""}
        history = dict(self.history)
        if self.version:
            for name, value in new.items():
                if value != self.props.get(name, ""):
                    history[name] = ((value, now, hand), *self.changes(name))
        return replace(self, props=props, updated=now, version=self.version + 1, history=history)
