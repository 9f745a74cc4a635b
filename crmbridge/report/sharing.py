"""How much of what one side knows of a handed lead the other side can see (R7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from crmbridge.company import Company
from crmbridge.policy.sharing import Arrivals, Coverage, Shared, coverage
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Chart, Column, Report, Row, Sheet
from crmbridge.report.work.asked import Part, Question
from crmbridge.report.work.both_sides import Agreed, shared
from crmbridge.report.work.cells import FEWER, count, estimate, share_of
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import NOBODY, HandOff, first_day, hand_offs
from crmbridge.store.table import Tx

MOST = 3000
"""Leads that are looked at: of so many a share is exact to a point or two."""
TO_SALES, TO_MARKETING = "marketing to sales", "sales to marketing"
_COUNTS = (
    count("available", "values"),
    count("arrived", "arrived"),
    estimate("share", "share"),
    Column(name="half", title="note"),
)


def sharing(tx: Tx, company: Company, asked: Question) -> Report:
    """Report the agreed fields of the leads that went to sales in a period, in both directions.

    A field is agreed where the mapping takes it from the one side to the other. A value arrived
    where the other side was seen to hold an equal one.
    """
    found = hand_offs(tx, company.teams, Days(asked.zone), asked.motion)
    made = [one for one in found.all if asked.team in ("", one.team)]
    agreed = Agreed.of(company.mapping)
    parts = asked.parts(_first(made, asked)) if asked.is_cut else []
    mine = _some(made, [asked.period, *(part.period for part in parts)])
    both = dict(shared(tx, company.mapping, agreed, mine, company.zone))
    ways = _in(asked.period, mine, both, agreed)
    sheets = [_ways(ways), _fields(ways), _teams(ways)]
    if asked.is_cut:
        sheets.append(_parts(parts, mine, both, agreed))
    return Report(
        name="sharing",
        title="What one side knows and the other sees",
        company=company.name,
        sheets=tuple(sheets),
        period=asked.shown,
        notes=(*_notes(made, asked), *found.notes()),
    )


Both = tuple[Shared, Shared]
"""A lead as seen to sales, and to marketing."""


def _first(made: Iterable[HandOff], asked: Question) -> date | None:
    return first_day(one for one in made if one.day in asked.period)


def _some(made: Iterable[HandOff], periods: Sequence[Period]) -> dict[str, list[HandOff]]:
    """The leads of some days, at most `MOST`: those with the lowest ids, which are by chance."""
    by_lead: dict[str, list[HandOff]] = {}
    for one in made:
        if any(one.day in period for period in periods):
            by_lead.setdefault(one.cycle.lead, []).append(one)
    return {lead: by_lead[lead] for lead in sorted(by_lead)[:MOST]}


def _in(
    period: Period, mine: Mapping[str, list[HandOff]], both: Mapping[str, Both], agreed: Agreed
) -> dict[str, Coverage]:
    """What of the leads that were handed over in a period arrived, by direction."""
    some = [
        both[lead]
        for lead, there in mine.items()
        if lead in both and any(one.day in period for one in there)
    ]
    return {
        TO_SALES: coverage((one for one, _ in some), agreed.to_sales),
        TO_MARKETING: coverage((one for _, one in some), agreed.to_marketing),
    }


def _notes(made: Iterable[HandOff], asked: Question) -> Iterable[str]:
    yield (
        "A field is agreed where the mapping takes it from one side to the other; its value "
        "arrived where the other side was seen to hold an equal one. Of sales' stage, reason, "
        "outcome and amount it arrived where marketing holds what was written there last."
    )
    many = len({one.cycle.lead for one in made if one.day in asked.period})
    if many > MOST:
        yield f"There are {many:,} leads; {MOST:,} were looked at, picked by chance."


def _cells(one: Arrivals) -> Row:
    note = "at most half" if one.at_most_half else ""
    return (one.available, one.arrived, share_of(one.arrived, one.available), note)


def _ways(ways: Mapping[str, Coverage]) -> Sheet:
    return Sheet(
        name="directions",
        title="in each direction",
        columns=(
            Column(name="direction", title="direction"),
            *(count("leads", "leads"), count("fully", "fully shared")),
            *_COUNTS,
        ),
        rows=tuple(
            (way, one.leads, one.fully_shared, *_cells(one.whole)) for way, one in ways.items()
        ),
        notes=(FEWER,),
    )


def _fields(ways: Mapping[str, Coverage]) -> Sheet:
    return Sheet(
        name="fields",
        title="by field",
        columns=(
            Column(name="direction", title="direction"),
            Column(name="field", title="field"),
            *_COUNTS,
        ),
        rows=tuple(
            (way, word.removeprefix("x_").replace("_", " "), *_cells(one))
            for way, found in ways.items()
            for word, one in found.by_field.items()
        ),
        empty="The mapping takes no field from one side to the other.",
        chart=Chart(kind="dots", title="Values that arrived", x="field", y=("share",)),
    )


def _teams(ways: Mapping[str, Coverage]) -> Sheet:
    return Sheet(
        name="teams",
        title="by team",
        columns=(
            Column(name="direction", title="direction"),
            Column(name="team", title="team"),
            *_COUNTS,
        ),
        rows=tuple(
            (way, team or NOBODY, *_cells(one))
            for way, found in ways.items()
            for team, one in sorted(found.by_team.items())
        ),
        empty="Nothing was handed over.",
    )


def _parts(
    parts: Iterable[Part],
    mine: Mapping[str, list[HandOff]],
    both: Mapping[str, Both],
    agreed: Agreed,
) -> Sheet:
    rows = (
        (part.name, way, one.leads, *_cells(one.whole))
        for part in parts
        for way, one in _in(part.period, mine, both, agreed).items()
    )
    return Sheet(
        name="parts",
        title="as time went",
        columns=(
            Column(name="part", title="handed over"),
            Column(name="direction", title="direction"),
            count("leads", "leads"),
            *_COUNTS,
        ),
        rows=tuple(rows),
    )
