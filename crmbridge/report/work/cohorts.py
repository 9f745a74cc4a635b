"""How fast leads move on, by the month in which they came to a stage (R7.1, R7.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import name_of
from crmbridge.policy.speed import DAYS, FEWEST, Exit, Speed, Stay, speed
from crmbridge.policy.totals.trip import WON
from crmbridge.report.frame.sheet import Chart, Column, Row, Sheet
from crmbridge.report.work.asked import Question, spread
from crmbridge.report.work.cells import count
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import ADOPTED, in_motion, left_out
from crmbridge.store import trips
from crmbridge.store.table import Tx
from crmbridge.store.trips import Went

NEXT = {"ready": "handed", "handed": "accepted", "accepted": "opportunity", "opportunity": WON}
"""The stages that cohorts are of, and the step that counts as going on."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A cycle in a stage: the day on which it came there, how long it was there, and which."""

    day: date
    stay: Stay
    of: Went


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycles:
    """The cycles that became ready or went to sales, and how many are left out of all figures."""

    all: tuple[Went, ...]
    adopted: int
    voided: int

    @classmethod
    def read(cls, tx: Tx, motion: str = "") -> Cycles:
        """Read those of a motion."""
        found = [one for one in trips.went(tx, "ready", "handed") if in_motion(one.data, motion)]
        ours = tuple(one for one in found if one.data["kind"] != ADOPTED)
        return cls(all=ours, adopted=len(found) - len(ours), voided=trips.voided(tx))


def cohort_sheets(cycles: Cycles, agreement: Agreement, asked: Question) -> Iterator[Sheet]:
    """Yield a sheet a stage: cohorts by month, or as cut, and by when they went on or came back."""
    notes: tuple[str, ...] = (_NOTE, _AT_RISK, *left_out(cycles.adopted, cycles.voided))
    for stage in NEXT:
        sheet = _sheet(stage, entered(cycles, stage, asked), agreement, asked, notes)
        yield sheet
        notes = () if sheet.rows else notes  # they hold for all tables, and are said once


def entered(cycles: Cycles, stage: str, asked: Question) -> list[Entered]:
    """Return the cycles that came to a stage, on whatever day."""
    days, today = Days(asked.zone), asked.today
    entries = (entered_on(one, stage, days, today) for one in cycles.all)
    return [one for one in entries if one is not None]


def by_part(entries: Sequence[Entered], asked: Question) -> list[tuple[str, list[Entered]]]:
    """Sort those of the days into the parts that the cohorts are cut into, months if not told."""
    first = min((one.day for one in entries if one.day in asked.period), default=None)
    return spread(entries, _day, asked.parts(first, asked.by or "month"))


def entered_on(one: Went, stage: str, days: Days, today: date) -> Entered | None:
    """When a cycle came to a stage and how long it was there; `None` where it never came there."""
    told = one.data["effective"]
    if stage not in told:
        return None
    day = days.told(told[stage])
    after = told.get(NEXT[stage])
    if after is not None:
        return Entered(day, Stay(_apart(day, days.told(after)), Exit.PROGRESSED), one)
    if one.closed is not None:
        how = Exit.PROGRESSED if one.outcome == WON else Exit.RETURNED
        return Entered(day, Stay(_apart(day, days.of(one.closed)), how), one)
    return Entered(day, Stay(_apart(day, today)), one)


def _apart(day: date, after: date) -> int:
    # a step may have been told before the one that comes before it
    return max(0, (after - day).days)


def _sheet(
    stage: str,
    entries: Sequence[Entered],
    agreement: Agreement,
    asked: Question,
    notes: tuple[str, ...],
) -> Sheet:
    mine = [one for one in entries if one.day in asked.period]
    cut = asked.by or "month"
    name, after = (_named(agreement, one) for one in (stage, NEXT[stage]))
    return Sheet(
        name=f"from_{stage}",
        title=f"from {name} to {after}, by the {cut} of coming to {name}",
        columns=_columns(cut),
        rows=tuple(_row(label, some) for label, some in by_part(entries, asked) if some),
        total=_row("all", mine) if mine else None,
        empty=f"No cycle came to {name}.",
        notes=notes if mine else (),
        chart=Chart(
            kind="lines",
            title=f"Part that went on from {name} within 30 and 90 days",
            x="cohort",
            y=("on_30", "on_90"),
        ),
    )


def _day(one: Entered) -> date:
    return one.day


def _named(agreement: Agreement, step: str) -> str:
    return name_of(agreement.stages, step) if step != WON else WON


def _columns(cut: str) -> tuple[Column, ...]:
    by_day = (
        column
        for day in DAYS
        for column in (
            count(f"at_risk_{day}", f"still there after {day} d"),
            Column(name=f"on_{day}", title=f"went on within {day} d", kind="share"),
            Column(name=f"back_{day}", title=f"came back within {day} d", kind="share"),
        )
    )
    return (
        Column(name="cohort", title=cut),
        *(count("cycles", "cycles"), count("on", "went on"), count("back", "came back")),
        *(count("open", "still there"), Column(name="median", title="half within", kind="days")),
        *by_day,
    )


def _row(label: str, entries: Iterable[Entered]) -> Row:
    found = speed([one.stay for one in entries])
    ends = (found.n, found.progressed, found.returned, found.open, found.median_days)
    return (label, *ends, *_by_day(found))


def _by_day(found: Speed) -> Iterator[int | float | None]:
    for one in found.by_day:
        yield from (one.at_risk, one.progressed, one.returned)


_NOTE = (
    "A cycle is one way of a lead through the loop. Parts are of all that came there; who is still "
    "there counts for as long as that was seen. Half moved on or came back within the days of "
    '"half within". Days are the company\'s, as of today. A lead that is ready no more counts as '
    "still there until it goes to sales. In statistics the parts are the Aalen-Johansen estimate, "
    '"half within" is the Kaplan-Meier median, and who is still there is the number at risk.'
)
_AT_RISK = f"Where fewer than {FEWEST} were there so long, no part is shown."
