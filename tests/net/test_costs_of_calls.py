"""Calls that cost differently, and days that begin at a vendor's own midnight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.errors import Throttled
from crmbridge.model.limits import Budget
from crmbridge.net.budget import Budgets, LocalBudgets
from crmbridge.store import Ledger
from crmbridge.store.budgets import LedgerBudgets
from tests.stages.ledgers import ledger_at

DAILY = Budget(name="daily", calls=100, seconds=86_400.0, share=1.0, source="made up")
SHORT = Budget(name="short", calls=60, seconds=60.0, share=1.0, source="made up")
TOKYO = Budget(
    name="zoned", calls=10, seconds=86_400.0, share=1.0, source="made up", zone="Asia/Tokyo"
)
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC).timestamp()


@dataclass
class Clock:
    """A clock that stands until it is told."""

    at: float = NOON

    def __call__(self) -> float:
        return self.at


def in_memory(ledger: Ledger, clock: Clock) -> Budgets:
    return LocalBudgets((DAILY, SHORT), monotonic=clock)


def in_ledger(ledger: Ledger, clock: Clock) -> Budgets:
    return LedgerBudgets(ledger, "acme", "sales", (DAILY, SHORT, TOKYO), now=clock)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = ledger_at(tmp_path / "ledger.db")
    yield found
    found.close()


@pytest.fixture(params=[in_memory, in_ledger])
def made(request: pytest.FixtureRequest) -> Callable[[Ledger, Clock], Budgets]:
    found: Callable[[Ledger, Clock], Budgets] = request.param
    return found


def test_a_dear_call_takes_more_of_a_day(
    ledger: Ledger, made: Callable[[Ledger, Clock], Budgets]
) -> None:
    budgets = made(ledger, Clock())
    for _ in range(9):
        assert budgets.take(["daily"], 0, 10) == 0.0
    budgets.take(["daily"], 0, 9)
    with pytest.raises(Throttled):
        budgets.take(["daily"], 0, 2)
    assert budgets.take(["daily"], 0, 1) == 0.0


def test_a_call_that_costs_more_than_a_day_has_goes_once_a_day(
    ledger: Ledger, made: Callable[[Ledger, Clock], Budgets]
) -> None:
    clock = Clock()
    budgets = made(ledger, clock)
    for _ in range(2):
        assert budgets.take(["daily"], 0, 500) == 0.0
        with pytest.raises(Throttled):
            budgets.take(["daily"], 0, 500)
        clock.at += 86_401


@pytest.mark.parametrize("costs", [(1,), (5,), (1, 7, 2), (60,)])
def test_no_window_holds_more_than_the_quota_by_cost(
    ledger: Ledger, made: Callable[[Ledger, Clock], Budgets], costs: tuple[int, ...]
) -> None:
    clock = Clock()
    budgets = made(ledger, clock)
    spent: list[tuple[float, int]] = []
    for turn in range(120):
        cost = costs[turn % len(costs)]
        try:
            clock.at += budgets.take(["short"], 0, cost)
        except Throttled as error:
            clock.at += error.retry_after
            continue
        spent.append((clock.at, cost))
    assert len(spent) > 10
    for at, _ in spent:
        inside = sum(cost for then, cost in spent if at <= then < at + SHORT.seconds)
        assert inside <= SHORT.calls + max(costs)


def test_a_day_of_a_zone_begins_at_its_midnight(ledger: Ledger) -> None:
    clock = Clock(datetime(2026, 11, 2, 14, 30, tzinfo=UTC).timestamp())  # 23:30 in Tokyo
    budgets = LedgerBudgets(ledger, "acme", "sales", (TOKYO,), now=clock)
    for _ in range(10):
        budgets.take(["zoned"], 0)
    with pytest.raises(Throttled) as told:
        budgets.take(["zoned"], 0)
    assert told.value.retry_after == pytest.approx(1_800)
    assert budgets.usage()[0].resets_at == clock.at + 1_800
    clock.at += 1_800
    assert budgets.take(["zoned"], 0) == 0.0


@given(
    at=st.floats(min_value=0, max_value=4_000_000_000),
    zone=st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"]),
)
def test_a_day_holds_its_instant_and_has_23_to_25_hours(at: float, zone: str) -> None:
    began, ends = Budget(
        name="b", calls=1, seconds=86_400.0, share=1.0, source="made up", zone=zone
    ).day(at)
    assert began <= at < ends
    assert 23 * 3600 <= ends - began <= 25 * 3600
