"""The spigot in force: the waiting line served by the teams' limits, hours, bars and turns (R4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from crmbridge.agreement import Rep, Teams
from crmbridge.company import digest
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.read.observe.at_sales import org_of
from crmbridge.flows.reps.presence import desks, rules
from crmbridge.flows.reps.rotation import Turns, day_of
from crmbridge.flows.routing.goes_to import rule_for
from crmbridge.flows.routing.queue import Place, basis, in_line, line, retell
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.payload import Assigned, Capacity, QueueExpired, Waits
from crmbridge.model.side import SALES
from crmbridge.policy.routing.assign import Bar, Entry, Queued, Rules, Team, fill, pull, tick
from crmbridge.policy.routing.rep import Desk
from crmbridge.store import cursors, queue
from crmbridge.store.queue import QUIET


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

    Each of the others gets exactly one reason why it waits, or leaves the line (R4.10). Nothing
    is done where nothing changed since the last tick: no lead in line, no desk, and nobody has
    waited too long. Flushes.
    """
    teams = scene.company.teams
    turns = Turns.load(scene)
    before = desks(scene, teams, turns)
    if _quiet(scene, before):
        return []
    places = line(scene, teams)
    plan = plan_tick(scene, teams, before, places)
    given = _carry_out(scene, plan, {one.lead: one for one in places}, turns)
    for then, team in zip(plan.before, plan.after, strict=True):
        turns.note(then, team, [one.rep for one in plan.entries if one.what == "assign"])
    turns.save()
    queue.sweep(scene.tx)
    _note_quiet(scene, plan)
    return given


def _quiet(scene: Scene, now: Sequence[Team]) -> bool:
    """Whether a tick would change nothing: every lead in line would meet what it met last time."""
    if queue.overdue(scene.tx, basis(scene, scene.company.teams), scene.now, 1):
        return False
    kept = cursors.get_meta(scene.tx, QUIET)
    if not isinstance(kept, dict) or kept.get("desks") != _state(scene, now):
        return False
    return not kept["until"] or scene.now < parse_instant(kept["until"])


def _note_quiet(scene: Scene, plan: Plan) -> None:
    queued = [plan.line[one.lead] for one in plan.entries if one.what == "wait"]
    waits = [one for one in queued if one.may_expire]
    limits = {team.id: rules(team).max_wait for team in scene.company.teams.teams}
    ends = [one.queued_at + limits.get(one.team, Rules().max_wait) for one in waits]
    until = instant(min(ends)) if ends else ""
    cursors.put_meta(scene.tx, QUIET, {"desks": _state(scene, plan.after), "until": until})


def _state(scene: Scene, teams: Sequence[Team]) -> str:
    """All of the desks that decides whether anybody in line can be placed; turns do not."""
    return digest(
        [
            scene.company.teams_hash,
            [
                [one.id, one.open, one.hour, one.today, one.week, one.on, one.absent, one.in_hours]
                for team in teams
                for one in team.desks
            ],
        ]
    )


def plan_tick(scene: Scene, teams: Teams, before: Sequence[Team], places: Iterable[Place]) -> Plan:
    """Work out a tick under a teams file, which need not be the company's; changes nothing.

    `before` are that file's desks as they stand, `places` the line under it.
    """
    queued = in_line(scene, teams, before, places)
    lines: dict[str, list[Queued]] = {team.id: [] for team in before}
    nobodys: list[Queued] = []
    for one in queued:
        lines.get(one.team, nobodys).append(one)
    entries: list[Entry] = []
    after: list[Team] = []
    for team, shape in zip(before, teams.teams, strict=True):
        log, left = tick([team], lines[team.id], scene.now, rules(shape))
        entries += log
        after += left
    entries += tick([], nobodys, scene.now, Rules())[0]
    return Plan(
        before=tuple(before),
        after=tuple(after),
        line={one.lead: one for one in queued},
        entries=tuple(entries),
    )


def _carry_out(scene: Scene, plan: Plan, places: Mapping[str, Place], turns: Turns) -> list[str]:
    teams = {desk.id: team for team in plan.before for desk in team.desks}
    after = {desk.id: desk for team in plan.after for desk in team.desks}
    left = Counter(entry.rep for entry in plan.entries if entry.what == "assign")
    open_ = {desk.id: desk.open for team in plan.before for desk in team.desks}
    changes = [
        one for one in plan.entries if one.what != "wait" or one.reason != places[one.lead].waits
    ]
    scene.work.load_leads(one.lead for one in changes)
    given, retold = [], []
    for entry in changes:
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
        else:
            _wait(scene, entry)
            retold.append(replace(places[entry.lead], waits=entry.reason))
    scene.work.flush()
    retell(scene, retold)
    return given


