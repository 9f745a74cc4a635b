"""The demo's engine: it works only when asked, and always in the same order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crmbridge.daemon.engine import Hand, Job, Work
from crmbridge.errors import Unavailable
from crmbridge.testing.demo.engine import SOON, AskedEngine


@contextmanager
def at_work(
    work: Callable[[AskedEngine], Work],
) -> Iterator[tuple[AskedEngine, Callable[[], None]]]:
    """An engine at work in a thread, and what asks it and waits for its answer."""
    answered, over = threading.Semaphore(0), threading.Event()
    engine = AskedEngine(answered.release)
    thread = threading.Thread(
        target=lambda: engine.run(work(engine), over.wait, grace=1.0), daemon=True
    )
    thread.start()

    def ask() -> None:
        engine.ask()
        assert answered.acquire(timeout=10)

    try:
        yield engine, ask
    finally:
        over.set()
        thread.join(5)
        assert not thread.is_alive()


def job(kind: str, priority: int = 5) -> Job:
    return Job(kind=kind, company="acme", priority=priority)


def test_jobs_wait_until_they_are_asked_for_and_run_by_time_then_priority() -> None:
    done: list[str] = []
    with at_work(lambda engine: lambda one, hand: done.append(one.kind)) as (engine, ask):
        engine.enqueue(job("last"), after=2.0)
        engine.enqueue(job("look", 5))
        engine.enqueue(job("drain", 1))
        engine.enqueue(job("next"), after=1.0)
        assert done == []
        ask()
        assert done == ["drain", "look", "next", "last"]
        ask()
        assert done == ["drain", "look", "next", "last"]


def test_what_is_done_every_so_often_is_done_once_an_ask_and_what_follows_from_it_too() -> None:
    done: list[str] = []

    def work(engine: AskedEngine) -> Work:
        def do(one: Job, hand: Hand) -> None:
            done.append(one.kind)
            engine.every(one, 60.0)
            if one.kind == "decide":
                engine.enqueue(job("drain"))

        return do

    with at_work(work) as (engine, ask):
        for kind in ("decide", "watch", "drain"):
            engine.every(job(kind), 3600.0)
        assert done == []
        ask()
        assert sorted(set(done)) == ["decide", "drain", "watch"]
        assert done.count("decide") == done.count("watch") == 1
        done.clear()
        engine.enqueue(job("decide"))
        ask()
        assert done == ["decide", "drain", "watch"]


def test_what_follows_from_a_job_is_done_before_the_answer_and_what_is_far_is_not() -> None:
    done: list[str] = []

    def work(engine: AskedEngine) -> Work:
        def do(one: Job, hand: Hand) -> None:
            done.append(one.kind)
            if one.kind == "look":
                engine.enqueue(job("decide"))
                engine.enqueue(job("tomorrow"), after=SOON * 3)
            elif one.kind == "decide":
                engine.enqueue(job("drain"), after=1.0)

        return do

    with at_work(work) as (engine, ask):
        engine.enqueue(job("look"))
        ask()
        assert done == ["look", "decide", "drain"]
        for _ in range(2):
            ask()
        assert done == ["look", "decide", "drain", "tomorrow"]


def test_a_job_that_fails_holds_up_no_other_and_a_pause_takes_no_time() -> None:
    done: list[str] = []

    def do(one: Job, hand: Hand) -> None:
        hand.sleep(3600.0)
        done.append(one.kind)
        if one.kind == "bad":
            raise Unavailable("nobody answers")

    with at_work(lambda engine: do) as (engine, ask):
        engine.enqueue(job("bad", 1))
        engine.enqueue(job("good", 2))
        ask()
        assert done == ["bad", "good"]
        assert [one.job.kind for one in engine.status()] == ["bad", "good"]
