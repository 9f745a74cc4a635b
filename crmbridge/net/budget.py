"""Quotas: the port that the transport asks before each call, and one kept in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from crmbridge.errors import Throttled
from crmbridge.model.limits import (
    DAY,
    LONGEST_WAIT,
    PROBE_EVERY,
    PROBE_FIRST,
    PROBE_SILENT,
    Budget,
)
from crmbridge.net.at_once import Gate

SHARES = (1.0, 0.95, 0.85, 0.70)
"""Part of a day's quota at which work of priority 0 to 3 stops. Source: DESIGN 9."""
BULK = 3
PATIENCE = 60.0
"""A paced call that would wait longer than this is refused, in seconds, and takes no slot."""


class Budgets(Protocol):
    """The quotas of one vendor account, shared by everything that calls it."""

    def take(self, names: Sequence[str], priority: int, cost: int = 1) -> float:
        """Reserve one call on each named quota; return the seconds to wait before it, 0 for go.

        The slot is taken, whether or not the call is made; `cost` is what it counts for. Unknown
        names cost nothing. Raises `Throttled(daily=True)` when the day's share of this priority is
        used up.
        """
        ...

    def feedback(
        self,
        name: str,
        *,
        retry_after: float | None,
        remaining: int | None,
        limit: int | None,
    ) -> None:
        """Take in what the vendor said of a quota: wait in seconds, calls left, calls in all."""
        ...

    def passage(self, most: int, priority: int, until: float) -> AbstractContextManager[bool]:
        """Be one of at most `most` calls at a time; see `crmbridge.net.at_once.Gate.passage`."""
        ...


