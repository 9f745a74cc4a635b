"""Calendars and clocks against the rules written a second time, over random calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.sla.calendar import week_before
from tests.goldens.shape_sla import calendar, outcome
from tests.sla import rules as clock_rules

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Africa/Cairo")
HOURS = ("00:00", "01:30", "02:00", "02:30", "03:00", "08:30", "12:00", "17:15", "22:00", "23:59")
START = datetime(2026, 2, 20, tzinfo=UTC)
QUICK = settings(max_examples=120, deadline=None)

windows = st.lists(
    st.tuples(st.sampled_from(HOURS), st.sampled_from([*HOURS, "24:00"])).map(list), max_size=2
)
days = st.integers(0, 280).map(lambda n: (date(2026, 2, 20) + timedelta(days=n)).isoformat())
moments = st.integers(0, 260 * 86_400).map(lambda n: START + timedelta(seconds=n)) | st.integers(
    0, 260 * 48
).map(lambda n: START + timedelta(minutes=30 * n))


# clocks change in the night to a Sunday: hours that begin or end in the hour that is gone or twice
nights = st.sampled_from(
    [
        [],
        [["01:30", "02:30"]],
        [["22:00", "02:30"]],
        [["22:00", "01:30"], ["02:30", "08:30"]],
        [["00:00", "24:00"]],
    ]
)


def absence(start: datetime, seconds: int) -> list[str]:
    return [start.isoformat(), (start + timedelta(seconds=seconds)).isoformat()]


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Any]:
    """Any calendar that is open on a Wednesday, which no day off takes away for long."""
    week = draw(st.dictionaries(st.sampled_from(clock_rules.DAYS), windows, max_size=7))
    week |= {"sat": draw(nights), "sun": draw(nights)}
    away = st.builds(absence, moments, st.integers(1, 9 * 86_400))
    return {
        "tz": draw(st.sampled_from(ZONES)),
        "week": {**week, "wed": [["09:00", "17:00"]]},
        "holidays": draw(st.lists(days, max_size=4)),
        "special": draw(st.dictionaries(days, windows, max_size=3)),
        "absences": draw(st.lists(away, max_size=3)),
    }


@QUICK
@given(calendars(), moments, st.sampled_from([0, 1, 3600, 28_800, 57_600, 100_000]))
def test_time_is_added_as_the_rules_say(cal: dict[str, Any], start: datetime, n: int) -> None:
    case = {"op": "add", "start": start.isoformat(), "seconds": n}
    assert outcome(case, calendar(cal)) == clock_rules.add(cal, start, n)


@QUICK
@given(calendars(), moments, moments)
def test_time_is_counted_as_the_rules_say(
    cal: dict[str, Any], one: datetime, two: datetime
) -> None:
    case = {"op": "diff", "start": one.isoformat(), "end": two.isoformat()}
    assert outcome(case, calendar(cal)) == clock_rules.diff(cal, one, two)


@QUICK
@given(
    calendars(),
    moments,
    st.sampled_from([3600, 14_400, 28_800]),
    st.integers(0, 40_000) | st.just(None),
    st.booleans(),
)
def test_a_clock_stands_where_the_rules_say(
    cal: dict[str, Any], start: datetime, limit: int, gone: int | None, stopped: bool
) -> None:
    """`gone` is open time since the start; without it the last quarter begins to the second."""
    used = limit * 3 // 4 if gone is None else gone
    seen = clock_rules.add(cal, start, used).isoformat()
    told = {"event": seen, "now": None} if stopped else {"event": None, "now": seen}
    case = {"op": "sla", "start": start.isoformat(), "limit_seconds": limit, **told}
    found = outcome(case, calendar(cal))
    expect = clock_rules.sla(cal, case)
    assert {name: found[name] for name in expect} == expect
    assert found["left_seconds"] == max(0, limit - found["used_seconds"])


@QUICK
@given(moments, st.sampled_from(ZONES))
def test_the_week_before_is_the_one_the_rules_say(run: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    assert week_before(run, zone) == clock_rules.week_before(run, zone)
