"""Whatever a vendor says and however the clock is set, no quota stops the work for good."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.errors import Throttled
from crmbridge.model.limits import Budget
from crmbridge.net.budget import LocalBudgets
from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.ledger import Ledger
from tests.stages.ledgers import ledger_at

HOUR, DAY = 3_600.0, 86_400.0
LIMITS = (
    Budget(name="burst", calls=100, seconds=10.0, share=0.98, source="test"),
    Budget(name="day", calls=1_000, seconds=DAY, share=0.8, source="test"),
)
NAMES = [one.name for one in LIMITS]


class Hand:
    """A real clock that a test sets."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


class Quotas(Protocol):
    def take(self, names: Sequence[str], priority: int, cost: int = 1) -> float: ...

    def feedback(
        self, name: str, *, retry_after: float | None, remaining: int | None, limit: int | None
    ) -> None: ...


Make = Callable[[Hand], Quotas]


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with TemporaryDirectory() as folder:
        opened = ledger_at(Path(folder) / "ledger.db")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def kept(ledger: Ledger) -> Make:
    """Quotas kept beside the ledger, each time of another account."""
    number = iter(range(1_000_000))
    return lambda hand: LedgerBudgets(ledger, "acme", f"app{next(number)}", LIMITS, now=hand)


@pytest.fixture(scope="module")
def local() -> Make:
    return lambda hand: LocalBudgets(LIMITS, monotonic=hand)


@pytest.fixture(scope="module", params=["kept", "local"])
def make(request: pytest.FixtureRequest) -> Make:
    found: Make = request.getfixturevalue(request.param)
    return found


def hours_until_a_call(quotas: Quotas, hand: Hand, priority: int, names: list[str]) -> int:
    """Ask once an hour, with nobody else at work and a silent vendor."""
    for hour in range(30):
        stop = stopped(quotas, names, priority)
        if stop == 0.0:
            return hour
        assert 0 < stop <= DAY
        hand.at += HOUR
    raise AssertionError("no call in thirty hours")


def stopped(quotas: Quotas, names: list[str], priority: int) -> float:
    """Ask for a call; return how long its day is stopped, 0 when it may go within an hour."""
    try:
        wait = quotas.take(names, priority)
    except Throttled as error:
        return error.retry_after
    assert wait <= HOUR
    return 0.0


@pytest.mark.parametrize("limit", [-1, 0, 1, 2, 3, 10, 10**6, 10**12])
@pytest.mark.parametrize("remaining", [None, -5, 0, 1, 2, 10**12])
@pytest.mark.parametrize("priority", [0, 1, 2, 3])
def test_one_odd_header_stops_a_day_for_an_hour_at_most(
    make: Make, limit: int, remaining: int | None, priority: int
) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=remaining, limit=limit)
    assert hours_until_a_call(quotas, hand, priority, NAMES) <= 1


@pytest.mark.parametrize("priority", [1, 2, 3])
def test_the_call_that_went_through_brings_the_right_header_and_work_goes_on(
    make: Make, priority: int
) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=0, limit=1)
    assert stopped(quotas, NAMES, priority) == pytest.approx(HOUR)
    hand.at += HOUR
    assert quotas.take(NAMES, priority) == 0.0
    quotas.feedback("day", retry_after=None, remaining=990, limit=1_000)
    for _ in range(20):
        hand.at += 1
        assert quotas.take(NAMES, priority) == 0.0


def test_while_the_header_stays_one_call_an_hour_goes_and_no_more(make: Make) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    went = 0
    for _ in range(5 * 60):
        hand.at += 60
        quotas.feedback("day", retry_after=None, remaining=0, limit=1_000)
        went += stopped(quotas, NAMES, 2) == 0.0
    assert went in (4, 5)


