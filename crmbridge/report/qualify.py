"""How far leads come on their way to a won deal, and how many wait or come back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crmbridge.report.recycle import BACK, came_back, reason_of
from crmbridge.report.wins import judged
from crmbridge.store import leads
from crmbridge.store.table import Tx
from crmbridge.store.trips import Trip, trips

STEPS = ("known", "engaged", "ready", "handed", "accepted", "qualified", "opportunity", "won")
LATER = STEPS[2:7]
"""Steps whose effective milestones each cycle has (R1.9)."""


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
    why = (str((row.state or {}).get("waiting") or "") for row in leads.waiting(tx))
    waiting = Counter(one or "not_looked_at" for one in why)
    return {
        "steps": {name: steps[name] for name in STEPS},
        "returns": {outcome: dict(back[outcome]) for outcome in BACK if outcome in back},
        "waiting": dict(sorted(waiting.items())),
    }
