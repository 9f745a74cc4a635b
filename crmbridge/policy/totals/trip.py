"""One cycle of a lead as it is counted: how far it came, whether it is won, whether it came back.

It holds no personal data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmbridge.model.lifecycle import EXPANSION, MISSING_REASON, Cycle

WON = "won"

STEPS = (
    *("known", "engaged", "ready", "handed", "accepted", "qualified", "opportunity", WON),
    *("handed_on", "accepted_on"),
)
"""All steps; a step's place is kept in the ledger, so that a new one comes last."""
ON = ("handed_on", "accepted_on")
"""Steps of cycles that a team of sales hands on to another."""
ORDER = (*STEPS[:6], *ON, *STEPS[6:8])
"""The steps as a lead takes them."""
LATER = (*STEPS[2:7], *ON)
"""Steps whose effective milestones each cycle has (R1.9)."""

BACK = ("rejected", "returned", "stale_untouched", "stale_idle", "recalled", "lost")
"""Outcomes of a cycle that went to sales and came back."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A cycle of a lead; `data` as in `CycleRow`, `outcome` empty while it is open."""

    lead: str
    n: int
    outcome: str
    data: Mapping[str, Any]


BLANK: Mapping[str, Any] = {
    **{"milestones": {}, "effective": {}, "kind": "", "reason": "", "deals": []},
}
"""The data of a cycle in which nothing but that the lead is known has happened."""


def trip_of(lead: str, cycle: Cycle) -> Trip:
    """Return a folded cycle as one that is counted."""
    names = ("milestones", "effective", "kind", "reason", "deals")
    data = {name: getattr(cycle, name) for name in names}
    return Trip(lead, cycle.n, cycle.outcome, data | beside(cycle))


def beside(cycle: Cycle) -> dict[str, Any]:
    """What the data of few cycles has: how teams gave the lead back to the one before, expansion.

    Only cycles that were handed on have the one, and those with customers the other. `org` is the
    system of sales that had the lead, where that is not `[sales]`.
    """
    found: dict[str, Any] = {}
    if given := [[leg.outcome, leg.reason] for leg in cycle.legs if leg.outcome in BACK]:
        found["given_back"] = given
    if cycle.motion == EXPANSION:
        found["expansion"] = True
    if cycle.org:
        found["org"] = cycle.org
    return found


def loose(mine: Sequence[Trip]) -> set[str]:
    """The deals of a lead that are in no cycle that a win closed; `mine` are all its cycles."""
    closed = {deal for one in mine if one.outcome == WON for deal in one.data["deals"]}
    return {deal for one in mine for deal in one.data["deals"]} - closed


def won_ones(mine: Sequence[Trip], won: Collection[str]) -> set[int]:
    """The numbers of a lead's cycles that are won, so that no money stands without its win.

    A cycle is won by its outcome. A won deal that stands and is in no such cycle, as after a
    correction, makes the last of the cycles that lists it a won one. `won` are the deals that
    stand as won, of those that are `loose`; `mine` are all the lead's cycles, in order.
    """
    last = {deal: one.n for one in mine for deal in one.data["deals"]}
    numbers = {last[deal] for deal in loose(mine) if deal in won}
    return numbers | {one.n for one in mine if one.outcome == WON}


def reached(trip: Trip, *, won: bool) -> set[str]:
    """The steps that a cycle reached; a later one implies the first two, and R1.9 the others.

    A won cycle (see `won_ones`) was an opportunity, whatever it missed on the way.
    """
    steps = {"known"} | (set(trip.data["effective"]) & set(LATER))
    if won:
        steps |= {"handed", "accepted", "opportunity", WON}
    if len(steps) > 1 or "engaged" in trip.data["milestones"]:
        steps.add("engaged")
    return steps


def came_back(trip: Trip, *, won: bool) -> bool:
    """Whether a cycle went to sales and came back; one that is won did not."""
    return trip.outcome in BACK and not won


def reason_of(trip: Trip) -> str:
    """Why a cycle came back, in the words of the recycle table."""
    return str(trip.data["reason"] or MISSING_REASON)
