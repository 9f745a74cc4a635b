"""The ledger's entries: what was observed, decided, delivered and settled, in order, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The four kinds of entry (DESIGN 6)."""

    OBSERVED = "observed"
    DECIDED = "decided"
    DELIVERED = "delivered"
    """A write was handed to a vendor."""
    SETTLED = "settled"
    """What became of a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry.

    `at` is when it happened (business time), `recorded_at` when we knew. `key` is unique in the
    company: an entry whose key is known already is not appended again. `lead` is our lead id,
    empty when the entry belongs to none (yet). `source` says who told: a `Ref` as text, or
    `crmbridge`. `data` is made of JSON's types only (see `crmbridge.model.codec`).
    """

    kind: Kind
    type: str
    at: datetime
    recorded_at: datetime
    key: str
    lead: str = ""
    source: str = "crmbridge"
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0

    def __repr__(self) -> str:
        return f"Event({self.seq} {self.kind} {self.type} lead={self.lead})"