@pytest.mark.parametrize(
    ("limit", "remaining"), [(1, 0), (1_000, 0), (None, 0), (1, None), (1_000, 30)]
)
@pytest.mark.parametrize("priority", [0, 1, 2, 3])
def test_a_probe_that_brings_no_word_of_the_day_voids_the_old_one(
    make: Make, limit: int | None, remaining: int | None, priority: int
) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=remaining, limit=limit)
    went = 0
    for _ in range(120):
        hand.at += 60
        went += stopped(quotas, NAMES, priority) == 0.0
    # an hour for the probe, two minutes for its silence, and all calls from then on
    assert went >= 57


def test_a_probe_of_which_nothing_was_heard_yet_lets_no_second_call_through(make: Make) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=0, limit=1_000)
    assert stopped(quotas, NAMES, 2) == pytest.approx(HOUR)
    hand.at += HOUR
    assert stopped(quotas, NAMES, 2) == 0.0
    hand.at += 20
    assert stopped(quotas, NAMES, 2) == pytest.approx(100.0)
    quotas.feedback("day", retry_after=None, remaining=0, limit=1_000)
    assert stopped(quotas, NAMES, 2) == pytest.approx(HOUR - 20)


def test_the_bulk_is_probed_for_although_others_go_on(make: Make) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=240, limit=1_000)
    went = 0
    for minute in range(80):
        hand.at += 60
        if minute % 3 == 0:
            assert quotas.take(NAMES, 0) == 0.0
        went += stopped(quotas, NAMES, 3) == 0.0
    assert went >= 10


def test_an_opt_out_is_probed_for_every_five_minutes_where_the_word_stays(make: Make) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    went = []
    for minute in range(1, 31):
        hand.at += 60
        quotas.feedback("day", retry_after=None, remaining=0, limit=1_000)
        if stopped(quotas, NAMES, 0) == 0.0:
            went.append(minute)
    assert went == [6, 11, 16, 21, 26]


@pytest.mark.parametrize(
    ("limit", "remaining"),
    [(0, 0), (-1, 0), (15_000, -185_000), (10**12, 0), (1, 2), (None, 10**12), (None, -(10**12))],
)
@pytest.mark.parametrize("priority", [0, 1, 2, 3])
def test_what_cannot_be_so_is_no_statement(
    make: Make, limit: int | None, remaining: int, priority: int
) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=remaining, limit=limit)
    assert stopped(quotas, NAMES, priority) == 0.0


def test_a_soft_limit_that_is_overrun_a_little_is_believed(make: Make) -> None:
    quotas = make(Hand())
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=-100, limit=15_000)
    assert stopped(quotas, NAMES, 0) == 300.0


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_stated_limit_does_not_outlive_its_day(make: Make, limit: int) -> None:
    hand = Hand()
    quotas = make(hand)
    quotas.take(NAMES, 0)
    quotas.feedback("day", retry_after=None, remaining=0, limit=limit)
    quotas.feedback("burst", retry_after=None, remaining=0, limit=limit)
    hand.at += DAY
    for _ in range(30):
        assert quotas.take(NAMES, 2) == 0.0
        hand.at += 1


@pytest.mark.parametrize("calls", [1, 2, 3])
@pytest.mark.parametrize("priority", [0, 1, 2, 3])
def test_the_smallest_quota_of_a_company_has_a_call_a_day_for_any_priority(
    ledger: Ledger, calls: int, priority: int
) -> None:
    hand = Hand()
    few = [Budget(name="day", calls=calls, seconds=DAY, share=0.8, source="test")]
    both: list[Quotas] = [
        LedgerBudgets(ledger, "acme", f"few{calls}{priority}", few, now=hand),
        LocalBudgets(few, monotonic=hand),
    ]
    for quotas in both:
        assert quotas.take(["day"], priority) == 0.0
        assert hours_until_a_call(quotas, hand, priority, ["day"]) <= 24


