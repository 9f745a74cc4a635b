"""How much of what one side knows of a handed lead the other side can see (R7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmbridge.company import Company
from crmbridge.policy.sharing import Arrivals, Coverage, Shared, coverage
from crmbridge.report.frame.sheet import Chart, Column, Report, Row, Sheet
from crmbridge.report.work.asked import Question
from crmbridge.report.work.both_sides import Agreed, shared
from crmbridge.report.work.cells import FEWER, count, estimate, share_of
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import NOBODY, HandOff, first_day, hand_offs
from crmbridge.store.table import Tx

MOST = 4000
"""Leads that are looked at, the newest first: of so many a share is exact to a point or two."""
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
    mine = _newest(one for one in made if one.day in asked.period)
    both = list(shared(tx, company.mapping, agreed, mine, company.zone))
    ways = {
        TO_SALES: coverage((one for one, _ in both), agreed.to_sales),
        TO_MARKETING: coverage((one for _, one in both), agreed.to_marketing),
    }
    sheets = [_ways(ways), _fields(ways), _teams(ways)]
    if asked.is_cut:
        sheets.append(_parts(tx, company, asked, agreed, made))
    return Report(
        name="sharing",
        title="What one side knows and the other sees",
        company=company.name,
        sheets=tuple(sheets),
        period=asked.shown,
        notes=(*_notes(made, asked), *found.notes()),
    )


def _newest(made: Iterable[HandOff]) -> dict[str, list[HandOff]]:
    by_lead: dict[str, list[HandOff]] = {}
    for one in made:
        by_lead.setdefault(one.cycle.lead, []).append(one)
    order = sorted(by_lead, key=lambda lead: (by_lead[lead][-1].day, lead), reverse=True)
    return {lead: by_lead[lead] for lead in order[:MOST]}


def _notes(made: Iterable[HandOff], asked: Question) -> Iterable[str]:
    yield (
        "A field is agreed where the mapping takes it from one side to the other; its value "
        "arrived where the other side was seen to hold an equal one. Of sales' stage, reason, "
        "outcome and amount it arrived where marketing holds what was written there last."
    )
    many = len({one.cycle.lead for one in made if one.day in asked.period})
    if many > MOST:
        yield f"Of {many:,} leads the newest {MOST:,} were looked at."


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
    tx: Tx, company: Company, asked: Question, agreed: Agreed, made: Sequence[HandOff]
) -> Sheet:
    """Leads by when they were handed over; of each part no more are looked at than of the whole."""
    first = first_day(one for one in made if one.day in asked.period)
    parts = asked.parts(first)
    rows: list[Row] = []
    for part in parts:
        mine = _newest(one for one in made if one.day in part.period)
        some = dict(list(mine.items())[: MOST // len(parts)])
        both = list(shared(tx, company.mapping, agreed, some, company.zone))
        for way, cells in (
            (TO_SALES, _whole((one for one, _ in both), agreed.to_sales)),
            (TO_MARKETING, _whole((one for _, one in both), agreed.to_marketing)),
        ):
            rows.append((part.name, way, len(some), *_cells(cells)))
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


def _whole(rows: Iterable[Shared], fields: Sequence[str]) -> Arrivals:
    return coverage(rows, fields).whole
