"""The daemon's jobs in an order drawn from a seed: an engine with virtual time and no worker.

A third adapter of the engine port. Its jobs are those of `daemon.jobs`, each on a thread that
gives way at every call of a vendor and before and after every commit (`Baton`). What waits, waits
for virtual time, which goes on when nothing else can: the world's clock moves with it, and what
the ledger keeps of real time grows older by as much.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import update

from crmbridge.company import channel_of
from crmbridge.daemon.desk import Desk
from crmbridge.daemon.engine import Job, JobStatus, Until, Work
from crmbridge.daemon.jobs import do
from crmbridge.daemon.kit import Kit, Shelf
from crmbridge.daemon.pace import Pace, Way
from crmbridge.store import crash, events, outbox
from crmbridge.store.schema import lane, op
from crmbridge.testing.interleave.baton import Baton, Task
from crmbridge.testing.interleave.house import House

MOST_STEPS = 60_000
"""Hand-overs of one run; one that needs more does not come to rest."""
STILL = (10, 40, 200)
"""For how many hand-overs a slow job stands still."""
LAG = 15.0
"""Seconds between two rounds of looks: longer than the vendors' own lag."""
WATCHED = ("pull", "decide", "drain")


class Restless(AssertionError):
    """The jobs go on and on: something is written again and again, or never settled."""


@dataclass(slots=True)
class _Slot:
    job: Job
    every: float | None = None
    due: float | None = None
    task: Task | None = None
    wake: float = 0.0
    still: int = 0
    """The step before which it stands still, unless nothing else can go on."""
    runs: int = 0
    began: int = -1
    clean: int = -1
    """The newest entry at the start of the last run that ended."""


@dataclass(slots=True)
class _Hand:
    slot: _Slot
    engine: DrawnEngine

    def stopping(self) -> bool:
        return False

    def sleep(self, seconds: float) -> None:
        self.engine.rest(self.slot, seconds)


@dataclass(slots=True, eq=False)
class DrawnEngine:
    """An `Engine` that is led step by step; `seed` draws who goes on.

    `sticky` is the chance that whoever has the baton keeps it: runs of both kinds, of long turns
    and of quick changes, find different things. `slow` is the chance that a job whose name
    begins with `tardy` stands still at a point while the others go on, as behind a vendor that
    answers late: an even draw hardly ever leaves an answer lying until a hand-off has gone out
    beside it.
    """

    seed: int
    sticky: float = 0.0
    slow: float = 0.0
    tardy: str = ""
    baton: Baton = field(default_factory=Baton)
    now: float = 0.0
    passed: Callable[[float], None] = lambda seconds: None
    _slots: dict[str, _Slot] = field(default_factory=dict)
    _random: random.Random = field(init=False)
    _last: _Slot | None = None
    _steps: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # repeatable on purpose

    # the port

    def enqueue(self, job: Job, *, after: float = 0.0) -> None:
        """Run a job in `after` virtual seconds, or sooner where it was due sooner."""
        slot = self._slots.setdefault(job.name, _Slot(job))
        at = self.now + max(0.0, after)
        slot.due = at if slot.due is None else min(slot.due, at)

    def every(self, job: Job, seconds: float) -> None:
        """Run a job again and again; the first time after so many virtual seconds."""
        slot = self._slots.setdefault(job.name, _Slot(job))
        slot.every = seconds
        if slot.task is None:
            self.enqueue(job, after=seconds)

    def run(self, work: Work, until: Until, *, grace: float) -> bool:
        """Do jobs until `until` says so, which is asked between two steps."""
        while not until(0.0):
            self.step(work)
        return True

    def status(self) -> list[JobStatus]:
        """How every known job stands, by name."""
        return [
            JobStatus(
                job=slot.job,
                silent=None if slot.task is None else 0.0,
                due=None if slot.due is None else slot.due - self.now,
                runs=slot.runs,
                failures=0,
                error="",
            )
            for _, slot in sorted(self._slots.items())
        ]

    # the lead

    def rest(self, slot: _Slot, seconds: float) -> None:
        """Let a job wait; for the hands of jobs."""
        slot.wake = self.now + seconds
        self.baton.point("sleeps")

    def step(self, work: Work, newest: Callable[[], int] = lambda: 0) -> None:
        """Let one job go on, or begin; time passes when none can."""
        self._steps += 1
        able = self._able()
        if not able:
            self._wait()
            return
        able = [one for one in able if one.still <= self._steps] or able
        keep = self._last in able and self._random.random() < self.sticky
        slot = self._last if keep and self._last else self._random.choice(able)
        self._last = slot
        if slot.task is None:
            hand = _Hand(slot, self)
            slot.due, slot.began = None, newest()
            slot.task = self.baton.start(slot.job.name, lambda: work(slot.job, hand))
        self.baton.step(slot.task)
        if self.slow and slot.job.name.startswith(self.tardy) and self._random.random() < self.slow:
            slot.still = self._steps + self._random.choice(STILL)
        if slot.task.over:
            slot.task, slot.clean = None, slot.began
            slot.runs += 1
            if slot.every is not None:
                self.enqueue(slot.job, after=slot.every)

    def _able(self) -> list[_Slot]:
        """Jobs that can go on or begin now, in a fixed order."""
        found = []
        for _, slot in sorted(self._slots.items()):
            due = slot.due is not None and slot.due <= self.now
            if (slot.task is not None and slot.wake <= self.now) or (slot.task is None and due):
                found.append(slot)
        return found

    def _wait(self) -> None:
        ends = [
            slot.wake if slot.task is not None else slot.due
            for slot in self._slots.values()
            if slot.task is not None or slot.due is not None
        ]
        at = min((one for one in ends if one is not None), default=self.now + 1.0)
        self.passed(at - self.now)
        self.now = at

    @property
    def idle(self) -> bool:
        """Whether no job is in the middle of its work."""
        return all(slot.task is None for slot in self._slots.values())

    def forget(self, job: Job) -> None:
        """Never run a job again."""
        self._slots.pop(job.name, None)

    def doubt(self) -> None:
        """Take nothing for seen: the vendors may hold news that no look has told of."""
        for slot in self._slots.values():
            slot.clean = slot.began = -1

    @property
    def calls(self) -> bool:
        """Whether a job could begin now."""
        return bool(self._able())

    def clean(self, newest: int) -> bool:
        """Whether every job looked since the newest entry, and had nothing to add."""
        return self.idle and not self._unclean(newest)

    def _unclean(self, newest: int) -> list[_Slot]:
        watched = [one for _, one in sorted(self._slots.items()) if one.job.kind in WATCHED]
        return [one for one in watched if one.clean != newest]

    def call(self, newest: int) -> None:
        """Let some time pass, and have every job look that did not since the newest entry.

        They come at once, and not each in its own time: that costs less, and meets more.
        """
        self.passed(LAG)
        self.now += LAG
        for slot in self._unclean(newest):
            self.enqueue(slot.job)


