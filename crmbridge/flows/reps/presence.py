"""The teams at this moment, as the spigot needs them: who is there, how full, whose turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from crmbridge.agreement import Rep, Teams
from crmbridge.agreement import Team as Shape
from crmbridge.flows.reps.pause import pauses
from crmbridge.flows.reps.rotation import HOUR, Turns
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.model.side import PAIR
from crmbridge.policy.routing.assign import Rules, Team
from crmbridge.policy.routing.remedy import bars_of
from crmbridge.policy.routing.rep import Desk
from crmbridge.policy.sla.hours import absent, in_hours, zone_of
from crmbridge.store import leads
from crmbridge.store.live import kept_out


def desks(scene: Scene, teams: Teams, turns: Turns) -> list[Team]:
    """Return all teams as they stand, in the order of the file."""
    work, off = open_work(scene), pauses(scene.tx, scene.now)
    out = []
    for team in teams.teams:
        gone = {rep.id for rep in team.reps if _off(scene, rep, team, off)}
        out.append(_team(scene, teams, team, work, turns, gone))
    return out


def rules(team: Shape) -> Rules:
    """How long a lead of a team waits, and when waiting helps it."""
    aging, most = timedelta(days=team.aging_days), timedelta(days=team.max_wait_days)
    return Rules(aging=aging, max_wait=most)


def _team(
    scene: Scene,
    teams: Teams,
    team: Shape,
    work: Mapping[str, int],
    turns: Turns,
    gone: set[str],
) -> Team:
    now, home = scene.now, scene.company.zone
    today = now.astimezone(zone_of(teams, team, home)).date()
    made = []
    for rep in team.reps:
        turn = turns.of(rep.id)
        made.append(
            Desk(
                id=rep.id,
                open_limit=rep.open_limit,
                open=work.get(rep.id, 0),
                weight=Fraction(rep.weight),
                per_hour=rep.per_hour,
                per_day=rep.per_day,
                per_week=rep.per_week,
                hour=sum(timedelta(0) <= now - one < HOUR for one in turn.hour),
                today=turn.days.get(today.isoformat(), 0),
                week=turn.week(today),
                v=turn.v,
                was_available=turn.available,
                last=turn.last,
                on=rep.id not in gone,
                absent=absent(teams, team, rep, now, home),
                in_hours=in_hours(teams, team, rep, now),
                skills=rep.skills,
            )
        )
    day = today.isoformat()
    return Team(
        id=team.id,
        desks=tuple(made),
        bars=bars_of(team),
        per_day=team.per_day,
        today=sum(desk.today for desk in made),
        release=teams.released_per_day(team),
        released=sum(turns.of(rep.id).released.get(day, 0) for rep in team.reps),
    )


def _off(scene: Scene, rep: Rep, team: Shape, off: Mapping[str, object]) -> bool:
    """Whether a rep takes no leads at all: by the file, by the switch, or gone from the CRM.

    So it is where their system is only read yet.
    """
    known = scene.reps.takes(rep.id) and not only_read(scene, rep)
    return not rep.on or not known or f"rep:{rep.id}" in off or f"team:{team.id}" in off


def only_read(scene: Scene, rep: Rep) -> bool:
    """Whether a rep works in a system that nobody applied a plan for yet."""
    name = scene.company.mapping.works_in(rep)
    return name not in PAIR and name in kept_out(scene.tx, [name])


def open_work(scene: Scene) -> dict[str, int]:
    """Open leads by rep, those promised and not acknowledged yet among them (R4.1)."""
    counts = leads.open_counts_by_owner(scene.tx, [stage.value for stage in OPEN_WORK])
    promised = leads.assigned(scene.tx)
    scene.work.load_leads(row.id for row in promised)
    for row in promised:
        assigned = scene.work.state(row.id).assigned
        if assigned:
            counts[assigned["rep"]] = counts.get(assigned["rep"], 0) + 1
    return counts
