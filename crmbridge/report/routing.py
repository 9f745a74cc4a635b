"""How the spigot stands, as rows and lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from crmbridge.policy.routing.remedy import REASONS
from crmbridge.report.text import visible, when

Told = Mapping[str, Any]

DESK = ("rep", "state", "open", "today", "week", "weight", "last lead", "note")
LEAD = ("lead", "team", "grade", "rating", "waits", "what becomes of it")


def summary(team: Told) -> str:
    """One line about a team."""
    limit = f" of {team['per_day']}" if team["per_day"] is not None else ""
    name = f" ({team['name']})" if team["name"] else ""
    return (
        f"{team['team']}{name}: {percent(team['fill'])} full, passes {team['passes']}; "
        f"{team['today']}{limit} given on {team['day']}, {team['waiting']} waiting{_past(team)}"
    )


def _past(team: Told) -> str:
    """How many people of the past went out on that day, where there are any."""
    given, limit = team["past"]
    if not given and not team["past_waiting"]:
        return ""
    return f"; of the past: {given} of {limit} given, {team['past_waiting']} waiting"


def percent(share: str) -> str:
    """A fraction as whole per cent."""
    return f"{round(Fraction(share) * 100)} %"


def desk_row(desk: Told) -> tuple[str, ...]:
    """One row about a rep."""
    return (
        desk["rep"],
        desk["state"],
        f"{desk['open']} of {desk['limit']}",
        _of(desk["today"]),
        _of(desk["week"]),
        desk["weight"],
        when(desk["last"]),
        _note(desk),
    )


def _of(pair: list[int | None]) -> str:
    given, limit = pair
    return f"{given}" if limit is None else f"{given} of {limit}"


def _note(desk: Told) -> str:
    paused = desk["paused"]
    if not paused:
        return ""
    until = f" until {when(paused['until'])}" if paused["until"] else ""
    why = f" ({visible(paused['why'])})" if paused["why"] else ""
    return f"paused by {paused['by']} since {when(paused['since'])}{until}{why}"


def lead_row(lead: Told) -> tuple[str, ...]:
    """One row about a lead in line."""
    raised = " (asked for us)" if lead["hand_raise"] else ""
    days = lead["waited_days"]
    return (
        lead["lead"][:8],
        lead["team"] or "-",
        lead["grade"],
        f"{lead['rating']}{raised}",
        f"{days} d",
        _outcome(lead),
    )


def _outcome(lead: Told) -> str:
    if lead["outcome"] == "assign":
        return f"goes to {lead['rep']}"
    if lead["outcome"] == "expired":
        return "leaves the line: it waited too long"
    return REASONS.get(lead["reason"], lead["reason"])


def title(told: Told) -> Iterator[str]:
    """What the tables are about."""
    yield f"{told['company']} at {when(told['as_of'])}"
    if told["if"]:
        yield f"as it would be with {', '.join(told['if'])}; nothing is changed"


def not_judged(many: int) -> Iterator[str]:
    """Of whom nobody can say yet whether they are in line."""
    if many:
        verb = "is" if many == 1 else "are"
        yield (
            f"{many} more, ready as marketing has it, {verb} not judged yet: `crmbridge plan` "
            "judges them."
        )
