"""What each source brought, as sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import name_of
from crmbridge.report.frame.sheet import Chart, Column, Report, Sheet
from crmbridge.report.sheets.funnel import EMPTY
from crmbridge.report.sheets.won import sums, won_sheets

_COUNTED = ("known", "ready", "handed", "accepted", "back", "opportunity", "won")
_REVENUE = Column(name="revenue", title="revenue", kind="money")


def sources_report(told: Mapping[str, Any], company: str, agreement: Agreement) -> Report:
    """Put what `report.revenue.sources` counted into sheets, with `won` beside it."""
    counts = (
        Column(name=name, title=name_of(agreement.stages, name), kind="count") for name in _COUNTED
    )
    cycles = Sheet(
        name="sources",
        title="cycles by source",
        columns=(Column(name="source", title="source"), *counts, _REVENUE),
        rows=tuple(
            (row["source"], *(row[name] for name in _COUNTED), sums(row["revenue"]))
            for row in told["sources"]
        ),
        empty=EMPTY,
        chart=Chart(
            kind="bars",
            title="Cycles that were handed over, accepted and won, by source",
            x="source",
            y=("handed", "accepted", "won"),
        ),
    )
    return Report(
        name="sources",
        title="What each source brought",
        company=company,
        sheets=(
            cycles,
            _touch("first_touch", "first touch", told["first_touch"]),
            _touch("last_touch", "last touch", told["last_touch"]),
            *won_sheets(told["won"]),
        ),
    )


def _touch(name: str, title: str, money: Mapping[str, Mapping[str, str]]) -> Sheet:
    return Sheet(
        name=name,
        title=f"won money by {title}",
        columns=(Column(name="touch", title=title), _REVENUE),
        rows=tuple((touch, sums(some)) for touch, some in money.items()),
        empty=f"No won money by {title}.",
    )
