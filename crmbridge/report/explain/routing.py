"""The room of sales as an explanation tells it: who was given the lead, or why nobody was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.policy.routing.remedy import REASONS
from crmbridge.report.routing import percent
from crmbridge.report.text import visible, when, who

Told = Mapping[str, Any]
WHY: Mapping[str, str] = {
    "off": "takes no leads: on = false in teams.toml",
    "paused": "is paused by `crmbridge capacity pause`",
    "no_user": "has no active user or queue in the CRM",
    "only_read": "works in a system that is only read until a plan is applied",
    "absent": "is away",
    "outside_hours": "is outside their hours",
    "other_system": "works in another system of sales than the one that this lead goes to",
    "is_a_contact": "gives out leads alone, and this one is a contact in the CRM",
    "had_it_before": "had it before, and the reason says to try another rep",
    "lacks_skill": "lacks a skill that this lead asks for",
    "open_limit": "is full",
    "per_hour": "has had their leads of the hour",
    "per_day": "has had their leads of the day",
    "per_week": "has had their leads of the week",
}
"""Why a rep of the team does not have a lead that waits."""


def room(told: Told) -> Iterator[str]:
    """Yield the newest assignment with its room, and the desks of the team whose line it is in."""
    yield from _org(told["org"])
    found = told["capacity"]
    if given := found["given"]:
        yield from _given(given)
    if found["note"]:
        yield visible(found["note"])
    if line := found["line"]:
        yield from _line(line)


def _org(org: Told | None) -> Iterator[str]:
    """To which of several systems of sales a lead goes, or went, and why."""
    if org is None:
        return
    verb = "it is in" if org["has"] else "its next trip goes to"
    rule = f"by the rule {visible(org['rule'])}" if org["rule"] else "no rule names another"
    kept = ", and stays there until the trip ends" if org["has"] else ""
    yield f"{verb} {visible(org['system'])}, {rule}{kept}"


def _given(given: Told) -> Iterator[str]:
    how = "fetched by" if given["how"] == "pull" else "given to"
    team = f" of team {who(given['team'])}" if given["team"] else ""
    grade = f", as {given['grade']} ({given['rating']})" if given["grade"] else ""
    yield f"{how} {visible(given['name'])}{team} on {when(given['at'])}{grade}"
    if given["open_before"] is None:
        yield "  their room in that moment was not noted"
        return
    full = f"; the team was {percent(given['fill_before'])} full" if given["fill_before"] else ""
    bar = f" and let through {visible(given['bar'])}" if given["bar"] else ""
    yield f"  they held {given['open_before']} of {given['open_limit']}{full}{bar}"


def _line(line: Told) -> Iterator[str]:
    why = REASONS.get(line["reason"], visible(line["reason"])) or "the spigot has not looked yet"
    yield f"waits since {when(line['since'])}: {why}"
    if not line["team"]:
        yield "  no team takes it: see `takes` in teams.toml"
        return
    today = f"{line['given_today']} of {line['per_day']}" if line["per_day"] is not None else ""
    yield (
        f"  team {visible(line['team_name'] or line['team'])}: {percent(line['fill'])} full, lets "
        f"through {visible(line['passes'])}; this lead is {line['grade']} ({line['rating']})"
        + (f"; given today {today}" if today else "")
    )
    if line["remedy"]:
        yield f"  what frees it: {line['remedy']}"
    for rep in line["reps"]:
        yield f"  {visible(rep['name'])}: {_rep(rep)}"
    if line["leaves_at"]:
        yield f"  it leaves the line on {when(line['leaves_at'])} if nobody takes it by then"


def _rep(rep: Told) -> str:
    has = f"holds {rep['open']} of {rep['open_limit']}"
    if not rep["why"]:
        return f"{has}; could take it, once the team's bar and limit let it through"
    return f"{has}; {', and '.join(WHY[word] for word in rep['why'])}"
