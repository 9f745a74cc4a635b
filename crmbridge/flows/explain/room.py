"""The capacity of sales at the moment of an explanation: who was given the lead, or why nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crmbridge.agreement import Rep
from crmbridge.flows.read.observe.at_sales import system_with
from crmbridge.flows.reps.presence import only_read
from crmbridge.flows.routing.goes_to import elsewhere, next_system, rule_of
from crmbridge.flows.routing.queue import unable
from crmbridge.flows.routing.what_if import team_of
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.event import Event, said
from crmbridge.model.payload import Assigned
from crmbridge.model.side import SALES
from crmbridge.policy.definition.values import fold
from crmbridge.policy.routing.remedy import remedy

STATES = {"off": "off", "paused": "paused", "absent": "absent", "outside hours": "outside_hours"}


def room_told(scene: Scene, look: View, entries: Sequence[Event], note: str) -> dict[str, Any]:
    """Return the room of the rep who was last given the lead, and of the team whose line it is in.

    `given` is the newest assignment, with the rep's and the team's room in the moment before it;
    `line` is there for a lead that waits: its team now, and each rep of it with why they do not
    have it. Where the desks of a past moment cannot be counted, `note` says so.
    """
    given = [(one.at, told) for one in entries for told in said([one], Assigned)]
    return {
        "given": _given(scene, *given[-1]) if given else None,
        "line": _line(scene, look) if look.waits and not note else None,
        "note": note,
    }


def org_told(scene: Scene, look: View, entries: Sequence[Event]) -> dict[str, Any] | None:
    """Return which system of sales has the lead, or would get it now, and by which rule.

    `has` is false while none has it; `rule` is empty where none of the mapping's says so. `None`
    for a company with one system of sales.
    """
    if len(scene.company.mapping.on(SALES)) == 1:
        return None
    if system := system_with(scene, look.id):
        given = [one for one in said(entries, Assigned) if one.cycle == look.life.cycle]
        return {"system": system, "has": True, "rule": given[-1].rule if given else ""}
    rule = rule_of(scene, look)
    system = next_system(scene, look)
    return {"system": system, "has": False, "rule": rule.id if rule else ""}


def _given(scene: Scene, at: datetime, told: Assigned) -> dict[str, Any]:
    room = told.capacity
    return {
        "at": instant(at),
        "rep": told.rep,
        "team": told.team,
        "cycle": told.cycle,
        "how": told.how,
        "grade": told.grade,
        "rating": told.rating,
        "hand_raise": told.hand_raise,
        "name": name_of(scene, told.rep),
        "open_before": room.open if room else None,
        "open_limit": room.limit if room else None,
        "fill_before": str(room.fill) if room and room.fill is not None else None,
        "bar": (room.bar if room else "") or None,
    }


def name_of(scene: Scene, rep: str) -> str:
    """A rep's name as the teams file has it, their id where it has none.

    Of who is no rep, the name that the vendor has for them, where it is known.
    """
    return scene.name_of(rep) or rep


def _line(scene: Scene, look: View) -> dict[str, Any]:
    team = {} if look.state.opted_out else team_of(scene, look)
    name = team.get("team", "")
    since, grade = _since(look), look.scores.in_line
    shape = scene.company.teams.team(name)
    return {
        "reason": look.state.waiting,
        "remedy": remedy(look.state.waiting, shape, grade, look.scores.rating, on=look.passes_on),
        "since": instant(since) if since else "",
        "leaves_at": _leaves_at(scene, look, name),
        "team": name,
        "team_name": team.get("name", ""),
        "fill": team.get("fill"),
        "passes": team.get("passes"),
        "given_today": team.get("today"),
        "per_day": team.get("per_day"),
        "grade": grade,
        "rating": look.scores.rating,
        "reps": [_desk(scene, look, one) for one in team.get("desks", ())],
    }


def _since(look: View) -> datetime | None:
    """Since when a lead is in the line that it is in."""
    if look.passes_on:
        return parse_instant(look.state.passing["since"])
    return look.state.queued_at


def _leaves_at(scene: Scene, look: View, team: str) -> str:
    """When the lead has waited too long (R4.10); empty where no team's line has it."""
    shape, since = scene.company.teams.team(team), look.state.queued_at
    if shape is None or since is None or look.passes_on:
        return ""  # who waits for a next team is with the one before
    return instant(since + timedelta(days=shape.max_wait_days, microseconds=1))


def _desk(scene: Scene, look: View, desk: Mapping[str, Any]) -> dict[str, Any]:
    """A rep of the team: `why` is empty for one who could take the lead."""
    return {
        "rep": desk["rep"],
        "name": name_of(scene, desk["rep"]),
        "open": desk["open"],
        "open_limit": desk["limit"],
        "room": desk["room"],
        "hour": desk["hour"],
        "today": desk["today"],
        "week": desk["week"],
        "why": _why(scene, look, desk),
    }


def _why(scene: Scene, look: View, desk: Mapping[str, Any]) -> list[str]:
    rep = scene.company.teams.rep(desk["rep"])
    found = [_state(scene, rep, desk)] if rep and desk["state"] in STATES else []
    if desk["rep"] in unable(scene, look, scene.company.teams):
        found.append("is_a_contact")
    if desk["rep"] in elsewhere(scene, look, scene.company.teams):
        found.append("other_system")
    if any(one.avoid and one.rep == desk["rep"] for one in look.returns):
        found.append("had_it_before")
    if rep and _skills(scene, look) - rep.skills:
        found.append("lacks_skill")
    limits = {
        "open_limit": (desk["open"], desk["limit"]),
        "per_hour": desk["hour"],
        "per_day": desk["today"],
        "per_week": desk["week"],
    }
    return found + [
        name for name, (has, most) in limits.items() if most is not None and has >= most
    ]


def _state(scene: Scene, rep: Rep, desk: Mapping[str, Any]) -> str:
    """Who takes nothing: by the file, or for want of a user in the CRM."""
    if desk["state"] == "off" and rep.on and not scene.reps.takes(rep.id):
        return "no_user"
    if desk["state"] == "off" and rep.on and only_read(scene, rep):
        return "only_read"
    return STATES[desk["state"]]


def _skills(scene: Scene, look: View) -> frozenset[str]:
    """What a rep must be able to do for this lead."""
    rules = scene.company.teams.skills
    return frozenset(rule.skill for rule in rules if _has(look, rule.field, rule.values))


def _has(look: View, word: str, wanted: Sequence[str]) -> bool:
    value = look.facts.get(word)
    held = value if isinstance(value, tuple | list) else (value,)
    told = {fold(one) for one in held if one is not None}
    return any(fold(one) in told for one in wanted)
