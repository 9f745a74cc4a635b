"""A write that is owed to one record, or to a list, before it is an operation of the outbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crmbridge.flows.owed.changes import Change

OPT_OUT, HANDOFF, FIELDS = 0, 1, 2
"""Priorities of DESIGN 9."""


@dataclass(slots=True, kw_only=True)
class Write:
    """A write that is owed to one record, or to a list."""

    side: str
    obj: str
    action: str
    priority: int
    id: str = ""
    key: str = ""
    changes: dict[str, Change] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    without: str = ""
