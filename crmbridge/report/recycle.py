"""Why leads come back from sales, and how many of them go again."""

from __future__ import annotations

from typing import Any

from crmbridge.policy.totals.counted import AGAIN, RETURNED
from crmbridge.report.qualify import counts
from crmbridge.store.table import Tx


def reasons(tx: Tx, motion: str = "") -> list[dict[str, Any]]:
    """Return each reason for coming back: how often, by outcome, and how many went again.

    `motion` counts the cycles of new business or of expansion alone.
    `again` counts cycles that came back and whose lead was handed over in a later cycle. The most
    frequent reason comes first.
    """
    rows: dict[str, dict[str, Any]] = {}
    for (_, outcome, reason), n in counts(tx, motion, RETURNED).items():
        row = rows.setdefault(reason, {"reason": reason, "count": 0, "again": 0, "outcomes": {}})
        row["count"] += n
        row["outcomes"][outcome] = n
    for (_, _, reason), n in counts(tx, motion, AGAIN).items():
        rows[reason]["again"] = n
    return sorted(rows.values(), key=lambda row: (-row["count"], row["reason"]))
