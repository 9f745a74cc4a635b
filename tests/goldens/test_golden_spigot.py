"""The golden cases of the spigot: who got what, why the others wait, and reps who pull."""

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from crmbridge.policy.desk import Desk
from crmbridge.policy.spigot import Bar, Queued, Rules, Team, pull, tick

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = ("open", "per_hour", "per_day", "per_week", "hour", "today", "week", "on", "was_available")


def instant(day):
    return DAY_0 + timedelta(days=day)


def within(spans, t):
    return any(start <= t < end for start, end in spans)


def desk(row, t):
    return Desk(
        id=row["id"],
        open_limit=row["open_limit"],
        weight=Fraction(row.get("weight", 1)),
        v=Fraction(row.get("v", 0)),
        last=instant(row["last"]) if row.get("last") is not None else None,
        absent=within(row.get("absent", []), t),
        in_hours=within(row["hours"], t) if "hours" in row else row.get("in_hours", True),
        skills=frozenset(row.get("skills", [])),
        **{name: row[name] for name in LIMITS if name in row},
    )


def team(row, t):
    bars = tuple(
        Bar(
            below=Fraction(bar["below"]),
            min_rating=bar.get("min_rating", ""),
            grades=frozenset(bar.get("grades", [])),
        )
        for bar in row["bars"]
    )
    return Team(
        id=row["id"],
        desks=tuple(desk(rep, t) for rep in row["reps"]),
        bars=bars,
        per_day=row.get("per_day"),
        today=row.get("today", 0),
    )


def queued(row):
    return Queued(
        lead=row["id"],
        team=row["team"],
        grade=row["grade"],
        rating=row["rating"],
        queued_at=instant(row["queued_at"]),
        hand_raise=row.get("hand_raise", False),
        exclude=frozenset(row.get("exclude", [])),
        prefer=row.get("prefer") or "",
        strict=row.get("prefer_mode") == "strict",
        skills=frozenset(row.get("skills", [])),
    )


def shown(entry):
    if entry.what == "assign":
        return [entry.lead, "assign", entry.rep, f"fill {entry.fill}"]
    return [entry.lead, entry.what, entry.reason or None]


def rules_of(config):
    return Rules(
        aging=timedelta(days=config["aging_days"]),
        max_wait=timedelta(days=config["max_wait_days"]),
        pull_per_day=config["pull_per_day"],
        pull_min_rating=config["pull_min_rating"],
    )


@pytest.mark.parametrize("seed", range(4))
def test_leads_are_handed_out(spigot_case, golden, seed):
    case, rules = spigot_case, rules_of(golden("spigot.json")["config"])
    teams = [team(row, case["t"]) for row in case["state"]["teams"]]
    leads = [queued(row) for row in case["leads"]]
    random.Random(seed).shuffle(leads)
    if case.get("op") == "pull":
        (asking,) = (one for group in teams for one in group.desks if one.id == case["rep"])
        got = pull(asking, leads, case["k"], case["pulled_today"], instant(case["t"]), rules)
        assert got == case["expect"]
        return
    log, after = tick(teams, leads, instant(case["t"]), rules)
    assert [shown(entry) for entry in log] == case["expect"]["log"]
    for one in (one for group in after for one in group.desks):
        found = {
            "v": str(one.v),
            "open": one.open,
            "today": one.today,
            "was_available": one.was_available,
        }
        assert found == case["expect"]["reps"][one.id]
