"""The local engine, and the pace at which systems are tried."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from crmbridge.daemon.engine import Hand, Job, Work
from crmbridge.daemon.jobs import next_look
from crmbridge.daemon.local import LocalEngine
from crmbridge.daemon.pace import Pace, Strain, Way, slower
from crmbridge.errors import AuthFailed, Throttled, Unavailable
from tests.daemon.house import wait


def job(kind: str = "look", **fields: Any) -> Job:
    return Job(kind=kind, company="acme", **fields)


@contextmanager
def running(engine: LocalEngine, work: Work, *, grace: float = 2.0) -> Iterator[Callable[[], bool]]:
    """The engine at work in a thread; calling what comes back ends it and gives its verdict."""
    over = threading.Event()
    verdict: list[bool] = []
    thread = threading.Thread(
        target=lambda: verdict.append(engine.run(work, over.wait, grace=grace)), daemon=True
    )
    thread.start()

    def stop() -> bool:
        over.set()
        thread.join(grace + 2)
        return verdict[0]

    try:
        yield stop
    finally:
        over.set()
        thread.join(grace + 2)


def test_one_job_of_a_name_runs_at_a_time_and_again_when_asked_meanwhile() -> None:
    engine = LocalEngine(4)
    most, now, runs = [0], [0], [0]
    gate = threading.Event()

    def work(one: Job, hand: Hand) -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        runs[0] += 1
        gate.wait(2)
        now[0] -= 1

    with running(engine, work) as stop:
        engine.enqueue(job())
        wait(lambda: runs[0] == 1)
        for _ in range(5):
            engine.enqueue(job())
        gate.set()
        wait(lambda: runs[0] == 2)
        time.sleep(0.1)
        assert stop()
    assert (most[0], runs[0]) == (1, 2)


def test_a_job_that_raises_runs_again_later_and_the_others_go_on() -> None:
    engine = LocalEngine(2)
    runs: Counter[str] = Counter()

    def work(one: Job, hand: Hand) -> None:
        runs[one.kind] += 1
        if one.kind == "bad":
            raise ValueError("grete@vogel.example")

    with running(engine, work):
        engine.every(job("bad"), 0.01)
        engine.every(job("good"), 0.01)
        wait(lambda: runs["good"] > 20)
        found = {one.job.kind: one for one in engine.status()}
    assert runs["bad"] == 1
    assert (found["bad"].failures, found["bad"].error) == (1, "ValueError")
    assert found["bad"].due is not None
    assert found["bad"].due > 0.5
    assert found["good"].failures == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_dies_is_replaced() -> None:
    engine = LocalEngine(1)
    runs = [0]

    def work(one: Job, hand: Hand) -> None:
        runs[0] += 1
        if runs[0] == 1:
            raise SystemExit

    with running(engine, work):
        engine.every(job(), 0.01)
        wait(lambda: runs[0] > 3)
    assert runs[0] > 3


def test_the_more_urgent_job_goes_first() -> None:
    engine = LocalEngine(1)
    order: list[str] = []
    for kind, priority in (("bulk", 9), ("drain", 1), ("look", 3)):
        engine.enqueue(job(kind, priority=priority))
    time.sleep(0.01)
    with running(engine, lambda one, hand: order.append(one.kind)):
        wait(lambda: len(order) == 3)
    assert order == ["drain", "look", "bulk"]


def test_a_job_without_a_sign_of_life_hangs_and_one_with_signs_does_not() -> None:
    engine = LocalEngine(2)
    over = threading.Event()

    def work(one: Job, hand: Hand) -> None:
        while not over.wait(0.02):
            if one.kind == "lively":
                hand.stopping()

    with running(engine, work):
        for kind in ("lively", "stuck"):
            engine.enqueue(job(kind, deadline=0.2))
        time.sleep(0.4)
        hanging = {one.job.kind for one in engine.status() if one.hangs}
        over.set()
    assert hanging == {"stuck"}


def test_a_job_that_finds_no_worker_hangs_too() -> None:
    engine = LocalEngine(1)
    over = threading.Event()
    with running(engine, lambda one, hand: over.wait(5) and None):
        engine.enqueue(job("long"))
        time.sleep(0.05)
        engine.enqueue(job("late", deadline=0.1))
        time.sleep(0.25)
        hanging = {one.job.kind for one in engine.status() if one.hangs}
        over.set()
    assert hanging == {"late"}


def test_stopping_ends_a_wait_and_what_does_not_end_is_left_after_the_grace() -> None:
    ended: list[str] = []

    def waits(one: Job, hand: Hand) -> None:
        try:
            hand.sleep(30)
        except Unavailable:
            ended.append("woken")

    engine = LocalEngine(1)
    with running(engine, waits) as stop:
        engine.enqueue(job())
        wait(lambda: engine.status()[0].silent is not None)
        assert stop()
    assert ended == ["woken"]

    stuck = LocalEngine(1)
    over = threading.Event()
    with running(stuck, lambda one, hand: over.wait(9) and None, grace=0.2) as stop:
        stuck.enqueue(job())
        wait(lambda: stuck.status()[0].silent is not None)
        assert not stop()
    over.set()


@pytest.mark.parametrize(
    ("error", "state", "least", "most"),
    [
        (Unavailable("x"), "away", 1.9, 900.0),
        (Throttled("x", retry_after=7), "away", 6.9, 7.0),
        (Throttled("x", retry_after=86_400, daily=True), "away", 3599.0, 3600.0),
        (AuthFailed("x"), "paused", 299.0, 300.0),
    ],
)
def test_a_failure_says_how_long_to_wait(
    error: Exception, state: str, least: float, most: float
) -> None:
    way = Way(probe=300.0)
    assert way.failed(error)
    assert not way.failed(error)
    assert way.state == state
    assert least <= way.wait <= most
    assert way.fine()
    assert not way.fine()
    assert way.wait == 0.0


def test_two_waits_in_one_batch_end_a_drain_and_one_does_not() -> None:
    asked: Callable[[], bool] = lambda: False  # noqa: E731
    strain = Strain(asked, lambda seconds: None)
    strain.sleep(1)
    assert not strain.stop()
    strain.sleep(1)
    strain.sleep(1)
    assert strain.stop()
    assert strain.over


def test_idle_looks_slow_down_to_four_times_the_interval() -> None:
    seconds = 60.0
    for _ in range(10):
        seconds = slower(seconds, 60, 4)
    assert seconds == 240.0


class Looked:
    """What a desk knows of its last looks, and no more."""

    def __init__(self) -> None:
        self.interval: dict[str, float] = {}
        self.pace = Pace()

    def look(self, *, news: bool, ample: bool) -> float:
        desk: Any = self
        self.interval["marketing"] = next_look(desk, "marketing", 30.0, news, ample)
        return self.interval["marketing"]


def test_looks_slow_down_only_while_calls_are_scarce() -> None:
    looked = Looked()
    assert [looked.look(news=False, ample=True) for _ in range(5)] == [30.0] * 5
    assert [looked.look(news=False, ample=False) for _ in range(5)] == [45, 67.5, 101.25, 120, 120]
    assert looked.look(news=True, ample=False) == 30.0
    looked.look(news=False, ample=False)
    assert looked.look(news=False, ample=True) == 30.0