@dataclass(slots=True)
class _Meter:
    """One quota: `next_at` for pacing (GCRA), `used` of `cap` since `began` for a day's.

    `cap` is what the vendor stated at `stated_at`, else `own`; `left` what it said is left. `sent`
    are our calls of the day, `probe_at` when one may go although the vendor's word stops us, and
    `probed_at` when one went of which nothing was heard; each 0 for none.
    """

    budget: Budget
    own: float
    cap: float
    next_at: float = 0.0
    shut_until: float = 0.0
    began: float = 0.0
    used: float = 0.0
    sent: int = 0
    stated_at: float = 0.0
    probe_at: float = 0.0
    probed_at: float = 0.0

    @property
    def burst(self) -> int:
        return max(1, int(self.cap) // 10)

    @property
    def step(self) -> float:
        # any window of the quota's length then holds at most `cap` calls, the burst included
        return self.budget.seconds / max(1.0, self.cap - self.burst + 1)

    def wait(self, now: float, cost: int) -> float:
        paced = self.next_at - (self.burst - cost) * self.step - now
        return max(0.0, self.shut_until - now, 0.0 if self.budget.daily else paced)

    def age(self, now: float) -> None:
        """Begin a new day; what the vendor stated does not outlive its own."""
        if now - self.began >= self.budget.seconds and self.budget.daily:
            self.began, self.used, self.sent, self.cap = now, 0.0, 0, self.own
            self.probe_at = self.probed_at = 0.0
        if self.probed_at and now - self.probed_at >= PROBE_SILENT:
            self.by_our_count()
        if now - self.stated_at >= DAY:
            self.cap = self.own

    def by_our_count(self) -> None:
        """Forget what the vendor stated of the day."""
        self.used, self.cap, self.probe_at, self.probed_at = float(self.sent), self.own, 0.0, 0.0

    def spent(self, now: float, priority: int, cost: int) -> bool:
        """Whether a day has nothing left for a priority; where the vendor says so, but hourly."""
        if not self.budget.daily or not self._above(self.used, self.cap, priority, cost):
            return False
        if self._above(self.sent, self.own, priority, cost):
            return True
        self.probe_at = self.probe_at or now + PROBE_EVERY
        return self._probe_in(now, priority) > 0

    def _probe_in(self, now: float, priority: int) -> float:
        if self.probed_at:
            return self.probed_at + PROBE_SILENT - now
        return self.probe_at - now - (0.0 if priority > 0 else PROBE_EVERY - PROBE_FIRST)

    @staticmethod
    def _above(used: float, cap: float, priority: int, cost: int = 1) -> bool:
        # however small the share, a day has one call
        return used > 0 and used + cost > cap * SHARES[min(max(priority, 0), BULK)]

    def rest(self, now: float, priority: int) -> float:
        """Seconds until a spent day has a call again."""
        left = self.budget.seconds - (now - self.began)
        if not self.probe_at or self._above(self.sent, self.own, priority):
            return left
        return min(left, self._probe_in(now, priority))

    def book(self, now: float, priority: int, cost: int) -> None:
        """Count a call by what it costs."""
        probed = self.budget.daily and self._above(self.used, self.cap, priority)
        # a call of a higher priority is no news for the bulk that waits
        waits = self._above(self.used, self.cap, BULK)
        self.used += cost
        self.sent += cost
        if probed:
            self.probe_at, self.probed_at = now + PROBE_EVERY, now
        elif not waits:
            self.probe_at = self.probed_at = 0.0
        self.next_at = max(self.next_at, now) + self.step * cost


class LocalBudgets:
    """Budgets of one process, in memory, for use without a ledger.

    A day's count starts with the first call and again after the day's length, whatever its zone;
    the vendor's headers, given to `feedback`, correct it.
    """

    def __init__(
        self, budgets: Iterable[Budget], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        now = monotonic()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._meters = {b.name: _meter(b, now) for b in budgets}
        self._gate = Gate()

    def take(self, names: Sequence[str], priority: int, cost: int = 1) -> float:
        """Reserve one call on each named quota; see `Budgets.take`."""
        with self._lock:
            now = self._monotonic()
            meters = [self._meters[name] for name in names if name in self._meters]
            for meter in meters:
                meter.age(now)
                self._check(meter, now, priority, cost)
            wait = max((meter.wait(now, cost) for meter in meters), default=0.0)
            for meter in meters:
                meter.book(now, priority, cost)
            return wait

    @staticmethod
    def _check(meter: _Meter, now: float, priority: int, cost: int) -> None:
        name = meter.budget.name
        if meter.spent(now, priority, cost):
            raise Throttled(
                f"our share of the daily quota {name!r} is used up for priority {priority}",
                retry_after=meter.rest(now, priority),
                daily=True,
            )
        wait = meter.wait(now, cost)
        if wait > PATIENCE:
            raise Throttled(f"quota {name!r} has no slot for {wait:.0f} s", retry_after=wait)

    def feedback(
        self,
        name: str,
        *,
        retry_after: float | None = None,
        remaining: int | None = None,
        limit: int | None = None,
    ) -> None:
        """Take in what the vendor said of a quota; see `Budgets.feedback`."""
        with self._lock:
            meter = self._meters.get(name)
            if meter is None:
                return
            now = self._monotonic()
            if not meter.budget.believes(limit, remaining):
                limit = remaining = None
            if meter.budget.daily and meter.probed_at and (limit, remaining) != (None, None):
                # the answer to a probe stands for all that was said before
                again = meter.probe_at
                meter.by_our_count()
                meter.probe_at = again
            if limit is not None:
                meter.cap, meter.stated_at = max(1.0, limit * meter.budget.share), now
            if retry_after is not None:
                until = now + min(max(retry_after, 0.0), LONGEST_WAIT)
                meter.shut_until = max(meter.shut_until, until)
            total = limit if limit is not None else meter.budget.calls
            if remaining is not None and meter.budget.daily and remaining <= total:
                meter.used = float(total - max(0, remaining))

    def passage(self, most: int, priority: int, until: float) -> AbstractContextManager[bool]:
        """Be one of at most `most` calls at a time; see `Gate.passage`."""
        return self._gate.passage(most, priority, until)


def _meter(budget: Budget, now: float) -> _Meter:
    own = max(1.0, budget.calls * budget.share)
    return _Meter(budget, own, own, began=now, stated_at=now)