class Household:
    """A company's desk over that engine: deeds of people go in between, or before."""

    def __init__(self, home: House, engine: DrawnEngine) -> None:
        self.home, self.engine = home, engine
        engine.passed = self._time
        writing = home.another()
        # the mapping fits these vendors: they were prepared for it
        fits = {side: (math.inf, 0) for side in home.company.names}
        kit = Kit(
            files=home.files, reading=home.another(), writing=writing, bulk=writing, looked=fits
        )
        self.desk = Desk(
            name=home.company.name,
            ledger=home.ledger,
            shelf=Shelf(kit),
            engine=engine,
            pace=Pace(outbox=60.0, decide=60.0, idle=1.0),
        )
        for key, way in self.desk.ways.items():
            self.desk.ways[key] = Way(probe=way.probe, monotonic=lambda: engine.now)
        self.desk.start()
        for job in [self.desk.job("watch"), *(self.desk.job("drain", one) for one in self._mute())]:
            engine.forget(job)

    def _mute(self) -> list[str]:
        """Ways to people that the mapping does not name."""
        named = self.home.company.senders
        return [
            one
            for one in self.home.company.targets
            if (way := channel_of(one)) and way not in named
        ]

    def close(self) -> None:
        """Hang up; the ledger stays open."""
        self.desk.close()
        self.engine.baton.close()

    def step(self) -> None:
        """Let one job go on to its next call or commit."""
        with crash.watched(self._commit):
            self.engine.step(lambda job, hand: do(self.desk, job, hand), self._newest)

    def _commit(self, point: str) -> None:
        # at `before` the write transaction is open: everybody else would wait for it
        if not point.endswith(":before"):
            self.engine.baton.point(point)

    def settle(self) -> int:
        """Go on until nothing is under way, nothing owed, and no look tells anything new.

        Returns the steps. Raises `Restless` when that does not come.
        """
        self.engine.doubt()
        for number in range(MOST_STEPS):
            if self.engine.idle and not self.engine.calls:
                if self._at_rest():
                    return number
                self.engine.call(self._newest())
            self.step()
        raise Restless(f"seed {self.engine.seed}: no rest after {MOST_STEPS} steps")

    def _at_rest(self) -> bool:
        if not self.engine.clean(self._newest()) or self._shut():
            return False
        with self.home.ledger.read() as tx:
            return not any(outbox.pending(tx, side) for side in self.home.company.names)

    def _shut(self) -> bool:
        """Whether a way is paused, as when days passed between a login and its call."""
        return any(way.state != "open" for way in self.desk.ways.values())

    def _newest(self) -> int:
        with self.home.ledger.read() as tx:
            return events.last_seq(tx)

    def _time(self, seconds: float) -> None:
        """The world goes on, and all that the ledger keeps of real time is so much older."""
        self.home.world.advance(seconds)
        with self.home.ledger.write("age") as tx:
            older = {"not_before": op.c.not_before - seconds, "sent_at": op.c.sent_at - seconds}
            tx.conn.execute(update(op).values(**older))
            tx.conn.execute(update(lane).values(lease_until=lane.c.lease_until - seconds))
