"""How far leads come, and why they come back: simple counts over their cycles."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crmbridge.report.wins import judged
from crmbridge.store import leads
from crmbridge.store.table import Tx
from crmbridge.store.trips import Trip, trips

STEPS = ("known", "engaged", "ready", "handed", "accepted", "qualified", "opportunity", "won")
LATER = STEPS[2:7]
"""Steps whose effective milestones each cycle has (R1.9)."""
BACK = ("rejected", "returned", "stale_untouched", "stale_idle", "recalled", "lost")
"""Outcomes of a cycle that went to sales and came back."""


def reached(cycle: Trip, *, won: bool) -> set[str]:
    """The steps that a cycle reached; a later one implies the first two, and R1.9 the others.

    A won cycle (see `wins.judged`) was an opportunity, whatever it missed on the way.
    """
    steps = {"known"} | (set(cycle.data["effective"]) & set(LATER))
    if won:
        steps |= {"handed", "accepted", "opportunity", "won"}
    if len(steps) > 1 or "engaged" in cycle.data["milestones"]:
        steps.add("engaged")
    return steps


def came_back(cycle: Trip, *, won: bool) -> bool:
    """Whether a cycle went to sales and came back; one that is won did not."""
    return cycle.outcome in BACK and not won


def reason_of(cycle: Trip) -> str:
    """Why a cycle came back, in the words of the recycle table."""
    return str(cycle.data["reason"] or "missing_reason")


def funnel(tx: Tx) -> dict[str, Any]:
    """Return how many cycles reached each step, what came back, and what waits, and why.

    `returns` is outcome -> reason -> count, `waiting` reason -> count of leads in the line now.
    `handed` may exceed `ready`: sales also takes leads that nobody called ready.
    """
    steps: Counter[str] = Counter()
    back: dict[str, Counter[str]] = {}
    for trip, won in judged(tx, trips(tx)):
        steps.update(reached(trip, won=won))
        if came_back(trip, won=won):
            back.setdefault(trip.outcome, Counter())[reason_of(trip)] += 1
    waiting = Counter(str(row.state["waiting"] or "not_looked_at") for row in leads.waiting(tx))
    return {
        "steps": {name: steps[name] for name in STEPS},
        "returns": {outcome: dict(back[outcome]) for outcome in BACK if outcome in back},
        "waiting": dict(sorted(waiting.items())),
    }


def reasons(tx: Tx) -> list[dict[str, Any]]:
    """Return each reason for coming back: how often, by outcome, and how many went again.

    `again` counts cycles that came back and whose lead was handed over in a later cycle. The most
    frequent reason comes first.
    """
    last_handed: dict[str, int] = {}
    back: list[tuple[str, str, str, int]] = []
    for cycle, won in judged(tx, trips(tx)):
        if "handed" in cycle.data["effective"]:
            last_handed[cycle.lead] = max(cycle.n, last_handed.get(cycle.lead, 0))
        if came_back(cycle, won=won):
            back.append((reason_of(cycle), cycle.outcome, cycle.lead, cycle.n))
    rows: dict[str, dict[str, Any]] = {}
    for reason, outcome, lead, n in back:
        row = rows.setdefault(reason, {"reason": reason, "count": 0, "again": 0, "outcomes": {}})
        row["count"] += 1
        row["again"] += last_handed.get(lead, 0) > n
        row["outcomes"][outcome] = row["outcomes"].get(outcome, 0) + 1
    return sorted(rows.values(), key=lambda row: (-row["count"], row["reason"]))
