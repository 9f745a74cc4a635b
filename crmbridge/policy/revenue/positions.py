"""Which touches hold the positions of a deal's journey (the table in R6.2, and R6.5)."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.touches import groups

FIRST, LEAD, DEAL, CLOSE = "FT", "LC", "OC", "CW"
"""First touch, lead created, opportunity created, closed won; other positions are milestones of
the lead, by their names."""
NON_DIRECT = "non_direct"
"""The last touch that was no direct visit."""
MIDDLE = "mid"
"""No position: what the touches share that hold none."""
NEAR = 300
"""Seconds between a lead and the touch that made it, either way: forms are logged with a delay."""
DIRECT = frozenset({"direct", "direct_traffic"})
"""Channels of people who typed the address, in whatever case."""


def is_direct(point: Point) -> bool:
    """Tell whether a touch came by no channel that marketing pays for."""
    return point.channel.casefold() in DIRECT


def holders(
    position: str, points: Sequence[Point], milestones: Milestones, window: Window
) -> list[Point]:
    """Return the touches that hold a position: those of one second, or none.

    `points` are eligible, sorted by (at, id). A milestone that never was, or that comes before
    the first touch, leaves its position without a holder.
    """
    if position == NON_DIRECT:
        return _non_direct(points)
    found = groups(points)
    if position == FIRST:
        return found[0] if found else []
    if position == LEAD:
        return _lead(found, milestones.lead_created)
    if position == DEAL:
        return _last(found, milestones.created)
    if position == CLOSE:
        return _last(found, window.cutoff)
    return _last(found, milestones.others.get(position))


def _last(found: Sequence[list[Point]], until: int | None) -> list[Point]:
    """Return the last group not later than an instant; a touch on the instant counts."""
    if until is None:
        return []
    return next((group for group in reversed(found) if group[0].at <= until), [])


def _lead(found: Sequence[list[Point]], created: int | None) -> list[Point]:
    """Return the group of the converting touch nearest the lead's creation, else the one before."""
    if created is None:
        return []
    made = [group for group in found if any(one.converting for one in group)]
    near = min(made, key=lambda group: abs(group[0].at - created), default=None)
    if near and abs(near[0].at - created) <= NEAR:
        return near
    return _last(found, created)


def _non_direct(points: Sequence[Point]) -> list[Point]:
    """Return the last touches that are not direct; the last ones of all where each is."""
    found = groups([one for one in points if not is_direct(one)] or points)
    return found[-1] if found else []
