"""The demo's engine: jobs run when the play asks, one at a time, in an order that stays the same.

A fourth adapter of the engine port. Its time is made of the waits that jobs ask for, and passes
only while it is asked, so that what the daemon does depends on the world's clock and on the seed,
and not on how busy this machine is. What a daemon does every so often is done once an ask.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from crmbridge.daemon.engine import Job, JobStatus, Until, Work
from crmbridge.errors import CrmBridgeError, Unavailable
from crmbridge.log import get_logger

SOON = 5.0
"""Seconds: a job that wants to run later than that waits for the next time that the play asks."""
_LOOK = 0.05

log = get_logger("crmbridge.demo")


@dataclass(slots=True)
class _Hand:
    """What a job has in hand: a pause between two tries takes no time here."""

    ends: Callable[[], bool]

    def stopping(self) -> bool:
        return self.ends()

    def sleep(self, seconds: float) -> None:
        if self.ends():
            raise Unavailable("crmbridge is stopping; the work goes on at its next start")


@dataclass(slots=True)
class AskedEngine:
    """An `Engine` without workers; `answer` is called when all that was due is done.

    Only `ask` may be called from another thread, and nothing else while an answer is awaited.
    """

    answer: Callable[[], None]
    _now: float = 0.0
    _due: dict[str, float] = field(default_factory=dict)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _often: set[str] = field(default_factory=set)
    _ran: set[str] = field(default_factory=set)
    _asked: queue.SimpleQueue[None] = field(default_factory=queue.SimpleQueue)

    def ask(self) -> None:
        """Let all that is due be done, and what follows from it."""
        self._asked.put(None)

    def enqueue(self, job: Job, *, after: float = 0.0) -> None:
        """Run a job at the next ask, in the order of their times; see `Engine.enqueue`."""
        self._jobs[job.name] = job
        at = self._now + max(0.0, after)
        self._due[job.name] = min(at, self._due.get(job.name, at))

    def every(self, job: Job, seconds: float) -> None:
        """Run a job once an ask, after all else, if nothing else made it run; see `Engine.every`.

        No real time passes here, but the world's may have: a lead may be due by its hour alone.
        """
        self._jobs[job.name] = job
        self._often.add(job.name)

    def run(self, work: Work, until: Until, *, grace: float) -> bool:
        """Do jobs when asked until `until` says so; see `Engine.run`."""
        while not until(0.0):
            try:
                self._asked.get(timeout=_LOOK)
            except queue.Empty:
                continue
            self._ran.clear()
            self._quieten(work, until)
            for name in sorted(self._often - self._ran):
                self.enqueue(self._jobs[name])
            self._quieten(work, until)
            self.answer()
        return True

    def status(self) -> list[JobStatus]:
        """Every known job, none of them running or failed, by name."""
        return [
            JobStatus(job=self._jobs[name], silent=None, due=None, runs=0, failures=0, error="")
            for name in sorted(self._jobs)
        ]

    def _quieten(self, work: Work, until: Until) -> None:
        """Do what is due soon, until nothing is."""
        last = self._now + SOON
        while not until(0.0):
            due = [(at, self._jobs[name].priority, name) for name, at in self._due.items()]
            at, _, name = min(due, default=(last + 1, 0, ""))
            if at > last:
                self._now = last
                return
            self._now = max(self._now, at)
            del self._due[name]
            self._ran.add(name)
            self._do(self._jobs[name], work, until)

    @staticmethod
    def _do(job: Job, work: Work, until: Until) -> None:
        try:
            work(job, _Hand(lambda: until(0.0)))
        except CrmBridgeError as error:
            said = {"error": type(error).__name__, "message": str(error)}
            log.error("job failed", job=job.name, **said)  # noqa: TRY400  # the message says all
