"""Today: what needs a person, whether crmbridge works, and who waits for sales and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from crmbridge.agreement import missing_sides
from crmbridge.flows.operate.own_desk import own_word
from crmbridge.flows.reps.overdue import HELD as LATE
from crmbridge.flows.routing.what_if import capacity
from crmbridge.model.codec import parse_instant
from crmbridge.policy.routing.remedy import REASONS
from crmbridge.report.held import title, urgency
from crmbridge.report.routing import percent
from crmbridge.report.text import capital, many, visible
from crmbridge.report.work.clocks import NAMES
from crmbridge.store import held, totals
from crmbridge.store.held import Held
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, clock
from crmbridge.web.board.health import health
from crmbridge.web.board.people import Person, people
from crmbridge.web.board.visit import Page, Visit

FEW = 10
"""Late leads, and leads of a team's line, that are listed."""
MOST_LATE = 1_000
"""Late leads that are looked at for the first ones, and for who has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRow:
    """A lead with which sales is late."""

    who: Person | None
    rep: str
    what: str
    since: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why leads of a line wait: how many, and what frees them."""

    reason: str
    count: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """A team of sales: how full it is, whom it lets through, who waits and why."""

    name: str
    told: str
    count: int
    whys: list[Why]
    waiting: list[tuple[Person, str, str]]
    desks: list[tuple[str, str, str]]


def show(visit: Visit) -> Response:
    """Show the page."""
    team = visit.query.team
    line = visit.counted("line", lambda: _line(visit))
    with visit.company.ledger.read() as tx:
        counts = held.counts(tx)
        machine = health(visit, tx)
        late = _by_due(held.find(tx, kind=LATE, limit=MOST_LATE)) if counts.get(LATE) else []
        stages = totals.by_stage(tx)
        shown = list(_teams(visit, tx, line, team)) if line else []
        rows = list(_late(visit, tx, late[:FEW]))
    words = {
        "answers": list(_answers(visit, counts, machine, late, line)),
        "machine": [one for one in machine if one.tone != "bad"],
        "late": rows,
        "late_more": max(0, counts.get(LATE, 0) - len(rows)),
        "late_all": visit.to("attention", kind=LATE),
        "held": [_tile(visit, one, counts[one]) for one in sorted(counts, key=urgency)],
        "lines": shown,
        "counting": line is None,
        "teams": visit.teams(),
        "team": team,
        "leads": sum(stages.values()),
        "unjudged": line["not_judged"] if line else 0,
    }
    if line is None:
        return visit.render_soon("today.html.j2", words)
    return visit.render("today.html.j2", words)


def _by_due(late: Sequence[Held]) -> list[Held]:
    """The clock that ran out first comes first."""
    return sorted(late, key=lambda one: (str(one.detail.get("due", "")), one.id))


def _line(visit: Visit) -> dict[str, Any]:
    with visit.company.ledger.read() as tx:
        return capacity(visit.company, tx)


def _tile(visit: Visit, kind: str, number: int) -> tuple[str, int, str]:
    return title(kind), number, visit.to("attention", kind=kind)


def _answers(
    visit: Visit,
    counts: Mapping[str, int],
    machine: Sequence[Answer],
    late: Sequence[Held],
    line: Mapping[str, Any] | None,
) -> Iterator[Answer]:
    """What is broken, who is late, what waits for a person and what is to be signed."""
    broken = [one for one in machine if one.tone == "bad"]
    yield from broken
    if not broken:
        yield from machine[:1]
    if number := counts.get(LATE, 0):
        reps = Counter(_rep(visit, one) for one in late)
        who = ", ".join(f"{name} ({n})" for name, n in reps.most_common(3))
        yield Answer(
            text=f"Sales is late with {many(number, 'lead')}.",
            tone="bad",
            more=f"First of all: {who}.",
            href="#late",
            link="Who, and since when",
        )
    else:
        yield Answer(text="Nobody in sales is late.", tone="good")
    yield from _held(visit, counts)
    yield from _to_sign(visit)
    if line is not None:
        yield from _in_line(visit, line["line"])


def _in_line(visit: Visit, whole: Sequence[Mapping[str, Any]]) -> Iterator[Answer]:
    """Who waits, of the team that is chosen, as the cards below say it."""
    team = visit.query.team
    some = [one for one in whole if team in ("", one["team"])]
    whose = visit.company.teams.called(team) if team else "sales"
    waits = sum(one["outcome"] == "wait" for one in some)
    go = sum(one["outcome"] == "assign" for one in some)
    if some:
        yield Answer(
            text=f"{many(len(some), 'lead')} in line for {whose}.",
            tone="wait" if waits else "",
            more=f"{go:,} go with the next pass, {waits:,} wait." if waits else "All go next.",
            href="#line",
            link="Who, and why",
        )
    elif whole:
        yield Answer(text=f"Nobody is in line for {whose}.")


def _held(visit: Visit, counts: Mapping[str, int]) -> Iterator[Answer]:
    rest = {kind: n for kind, n in counts.items() if kind != LATE}
    if rest:
        worst, number = min(rest, key=urgency), sum(rest.values())
        verb = "needs" if number == 1 else "need"
        yield Answer(
            text=f"{_items(number, other=LATE in counts)} {verb} a person.",
            tone="wait",
            more=f"{title(worst)}: {rest[worst]:,}.",
            href=visit.to("attention"),
            link="What to do",
        )


