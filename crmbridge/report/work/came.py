"""How many cycles came to each step in which days, whenever they began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import name_of
from crmbridge.policy.totals.trip import BACK, WON
from crmbridge.report.frame.sheet import Chart, Column, Row, Sheet
from crmbridge.report.work.asked import Question, spread
from crmbridge.report.work.cells import count
from crmbridge.report.work.cohorts import Cycles
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import left_out
from crmbridge.store.trips import Went

STEPS = ("ready", "handed", "accepted", "qualified", "opportunity")
BACK_STEP = "back"


def came_sheet(cycles: Cycles, agreement: Agreement, asked: Question) -> Sheet:
    """Count cycles by the day on which they came to a step, were won or came back."""
    all_ = [(day, step) for day, step, _ in came(cycles, asked)]
    mine = [one for one in all_ if one[0] in asked.period]
    parts = asked.parts(min((day for day, _ in mine), default=None)) if asked.is_cut else []
    rows = tuple(_row(label, some) for label, some in spread(all_, _day, parts))
    return Sheet(
        name="came",
        title="cycles that came to a step in these days",
        columns=(
            Column(name="part", title="days"),
            *(count(step, name_of(agreement.stages, step)) for step in STEPS),
            *(count(WON, "won"), count(BACK_STEP, "came back")),
        ),
        rows=rows or ((_row(str(asked.period), mine),) if mine else ()),
        total=_row("all", mine) if asked.by and rows else None,
        empty="No cycle came to a step in these days.",
        notes=(_NOTE, *left_out(cycles.adopted, cycles.voided)) if mine else (),
        chart=Chart(kind="bars", title="Cycles by step", x="part", y=("handed", "accepted", WON)),
    )


_NOTE = (
    "Each step counts on its own day, so a line tells what happened in the days, and not which "
    "part of those handed over was accepted: that is in the tables of how fast leads move."
)


def came(cycles: Cycles, asked: Question) -> Iterator[tuple[date, str, Went]]:
    """Yield each step that a cycle came to, `back` among them, and the day of it, of all days."""
    days = Days(asked.zone)
    for one in cycles.all:
        yield from ((day, step, one) for day, step in _steps(one, days))


def _steps(one: Went, days: Days) -> Iterator[tuple[date, str]]:
    told = one.data["effective"]
    for step in STEPS:
        if step in told:
            yield days.told(told[step]), step
    if one.closed is not None and one.outcome in (WON, *BACK):
        yield days.of(one.closed), WON if one.outcome == WON else BACK_STEP


def _day(one: tuple[date, str]) -> date:
    return one[0]


def _row(label: str, found: list[tuple[date, str]]) -> Row:
    many = Counter(step for _, step in found)
    return (label, *(many[step] for step in (*STEPS, WON, BACK_STEP)))
