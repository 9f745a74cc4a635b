"""What became of the leads that each rep and team got, and of their deals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crmbridge.company import Company
from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.policy.speed import speed
from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.report.work.asked import Question, spread
from crmbridge.report.work.cells import FEWER, count, estimate, share_of
from crmbridge.report.work.cohorts import entered_on
from crmbridge.report.work.days import Days
from crmbridge.report.work.deals import NO_TEAM, Sold, Tally, deal_sheets, sold
from crmbridge.report.work.hand_offs import (
    NOBODY,
    HandOff,
    HandOffs,
    first_day,
    hand_offs,
    teams_by_rep,
)
from crmbridge.report.work.legs import legs_sheet
from crmbridge.store import desk, leads
from crmbridge.store.table import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """All that the figures are made of, by rep; `teams` has the team of each."""

    asked: Question
    days: Days
    made: HandOffs
    deals: Sequence[Sold]
    open: Mapping[str, int]
    breaches: Counter[str]
    teams: Mapping[str, str]


def reps(tx: Tx, company: Company, asked: Question, rep_of: Mapping[str, str]) -> Report:
    """Report hand-offs of a period by rep and team, and the deals that were closed in it.

    Leads count on the day on which sales had them, deals on that on which they were closed.
    `rep_of` are the reps whom users of sales (refs as text) are. Amounts are in the company's
    currency where the books have the deal, and in its own elsewhere.
    """
    world = _read(tx, company, asked, rep_of)
    made = [one for one in world.made.all if _wanted(asked, one.team)]
    deals = [one for one in world.deals if _wanted(asked, one.team)]
    sheets = [_teams(world, made, deals), _reps(world, made, deals)]
    if asked.is_cut:
        sheets.append(_parts(world, made, deals))
    return Report(
        name="reps",
        title="What became of leads and deals, by who has them",
        company=company.name,
        sheets=(*sheets, *filter(None, [legs_sheet(tx, asked)]), *deal_sheets(deals, asked)),
        period=asked.shown,
        notes=(_NOTE, *world.made.notes()),
    )


def _wanted(asked: Question, team: str) -> bool:
    return asked.team in ("", team)


def _read(tx: Tx, company: Company, asked: Question, rep_of: Mapping[str, str]) -> _World:
    days = Days(asked.zone)
    late = (one for one in desk.noted(tx, "sla_breached") if days.of(one.at) in asked.period)
    stages = sorted(stage.value for stage in OPEN_WORK)
    return _World(
        asked=asked,
        days=days,
        made=hand_offs(tx, company.teams, days, asked.motion),
        deals=sold(tx, company.teams, rep_of, days),
        open=leads.open_counts_by_owner(tx, stages),
        breaches=Counter(str(one.said["rep"]) for one in late),
        teams=teams_by_rep(company.teams),
    )


_NOTE = (
    "Accepted is of those accepted or rejected. Half within is the days until sales had accepted "
    "half of the leads or given them back; those still open count as long as they have lasted, by "
    "the method of Kaplan and Meier. Open work is that of now. Deals count for their owner, "
    "whoever the lead was given to. What another team of sales handed on stands in a table of its "
    "own. Sales is told of a clock once it is over; the report of the hand-off has all clocks, "
    "those that nobody was told of too."
)

_FIGURES = (
    *(count("given", "given"), count("accepted", "accepted"), count("rejected", "rejected")),
    estimate("acceptance", "acceptance"),
    Column(name="median", title="half within", kind="days"),
    *(count("won", "deals won"), count("lost", "deals lost"), estimate("win_rate", "win rate")),
    Column(name="revenue", title="revenue won", kind="money"),
)
_NOW = (count("open", "open work"), count("breaches", "told of overdue clocks"))


def _figures(world: _World, made: Iterable[HandOff], deals: Iterable[Sold]) -> Row:
    mine, closed = list(made), Tally.of(deals)
    accepted, rejected = (
        sum(one.accepted for one in mine),
        sum(one.rejected for one in mine),
    )
    today = world.asked.today
    stays = [
        entered.stay
        for one in mine
        if (entered := entered_on(one.cycle, "handed", world.days, today))
    ]
    counts = (len(mine), accepted, rejected, share_of(accepted, accepted + rejected))
    ended = (closed.won, closed.lost, share_of(closed.won, closed.closed), closed.money)
    return (*counts, speed(stays).median_days, *ended)


def _now(world: _World, whose: Iterable[str]) -> tuple[int, int]:
    who = list(whose)
    return sum(world.open.get(one, 0) for one in who), sum(world.breaches[one] for one in who)


def _in(
    world: _World, made: Iterable[HandOff], deals: Iterable[Sold]
) -> tuple[list[HandOff], list[Sold]]:
    period = world.asked.period
    return [one for one in made if one.day in period], [one for one in deals if one.day in period]


def _teams(world: _World, made: Sequence[HandOff], deals: Sequence[Sold]) -> Sheet:
    made, deals = _in(world, made, deals)
    names = dict.fromkeys(world.teams.values())
    names |= dict.fromkeys(one.team or NO_TEAM for one in made)
    names |= dict.fromkeys(one.team for one in deals)
    rows: list[Row] = []
    for team in names:
        if not _wanted(world.asked, team):
            continue
        mine = [one for one in made if (one.team or NO_TEAM) == team]
        theirs = [one for one in deals if one.team == team]
        whose = (rep for rep, of in world.teams.items() if of == team)
        rows.append((team, *_figures(world, mine, theirs), *_now(world, whose)))
    return Sheet(
        name="teams",
        title="teams",
        columns=(Column(name="team", title="team"), *_FIGURES, *_NOW),
        rows=tuple(rows),
        notes=(FEWER,),
    )


def _reps(world: _World, made: Sequence[HandOff], deals: Sequence[Sold]) -> Sheet:
    made, deals = _in(world, made, deals)
    names = dict.fromkeys(rep for rep, of in world.teams.items() if _wanted(world.asked, of))
    by_rep: dict[str, list[HandOff]] = {}
    for one in made:
        by_rep.setdefault(one.rep or NOBODY, []).append(one)
    by_owner: dict[str, list[Sold]] = {}
    for deal in deals:
        by_owner.setdefault(deal.owner, []).append(deal)
    names |= dict.fromkeys(sorted({*by_rep, *by_owner}))
    rows = (
        (
            *(world.teams.get(rep, NO_TEAM), rep),
            *_figures(world, by_rep.get(rep, ()), by_owner.get(rep, ())),
            *_now(world, (rep,)),
        )
        for rep in names
    )
    return Sheet(
        name="reps",
        title="reps",
        columns=(
            Column(name="team", title="team"),
            Column(name="rep", title="rep"),
            *_FIGURES,
            *_NOW,
        ),
        rows=tuple(rows),
    )


def _parts(world: _World, made: Sequence[HandOff], deals: Sequence[Sold]) -> Sheet:
    days = [one.day for one in deals if one.day in world.asked.period]
    first = min([*days, *filter(None, [first_day(made)])], default=None)
    parts = world.asked.parts(first)
    both = zip(spread(made, _day, parts), spread(deals, _day, parts), strict=True)
    rows = ((label, *_figures(world, mine, closed)) for (label, mine), (_, closed) in both)
    return Sheet(
        name="parts",
        title="as time went",
        columns=(Column(name="part", title="days"), *_FIGURES),
        rows=tuple(rows),
    )


def _day(one: HandOff | Sold) -> date:
    return one.day
