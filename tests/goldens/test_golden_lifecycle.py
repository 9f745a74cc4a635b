"""The golden cases of the lifecycle fold, each in several orders of arrival."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.model.lifecycle import RANK, LifeEvent, fold

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)


def instant(day):
    return None if day is None else DAY_0 + timedelta(days=day)


def events_of(rows):
    return [
        LifeEvent(
            at=instant(row["at"]),
            type=row["type"],
            reason=row.get("reason") or "",
            deal=row.get("deal") or "",
            kind=row.get("kind") or "",
            arrival=arrival,
        )
        for arrival, row in enumerate(rows)
    ]


def day(at):
    return None if at is None else (at - DAY_0) / timedelta(days=1)


def shown(cycle):
    return {
        "n": cycle.n,
        "opened": day(cycle.opened),
        "ms": {name: day(at) for name, at in cycle.milestones.items()},
        "kind": cycle.kind or None,
        "outcome": cycle.outcome or None,
        "reason": cycle.reason or None,
        "closed": day(cycle.closed),
        "deals": list(cycle.deals),
        "effective": {name: day(at) for name, at in cycle.effective.items()},
    }


def number(voided):
    if isinstance(voided, dict):
        return voided["n"]
    return voided[0] if isinstance(voided, list) else voided


def assert_expected(life, case):
    expect = case["expect"]
    assert (life.stage, life.cycle) == (expect["stage"], expect["cycle"])
    assert [shown(cycle) for cycle in life.cycles] == expect["cycles"]
    assert [[row.type, row.why] for row in life.ignored] == [row[1:] for row in expect["ignored"]]
    assert [cycle.n for cycle in life.voided] == [number(v) for v in expect["voided"]]


def test_the_order_of_one_instant_is_the_agreed_one(golden):
    assert dict(RANK) == golden("lifecycle.json")["rank"]


@pytest.mark.parametrize("seed", range(6))
def test_a_case_folds_to_its_cycles_in_any_order_of_arrival(lifecycle_case, golden, seed):
    out = frozenset(golden("lifecycle.json")["out_reasons"])
    rows = list(lifecycle_case["events"])
    if seed:
        random.Random(seed).shuffle(rows)
    assert_expected(fold(events_of(rows), out_reasons=out), lifecycle_case)


def test_deliveries_that_come_twice_change_nothing(lifecycle_case, golden):
    out = frozenset(golden("lifecycle.json")["out_reasons"])
    events = events_of(lifecycle_case["events"])
    assert_expected(fold([*events, *reversed(events)], out_reasons=out), lifecycle_case)