def _items(number: int, *, other: bool) -> str:
    """So many items; `other` than the late leads, which were told of already."""
    return many(number, "other item") if other else many(number, "item")


def _to_sign(visit: Visit) -> Iterator[Answer]:
    versions = visit.company.versions
    now = visit.company.now()
    for one in versions.all:
        if versions.status(one, now) in ("draft", "proposed") and not versions.why_not(now):
            sides = " and ".join(missing_sides(one, versions.hashes[one.version]))
            yield Answer(
                text=f"Version {one.version} of the agreement is to be signed by {sides}.",
                tone="wait",
                more=f"It shall hold from {one.effective_from}.",
                href=visit.to("agreement", version=str(one.version)),
                link="Read it",
            )


def _late(visit: Visit, tx: Tx, rows: Sequence[Held]) -> Iterator[LateRow]:
    found = people(visit, tx, (one.lead for one in rows))
    for one in rows:
        name, _, _ = one.op.partition(":")
        due = _due(one)
        yield LateRow(
            who=found.get(one.lead),
            rep=_rep(visit, one),
            what=NAMES.get(name, name.replace("_", " ")),
            since=clock(due.astimezone(visit.company.zone)),
            href=visit.to("attention", one.id),
        )


def _due(one: Held) -> datetime:
    told = one.detail.get("due")
    return parse_instant(told) if isinstance(told, str) and told else one.first_at


def _rep(visit: Visit, one: Held) -> str:
    return visit.company.teams.called(str(one.detail.get("rep") or "")) or "nobody"


def _teams(visit: Visit, tx: Tx, told: Mapping[str, Any], chosen: str) -> Iterator[TeamLine]:
    """Each team's line; leads that no team takes come last."""
    by_team: dict[str, list[Mapping[str, Any]]] = {}
    for one in told["line"]:
        by_team.setdefault(one["team"], []).append(one)
    shown = [one for some in by_team.values() for one in some[:FEW]]
    found = people(visit, tx, (one["lead"] for one in shown))
    for team in told["teams"]:
        if chosen in ("", team["team"]):
            yield _team(visit, team, by_team.get(team["team"], []), found)
    if by_team.get("") and not chosen:
        yield _nobodys(visit, by_team[""], found)


def _team(
    visit: Visit,
    team: Mapping[str, Any],
    some: Sequence[Mapping[str, Any]],
    found: Mapping[str, Person],
) -> TeamLine:
    limit = f" of {team['per_day']}" if team["per_day"] is not None else ""
    return TeamLine(
        name=team["name"] or team["team"],
        told=f"{percent(team['fill'])} full, lets through {team['passes']}; "
        f"{team['today']}{limit} given today.",
        count=len(some),
        whys=_whys(some),
        waiting=[_waits(visit, one, found[one["lead"]]) for one in some[:FEW]],
        desks=[_desk(visit, one) for one in team["desks"]],
    )


def _nobodys(
    visit: Visit, some: Sequence[Mapping[str, Any]], found: Mapping[str, Person]
) -> TeamLine:
    return TeamLine(
        name="No team takes these",
        told="No team's rule names them: see what the teams take in teams.toml.",
        count=len(some),
        whys=_whys(some),
        waiting=[_waits(visit, one, found[one["lead"]]) for one in some[:FEW]],
        desks=[],
    )


def _whys(some: Sequence[Mapping[str, Any]]) -> list[Why]:
    waits = [one for one in some if one["outcome"] == "wait"]
    reasons = Counter((one["reason"], one["remedy"]) for one in waits)
    return [
        Why(reason=_said(reason), count=many(number, "lead"), remedy=act)
        for (reason, act), number in reasons.most_common()
    ]


def _said(reason: str) -> str:
    text = REASONS.get(reason) or reason.replace("_", " ") or "nobody has looked yet"
    return capital(text)


def _waits(visit: Visit, one: Mapping[str, Any], who: Person) -> tuple[Person, str, str]:
    days = one["waited_days"]
    raised = ", asked for us" if one["hand_raise"] else ""
    becomes = {
        "assign": f"Goes to {visit.company.teams.called(one['rep'])} next",
        "expired": "Leaves the line: it waited too long",
    }.get(one["outcome"], _said(one["reason"]))
    return who, f"{one['grade']}, {one['rating']}{raised}; {many(days, 'day')}", becomes


def _desk(visit: Visit, one: Mapping[str, Any]) -> tuple[str, str, str]:
    name = visit.company.teams.called(one["rep"])
    state = _paused(visit, one) if one["paused"] else one["state"]
    return name, state, f"holds {one['open']} of {one['limit']}"


def _paused(visit: Visit, desk: Mapping[str, Any]) -> str:
    """Until when a rep is paused, by whose word, and why: their manager reads it here."""
    told = desk["paused"]
    until = ""
    if told["until"]:
        until = f" until {clock(parse_instant(told['until']).astimezone(visit.company.zone))}"
    by = "on their own page" if told["by"] == own_word(desk["rep"]) else f"by {told['by']}"
    why = f" (reason: {told['why']})" if told["why"] else ""
    return visible(f"paused{until} {by}{why}")


TODAY = Page(name="today", title="Today", show=show)
