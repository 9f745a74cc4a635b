"""The waiting line as the spigot needs it: a short row a lead, made anew when the lead changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from crmbridge.agreement import Rep, Teams
from crmbridge.company import digest
from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.reps.hand_on import avoided
from crmbridge.flows.reps.takers import holds, motioned, next_teams, takers
from crmbridge.flows.routing.goes_to import elsewhere, next_system
from crmbridge.flows.routing.preferred import Accounts, wanted
from crmbridge.flows.scene.account import account_of, load_account_deals
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.live_since import is_live, live_since, of_the_past
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.policy.qualify.turns_at import regrades_at
from crmbridge.policy.routing.assign import Queued, Team, fill
from crmbridge.store import queue
from crmbridge.store.queue import QueueRow

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A ready lead in line, without what changes with the desks.

    `named` are the teams whose `takes` it fulfils, `wanted` the rep whom its own past names,
    `account` the mark of its account, `waits` the reason that it was last told, empty before the
    first tick. `past` is of people who were ready before crmbridge came. `on` is `on` for a lead
    that a team of sales hands on, `back` for one that it gets back, empty for one of marketing.
    """

    lead: str
    grade: str
    rating: str
    queued_at: datetime
    hand_raise: bool = False
    exclude: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    wanted: str = ""
    account: str = ""
    waits: str = ""
    past: bool = False
    on: str = ""

    def row(self) -> dict[str, Any]:
        """Write as JSON's types."""
        return {
            "grade": self.grade,
            "rating": self.rating,
            "queued_at": instant(self.queued_at),
            "hand_raise": self.hand_raise,
            "exclude": sorted(self.exclude),
            "skills": sorted(self.skills),
            "named": list(self.named),
            "wanted": self.wanted,
            "account": self.account,
            "waits": self.waits,
            "past": self.past,
            "on": self.on,
        }

    @classmethod
    def of(cls, lead: str, row: Mapping[str, Any]) -> Place:
        """Read back what `row` wrote."""
        return cls(
            lead=lead,
            grade=row["grade"],
            rating=row["rating"],
            queued_at=parse_instant(row["queued_at"]),
            hand_raise=row["hand_raise"],
            exclude=frozenset(row["exclude"]),
            skills=frozenset(row["skills"]),
            named=tuple(row["named"]),
            wanted=row["wanted"],
            account=row["account"],
            waits=row["waits"],
            past=row["past"],
            on=row["on"],
        )


def in_line(
    scene: Scene, teams: Teams, now: Sequence[Team], places: Iterable[Place]
) -> list[Queued]:
    """Return the line as the spigot takes it, with `now` the desks of that teams file."""
    all_ = list(places)
    choice = Choice(teams, now, Accounts(scene, (one.account for one in all_ if not one.wanted)))
    return [choice.queued(one) for one in all_]


def basis(scene: Scene, teams: Teams) -> str:
    """What a place follows from, beside its lead: the agreement, the reps, whom the teams take.

    And when the past ended, which says who is of it.
    """
    takes = [
        [
            team.id,
            {word: list(some) for word, some in team.takes.items()},
            [list(team.hands_on.to), team.hands_on.when] if team.hands_on else [],
            team.direct,
        ]
        for team in teams.teams
    ]
    skills = [[one.field, list(one.values), one.skill] for one in teams.skills]
    reps = sorted(map(_works, teams.reps))
    live = instant(live_since(scene)) if is_live(scene) else ""
    agreed = [scene.company.definition, scene.company.mapping_hash]
    return digest([*agreed, takes, skills, reps, live])


def _works(rep: Rep) -> str:
    """What of a rep says whom they may have: what they are, and where they work."""
    ident = rep.id if rep.kind == "person" else f"{rep.kind}:{rep.id}"
    return f"{ident}@{rep.system}" if rep.system else ident


