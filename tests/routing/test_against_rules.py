"""The spigot against the rules written a second time, over cases shaped as the golden ones."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.flows.reps.rotation import HOUR, Turn
from tests.goldens.shape_spigot import assert_same, outcome, rules_of
from tests.routing import rules as spigot_rules

CONFIG = {"aging_days": 7, "max_wait_days": 14, "pull_per_day": 5, "pull_min_rating": "warm"}
REPS = ("ann", "bob", "cat", "dan")
BARS = [
    {"below": "1/2", "min_rating": "warm"},
    {"below": "4/5", "min_rating": "hot"},
    {"below": "1", "grades": ["A1"]},
]
QUICK = settings(max_examples=60, deadline=None)
spans = st.lists(
    st.tuples(st.sampled_from([90, 99, 100]), st.sampled_from([100, 101, 120])).map(list),
    max_size=2,
)
limits = st.integers(0, 6)
v = st.fractions(min_value=-2, max_value=9, max_denominator=6).map(str)
skills = st.lists(st.sampled_from(["fr", "jp"]), unique=True, max_size=2)
below = st.sampled_from(["1/4", "1/2", "4/5", "1", "2"])
bar = st.one_of(
    st.fixed_dictionaries({"below": below, "min_rating": st.sampled_from(["cold", "warm", "hot"])}),
    st.fixed_dictionaries(
        {"below": below, "grades": st.lists(st.sampled_from(["A1", "A2", "B1", "C3"]), min_size=1)}
    ),
)


def rep(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(name), "open_limit": st.integers(0, 9)},
        optional={
            "open": st.integers(0, 9),
            "weight": st.sampled_from([1, 2, 3, "1/2", 5]),
            "per_hour": limits,
            "per_day": limits,
            "per_week": limits,
            "hour": st.integers(0, 4),
            "today": st.integers(0, 4),
            "week": st.integers(0, 4),
            "v": v,
            "was_available": st.booleans(),
            "last": st.sampled_from([98, 99, 99.5]),
            "absent": spans,
            "hours": st.one_of(st.just([[99, 101]]), spans),
            "skills": skills,
        },
    )


def team(name: str, reps: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(name),
            "reps": st.tuples(*map(rep, reps)).map(list),
            "bars": st.one_of(st.just(BARS), st.lists(bar, max_size=3)),
        },
        optional={"per_day": st.integers(0, 6), "today": st.integers(0, 3)},
    )


lead = st.fixed_dictionaries(
    {
        "team": st.sampled_from(["T1", "T1", "T2"]),
        "grade": st.tuples(st.sampled_from("AABCD"), st.sampled_from("1234")).map("".join),
        "rating": st.sampled_from(["cold", "warm", "hot", "hot"]),
        "queued_at": st.sampled_from([100, 99.5, 98, 93, 93.01, 92.99, 86.01, 86, 85.99, 80]),
    },
    optional={
        "hand_raise": st.booleans(),
        "exclude": st.lists(st.sampled_from(REPS), max_size=2),
        "prefer": st.sampled_from(REPS),
        "prefer_mode": st.sampled_from(["prefer", "strict"]),
        "skills": skills,
    },
)


def told(reps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of nobody or of everybody is it told who was there."""
    return [{"was_available": False} | one for one in reps]


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    teams = [draw(team("T1", REPS[:3])), draw(team("T2", REPS[3:]))]
    for one in teams:
        one["reps"] = told(one["reps"])
    rows = draw(st.lists(lead, min_size=1, max_size=14))
    leads = [row | {"id": f"q{n:02}"} for n, row in enumerate(rows)]
    return {"t": draw(st.sampled_from([100, 100.25])), "state": {"teams": teams}, "leads": leads}


@st.composite
def rushes(draw: st.DrawFn) -> dict[str, Any]:
    """More leads than there is room for, all of them good enough, and everybody is there."""
    size = st.none() | st.integers(0, 4)
    used = st.integers(0, 1)
    reps = []
    for name in REPS[:3]:
        row = {"id": name, "open_limit": draw(st.integers(0, 5)), "open": draw(used)}
        row |= {key: n for key in ("per_hour", "per_day", "per_week") if (n := draw(size))}
        reps.append(row | {key: draw(used) for key in ("hour", "today", "week")})
    teams = [{"id": "T1", "reps": reps, "bars": [{"below": "2", "min_rating": "cold"}]}]
    if most := draw(size):
        teams[0]["per_day"] = 2 * most
    plain = {"team": "T1", "grade": "A1", "rating": "hot", "queued_at": 99}
    who = st.lists(st.sampled_from(REPS[:3]), max_size=2)
    leads = [plain | {"id": f"q{n:02}", "exclude": draw(who)} for n in range(16)]
    for one in leads[::3]:
        one["prefer"] = draw(st.sampled_from(REPS[:3]))
        one["prefer_mode"] = draw(st.sampled_from(["prefer", "strict"]))
    return {"t": 100, "state": {"teams": teams}, "leads": leads}


@QUICK
@given(cases() | rushes())
def test_a_tick_is_what_the_rules_say(case: dict[str, Any]) -> None:
    expect = spigot_rules.tick(copy.deepcopy(case), CONFIG)
    assert_same(outcome(case, rules_of(CONFIG)), expect)


@QUICK
@given(cases(), st.sampled_from(REPS), st.integers(0, 9), st.integers(0, 6))
def test_a_pull_is_what_the_rules_say(case: dict[str, Any], who: str, k: int, pulled: int) -> None:
    asked = case | {"op": "pull", "rep": who, "k": k, "pulled_today": pulled}
    assert outcome(asked, rules_of(CONFIG)) == spigot_rules.pull(copy.deepcopy(asked), CONFIG)


