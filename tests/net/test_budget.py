"""Quotas kept in memory: pacing, the day's shares, and what the vendor says of them."""

from __future__ import annotations

import math

import pytest

from crmbridge.errors import Throttled
from crmbridge.model.limits import Budget
from crmbridge.net.budget import LocalBudgets


class Hands:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def burst(calls: int, seconds: float, share: float = 1.0) -> Budget:
    return Budget(name="burst", calls=calls, seconds=seconds, share=share, source="test")


def daily(calls: int, share: float = 1.0) -> Budget:
    return Budget(name="daily", calls=calls, seconds=86_400, share=share, source="test")


@pytest.mark.parametrize(
    ("calls", "seconds", "share"), [(190, 10.0, 0.98), (5, 1.0, 0.98), (100, 10.0, 1.0), (1, 2, 1)]
)
def test_no_window_of_the_quotas_length_holds_more_than_its_calls(
    calls: int, seconds: float, share: float
) -> None:
    clock = Hands()
    budgets = LocalBudgets([burst(calls, seconds, share)], monotonic=clock)
    sent: list[float] = []
    for _ in range(calls * 5):
        clock.at += budgets.take(["burst"], 3)
        sent.append(clock.at)
    most = max(sum(at <= other < at + seconds - 1e-6 for other in sent) for at in sent)
    assert most <= math.ceil(calls * share) <= calls
    rate = (len(sent) - 1) / (sent[-1] - sent[0]) * seconds
    assert rate > calls * share * 0.85


@pytest.mark.parametrize(("priority", "calls"), [(0, 100), (1, 95), (2, 85), (3, 70)])
def test_a_priority_stops_at_its_share_of_the_day(priority: int, calls: int) -> None:
    budgets = LocalBudgets([daily(100)], monotonic=Hands())
    for _ in range(calls):
        assert budgets.take(["daily"], priority) == 0.0
    with pytest.raises(Throttled) as caught:
        budgets.take(["daily"], priority)
    assert caught.value.daily
    assert caught.value.retry_after == 86_400


def test_a_higher_priority_goes_on_where_a_lower_one_stopped() -> None:
    budgets = LocalBudgets([daily(100, share=0.5)], monotonic=Hands())
    for _ in range(35):
        budgets.take(["daily"], 3)
    with pytest.raises(Throttled):
        budgets.take(["daily"], 3)
    assert [budgets.take(["daily"], 0) for _ in range(15)] == [0.0] * 15
    with pytest.raises(Throttled):
        budgets.take(["daily"], 0)


def test_a_refused_call_takes_no_slot_of_another_quota() -> None:
    clock = Hands()
    budgets = LocalBudgets([burst(1, 30.0), daily(1)], monotonic=clock)
    budgets.take(["daily"], 0)
    for _ in range(5):
        with pytest.raises(Throttled):
            budgets.take(["burst", "daily"], 0)
    assert budgets.take(["burst"], 0) == 0.0


def test_a_new_day_starts_from_nothing() -> None:
    clock = Hands()
    budgets = LocalBudgets([daily(1)], monotonic=clock)
    budgets.take(["daily"], 0)
    clock.at += 86_400
    assert budgets.take(["daily"], 0) == 0.0


def test_the_vendors_count_of_the_day_counts() -> None:
    budgets = LocalBudgets([daily(1000, share=0.8)], monotonic=Hands())
    budgets.feedback("daily", remaining=150, limit=500)
    assert budgets.take(["daily"], 0) == 0.0
    budgets.feedback("daily", remaining=100, limit=500)
    with pytest.raises(Throttled):
        budgets.take(["daily"], 0)


def test_retry_after_shuts_a_quota_for_everyone() -> None:
    clock = Hands()
    budgets = LocalBudgets([burst(100, 10.0)], monotonic=clock)
    budgets.feedback("burst", retry_after=20.0)
    assert budgets.take(["burst"], 0) == 20.0
    clock.at += 20
    assert budgets.take(["burst"], 0) == 0.0
    budgets.feedback("burst", retry_after=10**9)
    with pytest.raises(Throttled) as caught:
        budgets.take(["burst"], 0)
    assert caught.value.retry_after == 3600
    assert not caught.value.daily


def test_unknown_names_cost_nothing() -> None:
    budgets = LocalBudgets([daily(1)], monotonic=Hands())
    budgets.feedback("other", remaining=0)
    assert budgets.take(["other"], 3) == 0.0
    assert budgets.take([], 3) == 0.0