def refresh(scene: Scene, limit: int) -> int:
    """Make the places anew of leads that are new in line, or changed; return how many, at most
    `limit`."""
    teams = scene.company.teams
    mark = basis(scene, teams)
    placed = queue.is_placed(scene.tx, mark, scene.now)
    missing = queue.overdue(scene.tx, mark, scene.now, limit)
    if missing:
        views = _views(scene, missing)
        queue.keep(scene.tx, [_row(scene, one, teams, mark) for one in views])
        queue.wake(scene.tx)
    whole = placed or len(missing) < limit
    if not whole:
        queue.forget_placed(scene.tx)
    elif missing or not placed:
        queue.note_placed(scene.tx, mark, scene.now)
    return len(missing)


def line(scene: Scene, teams: Teams) -> list[Place]:
    """Return the places of all leads in line, by id; writes nothing.

    Places that `refresh` did not make yet are made on the way. Who was taken over as ready is in
    line once a decision says so.
    """
    mark = basis(scene, teams)
    kept = queue.places(scene.tx, mark, scene.now)
    found = {lead: Place.of(lead, row) for lead, row in kept.items()}
    missing = queue.unplaced(scene.tx, mark, scene.now, None)
    if missing:
        new = set(unjudged(scene))
        missing = [one for one in missing if one not in new]
    found |= {one.id: place_of(scene, one, teams) for one in _views(scene, missing)}
    return [found[lead] for lead in sorted(found)]


def unjudged(scene: Scene) -> list[str]:
    """Return who was taken over as ready and has not been judged: no decision put them in line."""
    some = queue.unjudged(scene.tx, scene.now)
    scene.work.load_leads(some)
    states = [(one, scene.work.state(one)) for one in some]
    return [one for one, state in states if state.queued_at is None and not state.passing]


def _views(scene: Scene, ids: Sequence[str]) -> list[View]:
    scene.work.load_leads(ids)
    scene.work.load_touches_of(ids)
    load_account_deals(scene, ids)
    return [view(scene, one) for one in ids]


def _row(scene: Scene, lead: View, teams: Teams, mark: str) -> QueueRow:
    # a grade falls at a known second, and a touch may be heard of before it happens; whatever else
    # follows from the day is looked at daily
    falls = regrades_at(scene.company.agreement, lead.case, lead.scores, lead.facts, scene.now)
    return QueueRow(
        lead=lead.id,
        rev=lead.state.rev,
        basis=mark,
        at=scene.now,
        until=min(one for one in (falls, lead.coming, scene.now + A_DAY) if one),
        place=place_of(scene, lead, teams).row(),
    )


def retell(scene: Scene, places: Iterable[Place]) -> None:
    """Keep another reason of leads that wait on; the events that say so are flushed."""
    queue.retell(
        scene.tx, [(one.lead, scene.work.state(one.lead).rev, one.row()) for one in places]
    )


def place_of(scene: Scene, lead: View, teams: Teams) -> Place:
    """Return a ready lead's place: its grade, who may take it, and who must or should get it."""
    cycle, scores = lead.life.current, lead.scores
    asked = lead.hand_raise_at
    takes, others = takers(teams, lead), elsewhere(scene, lead, teams)
    place = Place(
        lead=lead.id,
        grade=scores.in_line,
        rating=scores.rating,
        queued_at=lead.state.queued_at or cycle.opened,
        hand_raise=asked is not None and (cycle.n <= 1 or asked > cycle.opened),
        exclude=_excluded(scene, lead, teams, others),
        skills=_skills(teams, lead),
        account=account_of(scene, lead.state),
        waits=lead.state.waiting,
    )
    if lead.passes_on:
        return _passed_on(lead, teams, place, others)
    prefer = wanted(scene, lead)
    return replace(
        place,
        named=motioned(teams, lead, [one for one in takes if one not in teams.from_others]),
        wanted="" if prefer in others else prefer,
        past=of_the_past(scene, lead),
    )