@QUICK
@given(cases() | rushes())
def test_a_tick_passes_no_limit_and_gives_no_lead_to_an_excluded_rep(case: dict[str, Any]) -> None:
    found = outcome(case, rules_of(CONFIG))
    leads = {one["id"]: one for one in case["leads"]}
    given_to = [(leads[row[0]], row[2]) for row in found["log"] if row[1] == "assign"]
    assert all(who not in lead.get("exclude", []) for lead, who in given_to)
    for group in case["state"]["teams"]:
        mine = [who for _, who in given_to if who in {one["id"] for one in group["reps"]}]
        if mine and "per_day" in group:
            assert group.get("today", 0) + len(mine) <= group["per_day"]
        for one in group["reps"]:
            assert_within(one, mine.count(one["id"]))


def assert_within(one: dict[str, Any], got: int) -> None:
    limits_of = (("open_limit", "open"), ("per_day", "today"), ("per_week", "week"))
    for limit, used in (*limits_of, ("per_hour", "hour")):
        if got and limit in one:
            assert one.get(used, 0) + got <= one[limit]


@QUICK
@given(cases() | rushes())
def test_a_lead_waits_only_where_no_rep_who_may_have_it_is_free(case: dict[str, Any]) -> None:
    found = outcome(case, rules_of(CONFIG))
    after = copy.deepcopy(case)
    for one in (one for group in after["state"]["teams"] for one in group["reps"]):
        one |= {name: found["reps"][one["id"]][name] for name in ("open", "today", "week", "hour")}
    left = {one["id"]: one for one in after["leads"]}
    t = spigot_rules.exact(case["t"])
    for name, what, reason, *_ in found["log"]:
        if what == "wait" and reason not in ("below_bar", "team_limit", "owner_not_free"):
            lead, reps = left[name], reps_of(after, left[name]["team"])
            free = [one for one in reps if spigot_rules.available(one, t)]
            assert not any(spigot_rules.eligible(lead, one) for one in free)


def reps_of(case: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for group in case["state"]["teams"] if group["id"] == name for one in group["reps"]]


def bench(*reps: dict[str, Any], leads: int) -> dict[str, Any]:
    """One open team, and leads that are all alike."""
    rows = [
        {"id": f"q{n:03}", "team": "T1", "grade": "A1", "rating": "hot", "queued_at": 99}
        for n in range(leads)
    ]
    desks = [{"open_limit": 10**6} | one for one in reps]
    open_bar = [{"below": "2", "min_rating": "cold"}]
    teams = [{"id": "T1", "reps": desks, "bars": open_bar}]
    return {"t": 100, "state": {"teams": teams}, "leads": rows}


def turns(case: dict[str, Any]) -> str:
    """The first letters of those who got leads, in order."""
    return "".join(row[2][0] for row in outcome(case, rules_of(CONFIG))["log"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(1, 120))
def test_no_prefix_of_a_line_is_a_lead_and_a_half_off_the_shares(
    weights: list[int], number: int
) -> None:
    reps = [{"id": chr(97 + n), "weight": weight} for n, weight in enumerate(weights)]
    given_to = turns(bench(*reps, leads=number))
    for total in range(1, number + 1):
        for one in reps:
            share = Fraction(one["weight"] * total, sum(weights))
            assert abs(given_to[:total].count(str(one["id"])) - share) <= Fraction(3, 2)


def test_five_to_one_to_one_takes_turns_as_agreed() -> None:
    reps = [{"id": name, "weight": weight} for name, weight in (("a", 5), ("b", 1), ("c", 1))]
    assert turns(bench(*reps, leads=14)) == "aabcaaaaabcaaa"


@pytest.mark.parametrize("told_of", ["who was away", "who stayed"])
def test_who_comes_back_gets_a_fair_part_and_not_all(told_of: str) -> None:
    away = told_of == "who was away"
    back = {"id": "cat", "v": 12} | ({"was_available": False} if away else {})
    stayed = {"open": 9} if away else {"open": 9, "was_available": True}
    reps = [back, {"id": "ann", "v": 30} | stayed, {"id": "bob", "v": 29} | stayed]
    assert turns(bench(*reps, leads=6)).count("c") == 3


def test_a_turn_given_back_overnight_is_not_lost_when_all_come_back() -> None:
    reps = [
        {"id": "ann", "v": "-2", "was_available": False},
        {"id": "bob", "v": "0", "was_available": False},
    ]
    assert turns(bench(*reps, leads=4)) == "aaba"


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Pacific/Auckland", "UTC")
A_FRIDAY = datetime(2026, 3, 20, tzinfo=UTC)
minutes_between = st.lists(
    st.sampled_from([0, 1, 59, 60, 61, 600, 1439, 1440, 4000, 20_000]), min_size=1, max_size=25
)


@settings(max_examples=200, deadline=None)
@given(minutes_between, st.sampled_from(ZONES), st.integers(0, 300))
def test_counts_are_those_of_the_hour_the_day_and_the_week_of_the_team(
    minutes: list[int], name: str, day: int
) -> None:
    zone, now, turn = ZoneInfo(name), A_FRIDAY + timedelta(days=day), Turn()
    given_at: list[datetime] = []
    for step in minutes:
        now += timedelta(minutes=step)
        today = now.astimezone(zone).date()
        days = [one.astimezone(zone).date() for one in given_at]
        assert turn.days.get(today.isoformat(), 0) == days.count(today)
        week = [one for one in days if one.isocalendar()[:2] == today.isocalendar()[:2]]
        assert turn.week(today) == len(week)
        last = [one for one in given_at if (now - one).total_seconds() < 3600]
        assert sum(now - one < HOUR for one in turn.hour) == len(last)
        turn.given(now, today, Fraction(1))
        turn = Turn.of(turn.row())
        given_at.append(now)
