"""The spigot in force: the waiting line served by the teams' limits, hours, bars and turns (R4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crmbridge.agreement import Team as Shape
from crmbridge.agreement import Teams
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.desks import desks, rules
from crmbridge.flows.recycle import standing
from crmbridge.flows.scene import Scene
from crmbridge.flows.turns import Turns, day_of
from crmbridge.flows.view import View, view
from crmbridge.model.codec import instant
from crmbridge.model.record import Value
from crmbridge.policy.desk import Desk
from crmbridge.policy.spigot import Bar, Entry, Queued, Rules, Team, fill, pull, tick
from crmbridge.store import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a tick would do: the teams before and after, the line, and what becomes of each lead.

    `entries` are in the order in which the leads stood in line, team after team.
    """

    before: tuple[Team, ...]
    after: tuple[Team, ...]
    line: Mapping[str, Queued]
    entries: tuple[Entry, ...]


def hand_out(scene: Scene) -> list[str]:
    """Give the leads in the waiting line to reps with room; return those that were given.

    Each of the others gets exactly one reason why it waits, or leaves the line (R4.10).
    """
    views = waiting(scene)
    if not views:
        return []
    turns = Turns.load(scene)
    plan = plan_tick(scene, scene.company.teams, turns, views)
    given = _carry_out(scene, plan, turns)
    for team in plan.after:
        for desk in team.desks:
            turn = turns.of(desk.id)
            turn.v, turn.available = desk.v, desk.available
    turns.save()
    return given


def waiting(scene: Scene) -> list[View]:
    """The leads in the line that may be handed out, by id."""
    ids = [row.id for row in leads.waiting(scene.tx)]
    scene.work.load_leads(ids)
    scene.work.load_touches_of(ids)
    views = [view(scene, one) for one in ids]
    return [one for one in views if not one.state.opted_out and not one.state.assigned]


def plan_tick(scene: Scene, teams: Teams, turns: Turns, views: Iterable[View]) -> Plan:
    """Work out a tick under a teams file, which need not be the company's; changes nothing."""
    before = desks(scene, teams, turns)
    line = [queued(scene, one, teams, before) for one in views]
    entries: list[Entry] = []
    after: list[Team] = []
    for team, shape in zip(before, teams.teams, strict=True):
        mine = [one for one in line if one.team == team.id]
        log, left = tick([team], mine, scene.now, rules(shape))
        entries += log
        after += left
    nobodys = [one for one in line if not one.team]
    entries += tick([], nobodys, scene.now, Rules())[0]
    return Plan(
        before=tuple(before),
        after=tuple(after),
        line={one.lead: one for one in line},
        entries=tuple(entries),
    )


def queued(scene: Scene, lead: View, teams: Teams, now: Sequence[Team]) -> Queued:
    """A ready lead as the line has it: its team, grade, and who must or should get it."""
    cycle, scores = lead.life.current, lead.scores
    excluded = frozenset(one.rep for one in lead.state.returns if one.avoid and one.rep)
    skills = frozenset(
        rule.skill for rule in teams.skills if _has(lead.facts.get(rule.field), rule.values)
    )
    wanted = _preferred(scene, lead)
    team = _team_for(lead, teams, now, excluded, skills, wanted)
    shape = teams.team(team)
    mode = shape.owner if shape else "any"
    asked = lead.hand_raise_at
    raised = asked is not None and (cycle.n <= 1 or asked > cycle.opened)
    return Queued(
        lead=lead.id,
        team=team,
        grade=f"{scores.letter}{scores.digit}",
        rating=scores.rating,
        queued_at=lead.state.queued_at or cycle.opened,
        hand_raise=raised,
        exclude=excluded,
        prefer="" if mode == "any" else wanted,
        strict=mode == "strict" and bool(wanted),
        skills=skills,
    )


def _has(value: Value, wanted: Iterable[str]) -> bool:
    held = value if isinstance(value, tuple | list) else (value,)
    told = {str(one).strip().casefold() for one in held if one is not None}
    return any(one.strip().casefold() in told for one in wanted)


def _preferred(scene: Scene, lead: View) -> str:
    """The rep of the last trip, where its reason says that they should have it again."""
    last = lead.returned
    return last.rep if last and last.rep and standing(scene, last).rep == "prefer" else ""


def _team_for(
    lead: View,
    teams: Teams,
    now: Sequence[Team],
    excluded: frozenset[str],
    skills: frozenset[str],
    wanted: str,
) -> str:
    """The team whose lead this is; empty for none.

    Teams that name it go before those that take everything. Of several the one of the rep who
    should have it again, else one where somebody may have it, else the least full.
    """
    named = [one for one in teams.teams if one.takes and _takes(one, lead)]
    open_ = named or [one for one in teams.teams if not one.takes]
    ids = {one.id for one in open_}
    mine = [team for team in now if team.id in ids]
    if not mine:
        return ""
    return min(mine, key=lambda one: _fits(one, excluded, skills, wanted)).id


def _fits(
    team: Team, excluded: frozenset[str], skills: frozenset[str], wanted: str
) -> tuple[bool, bool, Fraction]:
    able = [desk for desk in team.desks if desk.may_have(excluded, skills)]
    return (all(desk.id != wanted for desk in able), not able, fill(team.desks))


def _takes(team: Shape, lead: View) -> bool:
    return all(_has(lead.facts.get(word), values) for word, values in team.takes.items())