def _passed_on(lead: View, teams: Teams, place: Place, others: frozenset[str]) -> Place:
    """The place of a lead that one team of sales hands on to another, or gives back to it."""
    told, asked = lead.state.passing, lead.hand_raise_at
    prefer = told["rep"] if teams.rep(told["rep"]) else ""
    return replace(
        place,
        queued_at=parse_instant(told["since"]),
        hand_raise=asked is not None and asked > lead.life.current.opened,
        named=next_teams(teams, lead),
        wanted="" if prefer in others else prefer,
        on="back" if told["back"] else "on",
    )


def _excluded(scene: Scene, lead: View, teams: Teams, others: frozenset[str]) -> frozenset[str]:
    """Reps who cannot have a lead, or are not to have it again; who gets it back had it before.

    `others` work in another system of sales than the one that it goes to.
    """
    never = unable(scene, lead, teams) | others
    if lead.passes_on and lead.state.passing["back"]:
        return never
    had = frozenset(one.rep for one in lead.returns if one.avoid and one.rep)
    return never | had | (avoided(scene, lead) if lead.passes_on else frozenset())


def _skills(teams: Teams, lead: View) -> frozenset[str]:
    rules = teams.skills
    return frozenset(one.skill for one in rules if holds(lead.facts.get(one.field), one.values))


def unable(scene: Scene, lead: View, teams: Teams) -> frozenset[str]:
    """Reps who cannot have a lead for what it is in sales: a queue never owns a contact."""
    others = frozenset(one.id for one in teams.reps if one.kind != "person")
    if not others:
        return frozenset()
    system = next_system(scene, lead)
    contact = scene.company.mapping.system(system).contact
    records = current(scene, lead.id, system) if contact else []
    records = [one for one in records if not one.seen.converted_to]
    return others if contact and records and records[0].ref.obj == contact.object else frozenset()


class Choice:
    """Which team's line each lead stands in, as the desks are now; equal leads are asked once."""

    def __init__(self, teams: Teams, now: Sequence[Team], accounts: Accounts) -> None:
        self._teams, self._now, self._accounts = teams, now, accounts
        self._all = tuple(
            team.id for team in teams.teams if not team.takes and team.id not in teams.from_others
        )
        self._found: dict[tuple[Any, ...], str] = {}

    def queued(self, place: Place) -> Queued:
        """Return a place as the spigot takes it."""
        prefer = place.wanted or self._accounts.owner(place.account, place.exclude)
        team = self._team(place, prefer)
        shape = self._teams.team(team)
        mode = shape.owner if shape else "any"
        if shape and not any(rep.id == prefer for rep in shape.reps):
            prefer = ""  # nobody waits for a rep of another team
        return Queued(
            lead=place.lead,
            team=team,
            grade=place.grade,
            rating=place.rating,
            queued_at=place.queued_at,
            hand_raise=place.hand_raise,
            exclude=place.exclude,
            prefer="" if mode == "any" else prefer,
            strict=mode == "strict" and bool(prefer),
            skills=place.skills,
            past=place.past,
            on=place.on,
        )

    def _team(self, place: Place, prefer: str) -> str:
        asked = (place.named, bool(place.on), place.exclude, place.skills, prefer)
        if asked not in self._found:
            self._found[asked] = self._choose(place, prefer)
        return self._found[asked]

    def _choose(self, place: Place, prefer: str) -> str:
        """The team whose lead this is; empty for none.

        Teams that name it go before those that take everything. Of several the one of the rep
        who should have it, else one where somebody may have it, else the least full.
        """
        ids = place.named if place.on else place.named or self._all
        mine = [team for team in self._now if team.id in ids]
        return min(mine, key=lambda one: _fits(one, place, prefer)).id if mine else ""


def _fits(team: Team, place: Place, prefer: str) -> tuple[bool, bool, Fraction]:
    able = [desk for desk in team.desks if desk.may_have(place.exclude, place.skills)]
    return (all(desk.id != prefer for desk in able), not able, fill(team.desks))
