"""How the spigot stands: desks, fill, bars, and what becomes of each lead in line, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from crmbridge.agreement import Teams, problems
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.reps.pause import Pause, pauses
from crmbridge.flows.reps.presence import desks
from crmbridge.flows.reps.rotation import Turns
from crmbridge.flows.routing.assign import Plan, bar_at, plan_tick, said
from crmbridge.flows.routing.queue import in_line, line, place_of, unjudged
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.nearest import meant
from crmbridge.policy.routing.assign import Entry, Queued, Team, fill
from crmbridge.policy.routing.remedy import remedy
from crmbridge.policy.routing.rep import Desk
from crmbridge.policy.sla.hours import zone_of
from crmbridge.store.table import Tx

RELEASE = "release"
"""A team's people of the past in a day, which stands in a table of its own."""
CHANGES = {
    "rep": ("open_limit", "per_hour", "per_day", "per_week", "weight", "on"),
    "team": ("per_day", "max_wait_days", "aging_days", "owner", RELEASE),
}
"""What a what-if may change; `none` takes a limit away."""


def capacity(company: Company, tx: Tx, changes: Sequence[str] = ()) -> dict[str, Any]:
    """Tell how the spigot stands and what its next tick would do, in JSON's types.

    `changes` are what-ifs such as `rep=ann:open_limit=5`; the tick is then one under the changed
    file. `tx` is only read.

    Raises:
        ConfigError: a change that names nobody, nothing that can be changed, or no fit value.
    """
    scene = Scene.open(company, tx)
    teams = what_if(company.teams, changes)
    before = desks(scene, teams, Turns.load(scene))
    plan = plan_tick(scene, teams, before, line(scene, teams))
    off = pauses(tx, scene.now)
    waiting = Counter(one.team for one in plan.line.values())
    past = Counter(one.team for one in plan.line.values() if one.past)
    return {
        "company": company.name,
        "as_of": instant(scene.now),
        "if": list(changes),
        "teams": [
            _team(scene, teams, team, off)
            | {"waiting": waiting[team.id], "past_waiting": past[team.id]}
            for team in plan.before
        ],
        "line": _line(scene.now, plan, teams),
        "not_judged": len(unjudged(scene)),
    }


def team_of(scene: Scene, lead: View) -> dict[str, Any]:
    """Tell of the team in whose line a ready lead stands what `capacity` tells of each.

    How many wait is left out, because it takes a look at the whole line. Empty for a lead that no
    team takes.
    """
    teams = scene.company.teams
    now = desks(scene, teams, Turns.load(scene))
    (queued,) = in_line(scene, teams, now, [place_of(scene, lead, teams)])
    off = pauses(scene.tx, scene.now)
    mine = (team for team in now if team.id == queued.team)
    return next((_team(scene, teams, team, off) for team in mine), {})


def _team(scene: Scene, teams: Teams, team: Team, off: Mapping[str, Pause]) -> dict[str, Any]:
    shape = next(one for one in teams.teams if one.id == team.id)
    full = fill(team.desks)
    zone = zone_of(teams, shape, scene.company.zone)
    return {
        "team": team.id,
        "name": shape.name,
        "day": scene.now.astimezone(zone).date().isoformat(),
        "fill": str(full),
        "passes": said(bar_at(team, full)) if shape.bar else "everything",
        "today": team.today,
        "per_day": team.per_day,
        "past": [team.released, team.release],
        "desks": [_desk(team, desk, off) for desk in team.desks],
    }


def _desk(team: Team, desk: Desk, off: Mapping[str, Pause]) -> dict[str, Any]:
    pause = off.get(f"rep:{desk.id}") or off.get(f"team:{team.id}")
    return {
        "rep": desk.id,
        "state": "paused" if pause else state_of(desk),
        "open": desk.open,
        "limit": desk.open_limit,
        "room": desk.room,
        "hour": [desk.hour, desk.per_hour],
        "today": [desk.today, desk.per_day],
        "week": [desk.week, desk.per_week],
        "weight": str(desk.weight),
        "v": str(desk.v),
        "last": instant(desk.last) if desk.last else None,
        "paused": _paused(pause) if pause else None,
    }


def state_of(desk: Desk) -> str:
    """Return one word or two for a desk: off, absent, outside hours, full or free."""
    words = (
        (not desk.on, "off"),
        (desk.absent, "absent"),
        (not desk.in_hours, "outside hours"),
        (not desk.room, "full"),
    )
    return next((word for holds, word in words if holds), "free")


def _paused(pause: Pause) -> dict[str, Any]:
    until = instant(pause.until) if pause.until else None
    return {"since": instant(pause.at), "until": until, "by": pause.by, "why": pause.why}


def _line(now: datetime, plan: Plan, teams: Teams) -> list[dict[str, Any]]:
    out = []
    for entry in plan.entries:
        lead = plan.line[entry.lead]
        out.append(
            {
                "lead": lead.lead,
                "team": lead.team,
                "grade": lead.grade,
                "rating": lead.rating,
                "hand_raise": lead.hand_raise,
                "queued_at": instant(lead.queued_at),
                "waited_days": (now - lead.queued_at).days,
                "outcome": entry.what,
                "rep": entry.rep,
                "reason": entry.reason,
                "remedy": _remedy(teams, lead, entry) if entry.what == "wait" else "",
            }
        )
    return out


def _remedy(teams: Teams, lead: Queued, entry: Entry) -> str:
    team = teams.team(lead.team)
    return remedy(entry.reason, team, lead.grade, lead.rating, on=bool(lead.on))


def what_if(teams: Teams, changes: Sequence[str]) -> Teams:
    """Return the teams with changes such as `rep=ann:open_limit=5` or `team=dach:per_day=none`.

    Raises:
        ConfigError: what is wrong with a change, and how one is written.
    """
    if not changes:
        return teams
    data = teams.model_dump(by_alias=True)
    for change in changes:
        _change(data, change)
    try:
        return Teams.model_validate(data)
    except ValidationError as exc:
        raise ConfigError("\n".join(f"--if: {line}" for line in problems(exc))) from None


def _change(data: dict[str, Any], change: str) -> None:
    head, _, tail = change.partition(":")
    kind, _, ident = head.partition("=")
    key, equals, value = tail.partition("=")
    if kind not in CHANGES or not equals:
        raise ConfigError(
            f"--if {change!r}: write it as rep=ann:open_limit=5 or team=dach:per_day=20"
        )
    if key not in CHANGES[kind]:
        hint = meant(key, CHANGES[kind], f"it may be {', '.join(CHANGES[kind])}")
        raise ConfigError(f"--if {change!r}: a {kind} has no {key!r} to change; {hint}")
    rows = data["teams"] if kind == "team" else [r for t in data["teams"] for r in t["reps"]]
    row = next((one for one in rows if one["id"] == ident), None)
    if row is None:
        known = ", ".join(one["id"] for one in rows)
        raise ConfigError(f"--if {change!r}: no {kind} {ident!r}; there are: {known}")
    told = {"none": None, "true": True, "false": False}.get(value, value)
    if key != RELEASE:
        row[key] = told
    elif told is None:
        raise ConfigError(f"--if {change!r}: people of the past always have a limit; give a number")
    else:
        row[key] = {"per_day": told}
