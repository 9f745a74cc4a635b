"""The order of events of one instant: by rank, and events of one deal as its states allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from heapq import heapify, heappop, heapreplace

from crmbridge.model.lifecycle.stage import RANK
from crmbridge.model.lifecycle.state import LifeEvent

REASON_GIVEN = "reason"
"""Kind of an event by which sales says why a trip ended, after it had; the newest word counts."""

OF_A_DEAL = frozenset({"opportunity", "deal_won", "deal_lost", "deal_reopened"})
_CLOSINGS = ("deal_won", "deal_lost")
_LAST = len(RANK)

Key = tuple[float, bool, str, int, str, bool, str, tuple[str, ...], int]


class Standing(StrEnum):
    """What a lead's lifecycle knows of a deal."""

    ABSENT = "absent"
    OPEN = "open"
    CLOSED = "closed"


def in_order(
    group: Iterable[LifeEvent], standing: Mapping[str, Standing]
) -> tuple[list[LifeEvent], list[LifeEvent]]:
    """Put the events of one instant in the order in which they apply (R1.4, R1.18).

    `standing` has the deals as they stood before that instant; one that is missing is absent.
    Returns the events to apply, in order, and those of deals that lead nowhere and are kept
    without being applied. An event waits for earlier ones of its own deal only; of all that need
    not wait, the one of lowest rank comes first. The same event twice is one event.
    """
    deals: dict[str, list[LifeEvent]] = {}
    queues: list[list[LifeEvent]] = []
    for event in _once(group):
        if event.type in OF_A_DEAL:
            deals.setdefault(event.deal, []).append(event)
        else:
            queues.append([event])
    left: list[LifeEvent] = []
    for deal, events in deals.items():
        steps, spare = _steps(events, standing.get(deal, Standing.ABSENT))
        queues.append(steps)
        left += spare
    return _merged(queues), sorted(left, key=_key)


def _once(group: Iterable[LifeEvent]) -> list[LifeEvent]:
    """Sort the events, and drop what says the same twice."""
    seen, out = set(), []
    for event in sorted(group, key=_key):
        # of reasons given one after another the last counts, also one that was given before
        again = event.arrival if event.kind == REASON_GIVEN else 0
        found = (event.system, event.stage, event.outcome, event.team)
        key = (event.type, event.deal, event.reason, event.kind == REASON_GIVEN, again, found)
        if key not in seen:
            seen.add(key)
            out.append(event)
    return out


def _key(event: LifeEvent) -> Key:
    """R1.18 (7): rank, then our deal id; arrival only tells apart what is equal in all else.

    A reason that is given afterwards comes after the ends that it may explain, in the order in
    which sales gave it.
    """
    later = event.kind == REASON_GIVEN
    rank = RANK["returned"] if later and event.type == "rejected" else RANK.get(event.type, _LAST)
    given = event.arrival if later else 0
    # our own acknowledged hand-off stands before what sales' record says of the same instant
    return (
        rank,
        later,
        event.deal,
        given,
        event.reason,
        event.kind != "pushed",
        event.kind,
        (event.system, event.stage, event.outcome, event.team),
        event.arrival,
    )


def _steps(
    events: Sequence[LifeEvent], standing: Standing
) -> tuple[list[LifeEvent], list[LifeEvent]]:
    """Return one deal's events in the order that its states allow, and those that do not fit.

    As many as possible are applied. Where a win and a loss are both possible ends, the loss is
    the end, as the rank has it.
    """
    named = {name: [one for one in events if one.type == name] for name in OF_A_DEAL}
    told = [one for one in events if one.kind == REASON_GIVEN]
    opened, again = named["opportunity"], named["deal_reopened"]
    closings = [one for name in _CLOSINGS for one in named[name] if one.kind != REASON_GIVEN]
    steps: list[LifeEvent] = []
    if standing is Standing.ABSENT and opened:
        standing, steps = Standing.OPEN, list(opened)
    elif standing is Standing.CLOSED and again:
        standing, steps = Standing.OPEN, [again[0], *opened]
    elif standing is Standing.OPEN:
        steps = list(opened)
    if standing is Standing.OPEN:
        steps += _alternating(closings, [one for one in again if one not in steps])
    left = [one for one in events if one not in steps and one not in told]
    return steps + told, left


def _alternating(closings: Sequence[LifeEvent], again: Sequence[LifeEvent]) -> list[LifeEvent]:
    """Close and reopen an open deal by turns; the last of the closings is its end."""
    room = len(again) + 1
    if len(closings) > room:
        closings = [*closings[: room - 1], closings[-1]]
    out: list[LifeEvent] = []
    for number, closing in enumerate(closings):
        out += [closing, *again[number : number + 1]]
    return out


def _merged(queues: Sequence[list[LifeEvent]]) -> list[LifeEvent]:
    """Take the lowest rank among the heads of all queues until they are empty."""
    # by number where keys are equal, as the first of them comes first
    waiting = [(_key(queue[0]), number, 0) for number, queue in enumerate(queues) if queue]
    heapify(waiting)
    out: list[LifeEvent] = []
    while waiting:
        _, number, at = waiting[0]
        queue = queues[number]
        out.append(queue[at])
        if at + 1 < len(queue):
            heapreplace(waiting, (_key(queue[at + 1]), number, at + 1))
        else:
            heappop(waiting)
    return out