def _capacity(desk: Desk, had: int, full: Fraction | None, team: Team) -> Capacity:
    """The rep's and the team's room at the moment of an assignment, for who asks why later."""
    bar = bar_at(team, full) if full is not None else None
    return Capacity(open=had, limit=desk.open_limit, fill=full, bar=said(bar) if bar else "")


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
    capacity: Capacity,
) -> None:
    """R4.12: one assignment a lead and cycle; the CRM's acknowledgement makes it a hand-off."""
    state, life = scene.work.state(lead.lead), scene.work.lifecycle(lead.lead)
    person, mapping = scene.company.teams.rep(rep), scene.company.mapping
    system = mapping.works_in(person) if person is not None else mapping.home(SALES)
    told = Assigned(
        rep=rep,
        team=lead.team,
        cycle=life.cycle,
        since=scene.now,
        rev=state.rev,
        definition=scene.company.definition,
        how=how,
        v=v,
        rating=lead.rating,
        grade=lead.grade,
        hand_raise=lead.hand_raise,
        capacity=capacity,
        past=lead.past,
        on=lead.on,
        giver=state.passing.get("giver", "") if lead.on else "",
        system=org_of(scene, system),
        rule="" if lead.on else rule_for(scene, lead.lead, system),
    )
    scene.decided(told, lead.lead, f"assigned:{lead.lead}:{life.cycle}:{state.rev}")
    day = day_of(scene, rep, scene.now)
    turns.of(rep).given(scene.now, day, v, pulled=how == "pull", past=lead.past)
    scene.work.due(lead.lead, scene.now, "assigned")


def _expire(scene: Scene, lead: Queued) -> None:
    """It waited too long: back to rest, in the same cycle, until a new touch (R4.10)."""
    rev = scene.work.state(lead.lead).rev
    key = f"queue_expired:{lead.lead}:{rev}"
    scene.decided(QueueExpired(queued_at=lead.queued_at, team=lead.team), lead.lead, key)
    scene.work.due(lead.lead, scene.now, "queue expired")


def _wait(scene: Scene, entry: Entry) -> None:
    rev = scene.work.state(entry.lead).rev
    key = f"waits:{entry.lead}:{rev}:{entry.reason}"
    scene.decided(Waits(reason=entry.reason), entry.lead, key)
    if scene.company.writes("waiting") or scene.work.state(entry.lead).passing:
        # who waits for a next team may be held for it: its advice is of the reason
        scene.work.due(entry.lead, scene.now, "waits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What a rep may fetch at this instant: their team's line, and the `best` of it."""

    rep: Rep
    team: Team
    desk: Desk
    turns: Turns
    line: Mapping[str, Queued]
    best: Sequence[str]


def fetchable(scene: Scene, rep: str, wanted: int) -> Fetch:
    """Return which leads of their team's line a rep would get who asks for so many (R4.11).

    Hours and push limits do not count, their room and their pulls of the day do.

    Raises:
        CrmBridgeError: no such rep, one who takes no leads, or one who is no person.
    """
    teams = scene.company.teams
    person, shape = teams.rep(rep), teams.team_of(rep)
    if person is None or shape is None:
        known = ", ".join(one.id for one in teams.reps)
        raise CrmBridgeError(f"no rep {rep!r} in teams.toml; there are: {known}")
    if person.kind != "person":
        what = "a queue" if person.kind == "queue" else "assignment rules"
        raise CrmBridgeError(f"{rep} is {what}, and only a person fetches leads: name a person")
    turns = Turns.load(scene)
    before = desks(scene, teams, turns)
    team = next(one for one in before if one.id == shape.id)
    desk = next(one for one in team.desks if one.id == rep)
    if not desk.on:
        raise CrmBridgeError(
            f"{rep} takes no leads now: on = false in teams.toml, paused here, or no active user "
            "in the sales system with their address"
        )
    queued = in_line(scene, teams, before, line(scene, teams))
    mine = {one.lead: one for one in queued if one.team == team.id}
    limits = Rules(
        aging=rules(shape).aging,
        max_wait=rules(shape).max_wait,
        pull_per_day=person.pull.per_day,
        pull_min_rating=person.pull.min_rating,
        release=max(0, team.release - team.released) if team.release is not None else None,
    )
    done = turns.of(rep).pulled.get(day_of(scene, rep, scene.now).isoformat(), 0)
    best = pull(desk, mine.values(), wanted, done, scene.now, limits)
    return Fetch(rep=person, team=team, desk=desk, turns=turns, line=mine, best=best)


def fetch(scene: Scene, rep: str, wanted: int) -> list[str]:
    """Give a rep who asks for it what is `fetchable`; return the leads, the best first.

    The caller flushes.

    Raises:
        CrmBridgeError: as `fetchable`.
    """
    found = fetchable(scene, rep, wanted)
    desk, team, least = found.desk, found.team, found.rep.pull.min_rating
    for lead in found.best:
        after = desk.given(scene.now)
        capacity = replace(_capacity(desk, desk.open, fill(team.desks), team), bar=least)
        _assign(scene, found.turns, found.line[lead], rep, after.v, how="pull", capacity=capacity)
        desk = after
    found.turns.save()
    return list(found.best)