def _carry_out(scene: Scene, plan: Plan, turns: Turns) -> list[str]:
    teams = {desk.id: team for team in plan.before for desk in team.desks}
    after = {desk.id: desk for team in plan.after for desk in team.desks}
    left = Counter(entry.rep for entry in plan.entries if entry.what == "assign")
    open_ = {desk.id: desk.open for team in plan.before for desk in team.desks}
    given = []
    for entry in plan.entries:
        lead = plan.line[entry.lead]
        if entry.what == "assign":
            desk, team = after[entry.rep], teams[entry.rep]
            left[entry.rep] -= 1
            v = desk.v - left[entry.rep] / desk.weight
            capacity = _capacity(desk, open_[entry.rep], entry.fill, team)
            open_[entry.rep] += 1
            _assign(scene, turns, lead, entry.rep, v, how="push", capacity=capacity)
            given.append(entry.lead)
        elif entry.what == "expired":
            _expire(scene, lead)
        elif scene.work.state(entry.lead).waiting != entry.reason:
            _wait(scene, entry)
    return given


def _capacity(desk: Desk, had: int, full: Fraction | None, team: Team) -> dict[str, Any]:
    """The rep's and the team's room at the moment of an assignment, for who asks why later."""
    bar = bar_at(team, full) if full is not None else None
    return {
        "open": had,
        "limit": desk.open_limit,
        "fill": str(full) if full is not None else "",
        "bar": said(bar) if bar else "",
    }


def bar_at(team: Team, full: Fraction) -> Bar | None:
    """The bar that a team has at a fill; `None` where nothing passes."""
    return next((bar for bar in team.bars if full < bar.below), None)


def said(bar: Bar | None) -> str:
    """What a bar lets through, in a word or two."""
    if bar is None:
        return "nothing"
    return "only " + ", ".join(sorted(bar.grades)) if bar.grades else bar.min_rating


def _assign(
    scene: Scene,
    turns: Turns,
    lead: Queued,
    rep: str,
    v: Fraction,
    *,
    how: str,
    capacity: Mapping[str, Any],
) -> None:
    """R4.12: one assignment a lead and cycle; the CRM's acknowledgement makes it a hand-off."""
    state, life = scene.work.state(lead.lead), scene.work.lifecycle(lead.lead)
    scene.decided(
        "assigned",
        lead.lead,
        f"assigned:{lead.lead}:{life.cycle}:{state.rev}",
        rep=rep,
        team=lead.team,
        cycle=life.cycle,
        since=instant(scene.now),
        rev=state.rev,
        definition=scene.company.definition,
        how=how,
        v=str(v),
        rating=lead.rating,
        grade=lead.grade,
        hand_raise=lead.hand_raise,
        capacity=dict(capacity),
    )
    day = day_of(scene, rep, scene.now)
    turns.of(rep).given(scene.now, day, v, pulled=how == "pull")
    scene.work.due(lead.lead, scene.now, "assigned")


def _expire(scene: Scene, lead: Queued) -> None:
    """It waited too long: back to rest, in the same cycle, until a new touch (R4.10)."""
    rev = scene.work.state(lead.lead).rev
    key = f"queue_expired:{lead.lead}:{rev}"
    since = instant(lead.queued_at)
    scene.decided("queue_expired", lead.lead, key, queued_at=since, team=lead.team)
    scene.work.due(lead.lead, scene.now, "queue expired")


def _wait(scene: Scene, entry: Entry) -> None:
    rev = scene.work.state(entry.lead).rev
    key = f"waits:{entry.lead}:{rev}:{entry.reason}"
    scene.decided("waits", entry.lead, key, reason=entry.reason)
    scene.work.due(entry.lead, scene.now, "waits")


def fetch(scene: Scene, rep: str, wanted: int) -> list[str]:
    """Give a rep who asks for it some of the best leads of their team's line (R4.11).

    Hours and push limits do not count, their room and their pulls of the day do. Returns the
    leads, the best first; the caller flushes.

    Raises:
        CrmBridgeError: no such rep, or one who takes no leads.
    """
    teams = scene.company.teams
    person, shape = teams.rep(rep), teams.team_of(rep)
    if person is None or shape is None:
        known = ", ".join(one.id for one in teams.reps)
        raise CrmBridgeError(f"no rep {rep!r} in teams.toml; there are: {known}")
    turns = Turns.load(scene)
    before = desks(scene, teams, turns)
    team = next(one for one in before if one.id == shape.id)
    desk = next(one for one in team.desks if one.id == rep)
    if not desk.on:
        raise CrmBridgeError(
            f"{rep} takes no leads now: on = false in teams.toml, paused here, or no active user "
            "in the sales system with their address"
        )
    line = [queued(scene, one, teams, before) for one in waiting(scene)]
    mine = {one.lead: one for one in line if one.team == team.id}
    limits = Rules(
        aging=rules(shape).aging,
        max_wait=rules(shape).max_wait,
        pull_per_day=person.pull.per_day,
        pull_min_rating=person.pull.min_rating,
    )
    done = turns.of(rep).pulled.get(day_of(scene, rep, scene.now).isoformat(), 0)
    got = pull(desk, mine.values(), wanted, done, scene.now, limits)
    for lead in got:
        desk_after = desk.given(scene.now)
        capacity = _capacity(desk, desk.open, fill(team.desks), team) | {
            "bar": person.pull.min_rating
        }
        _assign(scene, turns, mine[lead], rep, desk_after.v, how="pull", capacity=capacity)
        desk = desk_after
    turns.save()
    return got
