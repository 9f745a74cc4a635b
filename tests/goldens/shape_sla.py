"""Reads the golden cases of business calendars and clocks of the hand-off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement.sla.calendars import WEEK, Window, window
from crmbridge.policy.sla import clocks
from crmbridge.policy.sla.calendar import Calendar
from tests.goldens.shape import Json, instant, only

CALENDAR = {"tz", "week", "holidays", "special", "absences"}
CASES = {
    "add": {"op", "cal", "start", "seconds", "expect"},
    "diff": {"op", "cal", "start", "end", "expect_seconds"},
    "sla": {"op", "cal", "start", "limit_seconds", "event", "now", "expect"},
}


def calendar(given: Json) -> Calendar:
    """A calendar of a file."""
    only(given, CALENDAR, "calendar")
    only(given["week"], WEEK, "week")
    return Calendar(
        zone=ZoneInfo(given["tz"]),
        week=tuple(windows(given["week"].get(day, [])) for day in WEEK),
        holidays=frozenset(map(date.fromisoformat, given.get("holidays", []))),
        special={
            date.fromisoformat(day): windows(found)
            for day, found in given.get("special", {}).items()
        },
        absences=tuple((moment(one), moment(other)) for one, other in given.get("absences", [])),
    )


def windows(pairs: list[list[str]]) -> tuple[Window, ...]:
    """The windows of a day."""
    return tuple(window("-".join(clock.zfill(5) for clock in pair)) for pair in pairs)


def moment(text: str) -> datetime:
    """An instant of a case."""
    return datetime.fromisoformat(text)


def outcome(case: Json, cal: Calendar) -> Any:
    """What the policy says of a case: an instant, seconds, or a reading."""
    assert case["op"] in CASES, f"no such operation: {case['op']}"
    only(case, CASES[case["op"]], f"case {case['op']}")
    start = moment(case["start"])
    if case["op"] == "add":
        return cal.add(start, case["seconds"])
    if case["op"] == "diff":
        return cal.diff(start, moment(case["end"]))
    event, now = instant(case.get("event")), instant(case.get("now"))
    found = clocks.read(cal, start, case["limit_seconds"], event=event, now=now)
    return {
        "due": found.due,
        "status": found.status,
        "used_seconds": found.used,
        "left_seconds": found.left,
    }


def expected(case: Json) -> Any:
    """What a case expects, its instants read."""
    if case["op"] == "add":
        return moment(case["expect"])
    if case["op"] == "diff":
        return case["expect_seconds"]
    return case["expect"] | {"due": moment(case["expect"]["due"])}