@pytest.mark.parametrize("jump", [2 * HOUR, DAY, 3 * DAY, 400 * DAY, 40_000 * DAY])
@pytest.mark.parametrize("asked", [0.5, 3.0, HOUR, 10**9])
@pytest.mark.parametrize("priority", [0, 2])
def test_a_wait_asked_for_while_the_clock_ran_ahead_is_over_when_it_is_set_right(
    ledger: Ledger, kept: Make, jump: float, asked: float, priority: int
) -> None:
    hand = Hand()
    quotas = kept(hand)
    quotas.take(NAMES, 0)
    hand.at += jump
    for name in NAMES:
        quotas.feedback(name, retry_after=asked, remaining=None, limit=None)
    for _ in range(3):
        stopped(quotas, NAMES, priority)
    hand.at -= jump
    # the row of a started-anew process is the same row
    assert quotas.take(NAMES, priority) <= 10.0


def test_a_stop_of_the_day_that_the_clock_outran_ends_within_a_day(kept: Make) -> None:
    hand = Hand()
    quotas = kept(hand)
    hand.at += 3 * DAY
    for _ in range(800):
        quotas.take(["day"], 0)
    hand.at -= 3 * DAY
    assert hours_until_a_call(quotas, hand, 2, ["day"]) <= 24


Step = tuple[str, float]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from([0.0, 1.0, 2.0, 3.0])),
        st.tuples(
            st.sampled_from(["limit", "remaining", "retry", "both"]),
            st.one_of(st.integers(-5, 2_000), st.sampled_from([10**6, 10**12])).map(float),
        ),
        st.tuples(
            st.just("clock"),
            st.sampled_from([1.0, HOUR, DAY, 5 * DAY, -1.0, -HOUR, -DAY, -5 * DAY, 9_000 * DAY]),
        ),
    ),
    max_size=25,
)


def played(quotas: Quotas, hand: Hand, steps: Sequence[Step], *, back: bool) -> None:
    for what, number in steps:
        if what == "take":
            assert stopped(quotas, NAMES, int(number)) <= DAY
        elif what == "clock":
            hand.at += number if back else abs(number)
        else:
            for name in NAMES:
                quotas.feedback(
                    name,
                    retry_after=abs(number) if what == "retry" else None,
                    remaining=int(number) if what in ("remaining", "both") else None,
                    limit=int(number) if what in ("limit", "both") else None,
                )


@given(steps=STEPS, priority=st.integers(0, 3))
def test_after_any_history_a_call_goes_through_within_a_day(
    make: Make, steps: list[Step], priority: int
) -> None:
    hand = Hand()
    quotas = make(hand)
    # an in-memory quota runs on a monotonic clock, which is never set back
    played(quotas, hand, steps, back=not isinstance(quotas, LocalBudgets))
    assert hours_until_a_call(quotas, hand, priority, NAMES) <= 25


@pytest.mark.parametrize("point", ["decide", "pull"])
def test_a_slot_waits_for_no_writer_of_the_ledger(ledger: Ledger, kept: Make, point: str) -> None:
    quotas = kept(Hand())
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with ledger.write(point):
            held.set()
            done.wait(20)

    writer = threading.Thread(target=hold)
    writer.start()
    assert held.wait(20)
    try:
        began = time.perf_counter()
        quotas.take(NAMES, 2)
        quotas.feedback("day", retry_after=None, remaining=5, limit=10)
        # the writer gives up its turn after this only: a slot that waited would never come
        assert not done.is_set()
        assert time.perf_counter() - began < 15
    finally:
        done.set()
        writer.join()


@pytest.mark.parametrize("spoilt", [b"", b"no database at all, far from it" * 40])
def test_a_count_that_was_lost_or_spoilt_begins_anew(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / "ledger.db-quota").write_bytes(spoilt)
    opened = ledger_at(tmp_path / "ledger.db")
    quotas = LedgerBudgets(opened, "acme", "app", LIMITS, now=Hand())
    assert quotas.take(NAMES, 1) == 0.0
    assert [one.used for one in quotas.usage()] == [None, 1]
    opened.close()
