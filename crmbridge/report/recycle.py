"""Why leads come back from sales, and how many of them go again."""

from __future__ import annotations

from typing import Any

from crmbridge.report.wins import judged
from crmbridge.store.table import Tx
from crmbridge.store.trips import Trip, trips

BACK = ("rejected", "returned", "stale_untouched", "stale_idle", "recalled", "lost")
"""Outcomes of a cycle that went to sales and came back."""


def came_back(cycle: Trip, *, won: bool) -> bool:
    """Whether a cycle went to sales and came back; one that is won did not."""
    return cycle.outcome in BACK and not won


def reason_of(cycle: Trip) -> str:
    """Why a cycle came back, in the words of the recycle table."""
    return str(cycle.data["reason"] or "missing_reason")


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
