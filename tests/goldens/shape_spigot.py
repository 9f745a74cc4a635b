"""Reads the golden cases of the spigot; their time is counted in days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from crmbridge.policy.routing.assign import Bar, Entry, Queued, Rules, Team, pull, tick
from crmbridge.policy.routing.rep import Desk
from tests.goldens.shape import Json, only

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = Fraction(1, 24)
PLAIN = ("open", "per_hour", "per_day", "per_week", "today", "week", "on")
REP = {
    *(*PLAIN, "open_limit", "weight", "v", "last", "absent", "hours", "in_hours"),
    *("skills", "hour", "was_available"),
}
TEAM = {"reps", "bars", "per_day", "today"}
BAR = {"below", "min_rating", "grades"}
LEAD = {
    *("team", "grade", "rating", "queued_at", "hand_raise", "exclude"),
    *("prefer", "prefer_mode", "skills", "on"),
}
CASE = {"t", "op", "rep", "k", "pulled_today", "state", "leads", "expect"}
MODES = {None, "prefer", "strict"}


def days(number: Any) -> timedelta:
    """Days of a case, without the error of a float."""
    return timedelta(microseconds=round(Fraction(str(number)) * 86_400 * 10**6))


def instant(day: Any) -> datetime:
    """An instant of a case."""
    return DAY_0 + days(day)


def within(spans: list[Any], t: Any) -> bool:
    """Whether an instant is in one of some half-open spans; a single span may stand alone."""
    pairs = [spans] if spans and not isinstance(spans[0], list) else spans
    return any(instant(start) <= instant(t) < instant(end) for start, end in pairs)


def last_hour(given: Any, t: Any) -> int:
    """How many a rep was given in the last 60 minutes: a number, or the instants themselves."""
    if isinstance(given, list):
        return sum(instant(t) - timedelta(hours=1) < instant(one) for one in given)
    return int(given)


def desk(row: Json, t: Any, *, was_available: bool) -> Desk:
    """A rep of a case."""
    only(row, REP, "rep")
    return Desk(
        id=row["id"],
        open_limit=row["open_limit"],
        weight=Fraction(str(row.get("weight", 1))),
        v=Fraction(str(row.get("v", 0))),
        last=None if row.get("last") is None else instant(row["last"]),
        absent=within(row.get("absent", []), t),
        in_hours=within(row["hours"], t) if "hours" in row else row.get("in_hours", True),
        skills=frozenset(row.get("skills", [])),
        hour=last_hour(row.get("hour", 0), t),
        was_available=row.get("was_available", was_available),
        **{name: row[name] for name in PLAIN if name in row},
    )


def team(row: Json, t: Any) -> Team:
    """A team of a case.

    Where reps are told to have been there at the last tick, those of whom nothing is told were
    not; where only some are told to have been away, the others were there.
    """
    only(row, TEAM, "team")
    there = not any(rep.get("was_available") for rep in row["reps"])
    return Team(
        id=row["id"],
        desks=tuple(desk(rep, t, was_available=there) for rep in row["reps"]),
        bars=tuple(map(bar, row["bars"])),
        per_day=row.get("per_day"),
        today=row.get("today", 0),
    )


def bar(row: Json) -> Bar:
    """A bar of a case."""
    only(row, BAR, "bar")
    grades = frozenset(row.get("grades") or [])
    return Bar(
        below=Fraction(str(row["below"])), min_rating=row.get("min_rating") or "", grades=grades
    )


def queued(row: Json) -> Queued:
    """A lead of a case."""
    only(row, LEAD, "lead")
    assert row.get("prefer_mode") in MODES, f"lead {row['id']}: no mode {row['prefer_mode']}"
    return Queued(
        lead=row["id"],
        team=row["team"],
        grade=row["grade"],
        rating=row["rating"],
        queued_at=instant(row["queued_at"]),
        hand_raise=row.get("hand_raise", False),
        exclude=frozenset(row.get("exclude") or []),
        prefer=row.get("prefer") or "",
        strict=bool(row.get("prefer")) and row.get("prefer_mode") == "strict",
        skills=frozenset(row.get("skills") or []),
        on=row.get("on") or "",
    )


def rules_of(config: Json) -> Rules:
    """The rules of a file."""
    only(config, {"aging_days", "max_wait_days", "pull_per_day", "pull_min_rating"}, "config")
    return Rules(
        aging=days(config["aging_days"]),
        max_wait=days(config["max_wait_days"]),
        pull_per_day=config["pull_per_day"],
        pull_min_rating=config["pull_min_rating"],
    )


def shown(entry: Entry) -> list[Any]:
    """What became of a lead, as the cases write it."""
    if entry.what == "assign":
        return [entry.lead, "assign", entry.rep, f"fill {entry.fill}"]
    return [entry.lead, entry.what, entry.reason or None]


def state(one: Desk) -> Json:
    """A rep after a tick, as the cases write it."""
    counts = {name: getattr(one, name) for name in ("open", "today", "week", "hour")}
    return {"v": str(one.v), "was_available": one.was_available, **counts}


def assert_same(found: Any, expect: Any) -> None:
    """Compare what a case says; of a rep, the numbers that it names."""
    if isinstance(expect, list):
        assert found == expect
        return
    only(expect, {"log", "reps"}, "expect")
    assert found["log"] == expect["log"]
    assert found["reps"].keys() == expect["reps"].keys()
    for rep, row in expect["reps"].items():
        only(row, found["reps"][rep], "expected rep")
        assert {name: found["reps"][rep][name] for name in row} == row


def outcome(case: Json, rules: Rules) -> Any:
    """What the policy says of a case, as the cases write it."""
    only(case, CASE, "case")
    only(case["state"], {"teams"}, "state")
    teams = [team(row, case["t"]) for row in case["state"]["teams"]]
    leads, now = [queued(row) for row in case["leads"]], instant(case["t"])
    match case.get("op", "tick"):
        case "tick":
            log, after = tick(teams, leads, now, rules)
            reps = {one.id: state(one) for group in after for one in group.desks}
            return {"log": [shown(entry) for entry in log], "reps": reps}
        case "pull":
            ((group, rep),) = (
                (one, rep) for one in teams for rep in one.desks if rep.id == case["rep"]
            )
            mine = [lead for lead in leads if lead.team == group.id]
            return pull(rep, mine, case["k"], case.get("pulled_today", 0), now, rules)
        case unknown:
            raise AssertionError(f"case {case.get('id')}: no such operation: {unknown}")
