"""The kinds of entry; apart from the entries, which the tables need not load."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The four kinds of entry (DESIGN 6)."""

    OBSERVED = "observed"
    DECIDED = "decided"
    DELIVERED = "delivered"
    """A write was handed to a vendor."""
    SETTLED = "settled"
    """What became of a write."""
