"""The local engine: one process, a few threads, jobs kept in memory."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from crmbridge.daemon.engine import Hand, Job, JobStatus, Until, Work
from crmbridge.errors import CrmBridgeError, Unavailable
from crmbridge.log import get_logger

LOOK = 1.0
"""Seconds between two looks at the workers."""
JITTER = 0.1
"""A job's interval varies by this part of it, so that companies do not call in step."""
LONGEST = 900.0
"""Seconds until a job that failed runs again, at most. Source: reliability.md 2.3."""

log = get_logger("crmbridge.daemon")


@dataclass(slots=True, kw_only=True)
class _Slot:
    """One job's place in the table; changed under the engine's lock only, but for `beat`."""

    job: Job
    every: float | None = None
    due: float | None = None
    running: bool = False
    beat: float = 0.0
    runs: int = 0
    failures: int = 0
    error: str = ""

    def sooner(self, at: float) -> None:
        self.due = at if self.due is None else min(self.due, at)


@dataclass(slots=True)
class _Hand:
    slot: _Slot
    stop: threading.Event
    monotonic: Callable[[], float]

    def stopping(self) -> bool:
        self.slot.beat = self.monotonic()
        return self.stop.is_set()

    def sleep(self, seconds: float) -> None:
        self.slot.beat = self.monotonic()
        if self.stop.wait(seconds):
            raise Unavailable("crmbridge is stopping; the work goes on at its next start")
        self.slot.beat = self.monotonic()


@dataclass(slots=True)
class LocalEngine:
    """An `Engine` of `workers` threads in this process; times are monotonic.

    What is in the table is lost with the process, which does no harm: see `engine`.
    """

    workers: int = 8
    monotonic: Callable[[], float] = time.monotonic
    _slots: dict[str, _Slot] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _stop: threading.Event = field(default_factory=threading.Event)

    def enqueue(self, job: Job, *, after: float = 0.0) -> None:
        """Run a job in `after` seconds, or sooner where it was due sooner."""
        with self._news:
            self._slot(job).sooner(self.monotonic() + max(0.0, after))
            self._news.notify()

    def every(self, job: Job, seconds: float) -> None:
        """Run a job from now on so many seconds after its last run ended, with some jitter."""
        with self._news:
            slot = self._slot(job)
            slot.every = seconds
            if not slot.running:
                slot.sooner(self.monotonic() + self._jittered(seconds))
                self._news.notify()

    def run(self, work: Work, until: Until, *, grace: float) -> bool:
        """Do jobs until `until` says so; see `Engine.run`."""
        team: list[threading.Thread] = []
        while not until(LOOK if team else 0.0):
            team = self._manned(team, work)
        self._stop.set()
        with self._news:
            self._news.notify_all()
        end = self.monotonic() + grace
        while any(one.is_alive() for one in team) and self.monotonic() < end:
            until(0.05)
        return not any(one.is_alive() for one in team)

    def status(self) -> list[JobStatus]:
        """How every known job stands, by name."""
        with self._news:
            now = self.monotonic()
            return [self._status(self._slots[name], now) for name in sorted(self._slots)]

    @staticmethod
    def _status(slot: _Slot, now: float) -> JobStatus:
        return JobStatus(
            job=slot.job,
            silent=now - slot.beat if slot.running else None,
            due=None if slot.due is None or slot.running else slot.due - now,
            runs=slot.runs,
            failures=slot.failures,
            error=slot.error,
        )

    def _slot(self, job: Job) -> _Slot:
        return self._slots.setdefault(job.name, _Slot(job=job))

    @staticmethod
    def _jittered(seconds: float) -> float:
        return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # no secret in it

    def _manned(self, team: list[threading.Thread], work: Work) -> list[threading.Thread]:
        """Replace workers that died."""
        alive = [one for one in team if one.is_alive()]
        for number in range(len(alive), self.workers):
            one = threading.Thread(
                target=self._work, args=(work,), name=f"worker-{number}", daemon=True
            )
            one.start()
            alive.append(one)
        return alive

    def _work(self, work: Work) -> None:
        while (slot := self._next()) is not None:
            hand = _Hand(slot, self._stop, self.monotonic)
            self._do(slot, work, hand)

    def _next(self) -> _Slot | None:
        """Wait for a due job and take it; `None` once the engine stops."""
        with self._news:
            while not self._stop.is_set():
                now = self.monotonic()
                idle = [s for s in self._slots.values() if not s.running and s.due is not None]
                due = [s for s in idle if (s.due or 0.0) <= now]
                if due:
                    slot = min(due, key=lambda s: (s.job.priority, s.due))
                    slot.running, slot.due, slot.beat = True, None, now
                    return slot
                wait = min((s.due - now for s in idle if s.due is not None), default=None)
                self._news.wait(wait)
        return None

    def _do(self, slot: _Slot, work: Work, hand: Hand) -> None:
        error: Exception | None = None
        try:
            work(slot.job, hand)
        except Exception as problem:  # noqa: BLE001  # one job's fault must not end the others
            error = problem
        finally:
            self._end(slot, error)

    def _end(self, slot: _Slot, error: Exception | None) -> None:
        if error is not None:
            log.error("job failed", job=slot.job.name, **_place(error))
        with self._news:
            now = self.monotonic()
            slot.running = False
            slot.runs += 1
            slot.failures = slot.failures + 1 if error else 0
            slot.error = type(error).__name__ if error else ""
            if error is not None:
                slot.due = now + self._jittered(min(LONGEST, 2.0 ** min(slot.failures, 10)))
            elif slot.every is not None:
                slot.sooner(now + self._jittered(slot.every))
            self._news.notify()


def _place(problem: Exception) -> dict[str, str]:
    """What a log may say of a fault: a foreign exception's own text may quote a person's data."""
    said = {"error": type(problem).__name__, "trace": "".join(_frames(problem))}
    return said | ({"message": str(problem)} if isinstance(problem, CrmBridgeError) else {})


def _frames(problem: Exception) -> list[str]:
    return traceback.format_tb(problem.__traceback__)
