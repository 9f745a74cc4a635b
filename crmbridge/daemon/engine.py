"""The engine port: four calls through which the daemon's jobs get done, on whatever runs them.

Jobs are level-triggered: each looks in the ledger for what is due. So one may be lost, doubled or
run again without harm, and any engine that runs a job now and then will do (DESIGN 10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A kind of work for one company and, where it has one, one side.

    Of several due jobs the one with the lowest `priority` runs first. `deadline` is in seconds: a
    run that gives no sign of life for longer hangs.
    """

    kind: str
    company: str
    side: str = ""
    priority: int = 5
    deadline: float = 300.0

    @property
    def name(self) -> str:
        """What tells jobs apart; one job of a name runs at a time."""
        return ":".join(filter(None, (self.kind, self.company, self.side)))


class Hand(Protocol):
    """What a running job has from its engine; using it is a sign of life."""

    def stopping(self) -> bool:
        """Whether to end after the page or the delivery in hand."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; raises `Unavailable` as soon as the engine stops."""
        ...


Work = Callable[[Job, Hand], None]
"""Does a job. What it raises is logged, and the job runs again later."""

Until = Callable[[float], bool]
"""Waits so many seconds at most, and says whether the engine shall stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How a job stands; times in seconds, `None` where it does not run or is not due.

    `silent` is the time since the last sign of life of the run in progress, `due` the time until
    the next run (negative when it waits for a worker). `failures` are those since the last good
    run, `error` is the type of the last one.
    """

    job: Job
    silent: float | None
    due: float | None
    runs: int
    failures: int
    error: str

    @property
    def hangs(self) -> bool:
        """Whether the run in progress, or the wait for a worker, is over its deadline."""
        waited = self.silent if self.silent is not None else -(self.due or 0.0)
        return waited > self.job.deadline


class Engine(Protocol):
    """Runs jobs; safe to call from any thread, also from a job."""

    def enqueue(self, job: Job, *, after: float = 0.0) -> None:
        """Run a job in `after` seconds, or sooner where it was due sooner.

        A job that runs at the moment runs once more afterwards.
        """
        ...

    def every(self, job: Job, seconds: float) -> None:
        """Run a job from now on so many seconds after its last run ended, with some jitter."""
        ...

    def run(self, work: Work, until: Until, *, grace: float) -> bool:
        """Do jobs until `until` says so; then let those in hand end for up to `grace` seconds.

        Returns whether all ended in time.
        """
        ...

    def status(self) -> list[JobStatus]:
        """How every known job stands, by name."""
        ...
