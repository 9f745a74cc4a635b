"""Quotas hold over any window, stop by priority, and believe the vendor."""

from collections.abc import Callable

import pytest

from crmbridge.errors import Throttled
from crmbridge.model.limits import Budget
from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.ledger import Ledger

DAY = 86_400.0


class Hand:
    """A real clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


def quota(name: str, calls: int, seconds: float, share: float = 1.0) -> Budget:
    return Budget(name=name, calls=calls, seconds=seconds, share=share, source="test")


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def build(ledger: Ledger, clock: Hand) -> Callable[..., LedgerBudgets]:
    return lambda *limits: LedgerBudgets(ledger, "acme", "app", limits, now=clock)


Build = Callable[..., LedgerBudgets]


@pytest.mark.parametrize(("calls", "seconds"), [(1, 1.0), (7, 2.0), (100, 10.0), (190, 10.0)])
def test_no_rolling_window_ever_exceeds_the_calls(
    build: Build, clock: Hand, calls: int, seconds: float
) -> None:
    budgets = build(quota("burst", calls, seconds))
    sent = []
    for n in range(3 * calls + 5):
        if n == calls:
            clock.at += 2.5 * seconds
        sent.append(clock.at + budgets.take(["burst"], 2))
    sent.sort()
    spans = [late - early for early, late in zip(sent, sent[calls:], strict=False)]
    assert all(span >= seconds - 1e-6 for span in spans)


def test_the_steady_pace_is_nearly_the_whole_limit(build: Build, clock: Hand) -> None:
    budgets = build(quota("burst", 190, 10.0))
    start = clock.at
    for _ in range(400):
        clock.at += budgets.take(["burst"], 2)
    assert 400 / (clock.at - start) >= 0.97 * 19


def test_waiting_callers_are_given_different_slots(build: Build) -> None:
    budgets = build(quota("burst", 10, 10.0))
    waits = [budgets.take(["burst"], 2) for _ in range(4)]
    assert waits == pytest.approx([0.0, 1.0, 2.0, 3.0])


@pytest.mark.parametrize(("priority", "calls"), [(0, 80), (1, 76), (2, 68), (3, 40)])
def test_a_day_stops_each_priority_at_its_share(build: Build, priority: int, calls: int) -> None:
    budgets = build(quota("day", 100, DAY, share=0.8))
    for _ in range(calls):
        budgets.take(["day"], priority)
    with pytest.raises(Throttled) as stopped:
        budgets.take(["day"], priority)
    assert stopped.value.daily
    assert stopped.value.retry_after == pytest.approx(DAY)


def test_the_bulk_takes_half_of_what_the_others_leave_and_nothing_above_its_share(
    build: Build,
) -> None:
    budgets = build(quota("day", 100, DAY))
    for _ in range(60):
        budgets.take(["day"], 1)
    for _ in range(10):
        budgets.take(["day"], 3)
    with pytest.raises(Throttled):
        budgets.take(["day"], 3)
    assert budgets.take(["day"], 2) == 0.0


def test_a_stop_reserves_nothing_on_the_other_quotas(build: Build) -> None:
    budgets = build(quota("day", 1, DAY), quota("burst", 1, 10.0))
    assert budgets.take(["day", "burst"], 0) == 0.0
    with pytest.raises(Throttled):
        budgets.take(["day", "burst"], 0)
    assert budgets.take(["burst"], 0) == pytest.approx(10.0)


def test_a_new_day_starts_from_nothing(build: Build, clock: Hand) -> None:
    budgets = build(quota("day", 1, DAY))
    budgets.take(["day"], 0)
    budgets.feedback("day", remaining=0)
    clock.at += DAY
    assert budgets.take(["day"], 0) == 0.0


def test_the_vendors_word_counts_more_than_ours(build: Build) -> None:
    budgets = build(quota("day", 1000, DAY))
    budgets.feedback("day", remaining=2, limit=10)
    assert [budgets.take(["day"], 0) for _ in range(2)] == [0.0, 0.0]
    with pytest.raises(Throttled):
        budgets.take(["day"], 0)
    (usage,) = budgets.usage()
    assert (usage.calls, usage.used) == (10, 10)


def test_a_retry_after_delays_the_pace_and_stops_the_day(build: Build, clock: Hand) -> None:
    budgets = build(quota("burst", 100, 10.0), quota("day", 100, DAY))
    budgets.feedback("burst", retry_after=30.0)
    assert budgets.take(["burst"], 2) == pytest.approx(30.0)
    budgets.feedback("day", retry_after=60.0)
    with pytest.raises(Throttled) as stopped:
        budgets.take(["day"], 0)
    assert stopped.value.retry_after == pytest.approx(60.0)
    clock.at += 61
    assert budgets.take(["day"], 0) == 0.0


def test_unknown_quotas_cost_nothing(build: Build) -> None:
    budgets = build(quota("burst", 1, 10.0))
    budgets.feedback("other", remaining=0)
    assert [budgets.take(["other"], 3), budgets.take([], 3)] == [0.0, 0.0]
    assert [usage.used for usage in budgets.usage()] == [None]


def test_two_accounts_count_apart_and_two_processes_together(
    ledger: Ledger, url: str, clock: Hand
) -> None:
    limits = [quota("day", 1, DAY)]
    LedgerBudgets(ledger, "acme", "one", limits, now=clock).take(["day"], 0)
    second = Ledger.open(url, "acme")
    assert LedgerBudgets(second, "acme", "two", limits, now=clock).take(["day"], 0) == 0.0
    with pytest.raises(Throttled):
        LedgerBudgets(second, "acme", "one", limits, now=clock).take(["day"], 0)
    second.close()


def test_a_clock_set_back_by_days_does_not_stop_the_work(build: Build, clock: Hand) -> None:
    budgets = build(quota("burst", 10, 1.0), quota("day", 10, DAY))
    clock.at += 3 * DAY
    budgets.take(["burst", "day"], 2)
    clock.at -= 3 * DAY
    assert budgets.take(["burst", "day"], 2) <= 10.0


def test_a_day_is_ample_while_more_than_half_of_each_quota_is_left(
    build: Build, clock: Hand
) -> None:
    budgets = build(quota("daily", 10, DAY), quota("burst", 5, 1.0))
    assert budgets.ample()
    for _ in range(4):
        budgets.take(["daily", "burst"], 0)
    assert budgets.ample()
    budgets.take(["daily"], 0)
    assert not budgets.ample()
    clock.at += DAY
    assert budgets.ample()
    budgets.feedback("daily", retry_after=None, remaining=3, limit=10)
    assert not budgets.ample()


def test_without_a_days_quota_calls_are_ample(build: Build) -> None:
    assert build(quota("burst", 5, 1.0)).ample()
