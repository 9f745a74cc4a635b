"""What a vendor says of a quota in its answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the vendor's headers say of a quota: calls left and calls in all.

    `daily` tells a day's quota from a short one; it is booked on the call's budgets of that kind.
    """

    daily: bool
    remaining: int | None = None
    limit: int | None = None
