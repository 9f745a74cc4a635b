"""Stays on nurture tracks as they are counted: since which day, and after how many days ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from crmbridge.model.lifecycle import Cycle, Lifecycle
from crmbridge.model.lifecycle.stage import SIDES
from crmbridge.model.side import MARKETING
from crmbridge.model.state import LeadState

RETURNS = "returns"
"""The class of reasons whose leads come back onto a track."""


@dataclass(frozen=True, slots=True)
class Stayed:
    """One stay. `day` is that of its beginning, in UTC; `ready` the whole days until the lead was
    ready for sales, empty where it was not; `on` says that the stay goes on."""

    track: str
    day: str
    ready: str = ""
    on: bool = False


def stays_of(state: LeadState, life: Lifecycle) -> list[Stayed]:
    """A lead's stays on tracks: by the rules of nurture, and after returns, in this order.

    A return of before crmbridge was there put nobody on a track.
    """
    ruled = [_stayed(one.track, one.since, one.ready, on=one.until is None) for one in state.stays]
    return [*ruled, *_after_returns(state, life)]


def _after_returns(state: LeadState, life: Lifecycle) -> Iterator[Stayed]:
    """A return is as it was last decided; the stay is in the cycle after the one that it ends."""
    last = {one.at: one for one in state.returns}
    following = {one.closed: after for one, after in pairwise(life.cycles) if one.closed}
    for at in sorted(last):
        one, cycle = last[at], following.get(at)
        if cycle is None or one.past or one.klass != RETURNS or not one.track:
            continue
        ready = cycle.milestones.get("ready")
        yield _stayed(one.track, at, ready, on=_rests(state, life, cycle))


def _rests(state: LeadState, life: Lifecycle, cycle: Cycle) -> bool:
    """Whether a lead still is where its return left it, and may be sent something."""
    if cycle is not life.current or state.opted_out:
        return False
    back = any(one.type == "reinstated" and one.at >= cycle.opened for one in state.life)
    return not back and SIDES[life.stage] == MARKETING


def _stayed(track: str, since: datetime, ready: datetime | None, *, on: bool) -> Stayed:
    days = "" if ready is None else str((ready - since).days)
    return Stayed(track, since.astimezone(UTC).date().isoformat(), days, on)
