"""Whether each rep was given their part of the leads, and what the line waited for (R7.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crmbridge.company import Company
from crmbridge.policy.routing.fairness import fairness as compared
from crmbridge.policy.routing.remedy import REASONS
from crmbridge.policy.totals.counted import NOT_LOOKED_AT, WAITS
from crmbridge.report.frame.sheet import Chart, Column, Report, Row, Sheet
from crmbridge.report.work.asked import Question, spread
from crmbridge.report.work.cells import count
from crmbridge.report.work.days import Days
from crmbridge.report.work.turns import Given, Presence, given
from crmbridge.store import desk, totals
from crmbridge.store.table import Tx


def fairness(tx: Tx, company: Company, asked: Question) -> Report:
    """Report what each rep was given in a period beside what their weight would have given them.

    Leads count on the day on which they were given out of the waiting line.
    """
    days = Days(asked.zone)
    presence = Presence.read(tx, company.teams, company.zone)
    turns = [one for one in given(tx, days) if asked.team in ("", one.team)]
    mine = [one for one in turns if one.day in asked.period]
    sheets = [_reps(presence, mine, asked), _waits(tx, asked, days)]
    if asked.is_cut:
        first = min((one.day for one in mine), default=None)
        parts = asked.parts(first)
        cut = spread(turns, lambda one: one.day, parts)
        rows = (row for label, some in cut for row in _parts(presence, label, some, asked))
        sheets.append(_as_time_went(tuple(rows)))
    return Report(
        name="fairness",
        title="Whether each rep was given their part",
        company=company.name,
        sheets=tuple(sheets),
        period=asked.shown,
        notes=_NOTES,
    )


_NOTES = (
    "Expected is what a rep's weight among those who were there would have given: on in "
    "teams.toml as it is now, not absent, within their hours, not paused. Whose desk was full, or "
    "who lacked a skill, counts as there: a difference may come from it.",
    "Places that stayed empty while hot leads waited cannot be told: the ledger keeps why a lead "
    "waited, and not who had room then.",
)
_WHOSE = (Column(name="team", title="team"), Column(name="rep", title="rep"))
_FAIR = (
    count("given", "given"),
    Column(name="weight", title="share by weight", kind="share"),
    Column(name="expected", title="expected", kind="decimal"),
    Column(name="difference", title="difference", kind="decimal"),
    count("undone", "turns given back"),
)


def _by_team(presence: Presence, turns: Sequence[Given], asked: Question) -> Iterator[Row]:
    """A row for each rep of each team: shares are of what their team was given."""
    teams = dict.fromkeys(
        [team.id for team in presence.teams.teams if asked.team in ("", team.id)]
        + [one.team for one in turns]
    )
    for team in teams:
        mine = [one for one in turns if one.team == team]
        undone = Counter(one.rep for one in mine if one.undone)
        kept = [one for one in mine if not one.undone]
        found = {one.rep: one for one in compared(presence.stretches(kept))}
        shape = presence.teams.team(team)
        names = [rep.id for rep in shape.reps] if shape else []
        for rep in dict.fromkeys([*names, *found, *undone]):
            if (one := found.get(rep)) is None:
                yield (team, rep, 0, None, None, None, undone[rep])
            else:
                share = (one.weight_share, one.expected, one.difference)
                yield (team, rep, one.given, *share, undone[rep])


def _reps(presence: Presence, turns: Sequence[Given], asked: Question) -> Sheet:
    return Sheet(
        name="reps",
        title="what reps were given",
        columns=(*_WHOSE, *_FAIR),
        rows=tuple(_by_team(presence, turns, asked)),
        chart=Chart(
            kind="bars",
            title="Leads given, and expected by weight",
            x="rep",
            y=("given", "expected"),
        ),
    )


def _parts(
    presence: Presence, label: str, turns: Sequence[Given], asked: Question
) -> Iterator[Row]:
    for row in _by_team(presence, turns, asked):
        if row[3] is not None or row[-1]:
            yield (label, *row)


def _as_time_went(rows: tuple[Row, ...]) -> Sheet:
    return Sheet(
        name="parts",
        title="as time went",
        columns=(Column(name="part", title="days"), *_WHOSE, *_FAIR),
        rows=rows,
        empty="Nothing was given out.",
    )


def _waits(tx: Tx, asked: Question, days: Days) -> Sheet:
    began: Counter[str] = Counter()
    leads: dict[str, set[str]] = {}
    for one in desk.noted(tx, "waits"):
        if days.of(one.at) in asked.period:
            reason = str(one.said["reason"])
            began[reason] += 1
            leads.setdefault(reason, set()).add(one.lead)
    now: Counter[str] = Counter()
    for (_, reason, _), (n, _) in totals.read(tx, WAITS).items():
        now[reason] += n
    order = sorted({*began, *now}, key=lambda reason: (-began[reason], reason))
    rows = tuple(
        (WORDS.get(one, one), began[one], len(leads.get(one, ())), now[one]) for one in order
    )
    return Sheet(
        name="waits",
        title="what leads waited for, of all teams",
        columns=(
            Column(name="reason", title="why"),
            *(count("times", "times"), count("leads", "leads"), count("now", "wait now")),
        ),
        rows=rows,
        empty="No lead waited.",
        chart=Chart(kind="bars", title="Leads that waited, by reason", x="reason", y=("leads",)),
    )


WORDS = {**REASONS, NOT_LOOKED_AT: "no tick of the spigot has seen it yet"}
"""Why a lead waits, in a sentence."""
