"""Clocks of hand-offs as a report: due and breached, how fast the answers were, and why not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from crmbridge.model import payload
from crmbridge.policy.sla.calendar import weekdays
from crmbridge.policy.sla.causes import Cause, cause_of
from crmbridge.report.frame.sheet import Report
from crmbridge.report.handoff import handoff
from tests.stages.play import example
from tests.stages.worked import START, World, ask, day, rows, sheet, worked

HOUR = timedelta(hours=1)
WORDS = ("team", "clock", "handed", "due", "breached", "median", "slow")
FIRST, ANSWER = "first touch", "accept it or give it back"


def report(world: World, **more: str) -> Report:
    with world.company.ledger.read() as tx:
        return handoff(tx, world.company, ask(world, **more))


def test_clocks_are_counted_by_team_with_the_hours_until_an_answer() -> None:
    """A warm lead of Monday 10:00 is to be touched by Tuesday 10:00, and answered by Wednesday's
    10:00: the week of the office has eight hours a day."""
    with worked(day(3)) as world:
        world.give("quick", START)
        world.accept("quick", START + 2 * HOUR)
        world.give("slow", START, "bob")
        world.accept("slow", START + 24 * HOUR)  # at the due instant of the first touch
        world.give("left", START, "bob")
        world.give("new", day(3), "eva")
        found = report(world)
    assert rows(sheet(found, "teams"), *WORDS) == [
        ("dach", FIRST, 3, 3, 1, 8, None),
        ("rest", FIRST, 1, 0, 0, None, None),
        ("all", FIRST, 4, 3, 1, 8, None),
        ("dach", ANSWER, 3, 3, 1, 8, None),
        ("rest", ANSWER, 1, 0, 0, None, None),
        ("all", ANSWER, 4, 3, 1, 8, None),
    ]
    assert rows(sheet(found, "reps"), "rep", "clock", "breached", "median")[:2] == [
        ("ann", FIRST, 0, Fraction(2)),
        ("bob", FIRST, 1, Fraction(8)),
    ]
    assert rows(sheet(found, "causes"), "team", "clock", "ignored") == [
        ("dach", FIRST, 1),
        ("dach", ANSWER, 1),
    ]


def test_a_breach_that_was_told_stays_one_whatever_the_agreement_says_now() -> None:
    told = {"clock": "first_touch", "cycle": 1, "limit_seconds": 3600, "rep": "ann"}
    told |= {"rating": "warm", "due": "2026-01-05T10:00:00.000000Z"}
    with worked(day(3)) as world:
        world.give("a", START)
        world.tell("a", START + HOUR, payload.read("sla_breached", told))
        world.accept("a", START + 2 * HOUR)
        found = report(world)
    assert rows(sheet(found, "teams"), "clock", "due", "breached")[0] == (FIRST, 1, 1)


def test_a_rep_who_was_away_or_full_is_told_from_one_who_left_it() -> None:
    """Eva is away for two days, in which her team's clock runs; her own begins on Wednesday."""
    away = {"absences": [{"from": date(2026, 1, 5), "to": date(2026, 1, 6)}]}
    full = {"open": 8, "limit": 9, "fill": "8/9", "bar": "all"}
    with worked(day(3), eva=away) as world:
        world.give("a", START, "eva")
        world.give("b", START, "ann", capacity=full)
        world.give("c", START, "ann")
        found = report(world)
    assert rows(sheet(found, "causes"), "team", "clock", "absent", "full", "ignored") == [
        ("dach", FIRST, 0, 1, 1),
        ("rest", FIRST, 0, 0, 1),
        ("dach", ANSWER, 0, 1, 1),
        ("rest", ANSWER, 1, 0, 0),
    ]


def test_a_rep_without_an_hour_in_the_time_was_outside_their_hours() -> None:
    own, saturday = weekdays(UTC), day(5)
    always = replace(own, week=(own.week[0],) * 7)

    def cause(start: datetime, *, full: bool = True) -> Cause:
        return cause_of(start, start + HOUR, running=always, absences=(), own=own, full=full)

    assert cause(saturday) is Cause.OUTSIDE_HOURS
    assert cause(START) is Cause.FULL
    assert cause(START, full=False) is Cause.IGNORED


def test_hand_offs_of_other_days_and_those_of_sales_itself_are_not_in_it() -> None:
    with worked(day(40)) as world:
        world.give("a", START)
        world.give("b", day(30))
        world.tell("c", day(30), payload.Known(), payload.Handed(kind="override", rep="ann"))
        found = report(world, since="2026-02", until="2026-02", compare="before")
    assert rows(sheet(found, "teams"), "team", "handed")[0] == ("dach", 1)
    assert rows(sheet(found, "parts"), "part", "clock", "handed")[::2] == [
        ("2026-02-01 to 2026-02-14", FIRST, 1),
        ("2026-01-18 to 2026-01-31 (before)", FIRST, 0),
    ]
    assert any(note.endswith("are not in it: 1.") for note in found.notes)


@pytest.mark.parametrize("days", [{}, {"since": "2026-01", "by": "month", "compare": "year"}])
def test_a_ledger_without_a_hand_off_says_so(days: dict[str, str]) -> None:
    with worked(day(40)) as world:
        found = report(world, **days)
    assert not sheet(found, "teams").rows
    assert sheet(found, "causes").empty == "No clock ran out."


def test_without_agreed_clocks_none_is_due_and_the_hours_are_still_told() -> None:
    with worked(day(3), example()) as world:
        world.give("a", START)
        world.accept("a", START + HOUR)
        found = report(world)
    assert rows(sheet(found, "teams"), "due", "median")[0] == (0, Fraction(1))
    assert any("no clocks" in note for note in found.notes)
