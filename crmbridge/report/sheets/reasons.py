"""Why leads came back from sales, as sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.report.frame.sheet import Chart, Column, Report, Sheet
from crmbridge.report.sheets.funnel import of_motion
from crmbridge.report.sheets.won import won_sheets


def reasons_report(told: Mapping[str, Any], company: str, motion: str = "") -> Report:
    """Put what `report.recycle.reasons` counted into sheets, with `won` beside it."""
    reasons = Sheet(
        name="reasons",
        title="why leads came back",
        columns=(
            Column(name="reason", title="reason"),
            Column(name="back", title="came back", kind="count"),
            Column(name="again", title="went again", kind="count"),
            Column(name="how", title="how"),
        ),
        rows=tuple(
            (row["reason"], row["count"], row["again"], ", ".join(sorted(row["outcomes"])))
            for row in told["reasons"]
        ),
        empty="Nothing came back.",
        chart=Chart(
            kind="bars",
            title="Cycles that came back, and those whose lead went again, by reason",
            x="reason",
            y=("back", "again"),
        ),
    )
    return Report(
        name="reasons",
        title="Why leads came back",
        company=company,
        sheets=(reasons, *won_sheets(told["won"])),
        notes=of_motion(motion),
    )
