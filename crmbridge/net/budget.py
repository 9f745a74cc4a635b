"""Quotas: the port that the transport asks before each call, and one kept in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crmbridge.errors import Throttled
from crmbridge.model.limits import Budget

SHARES = (1.0, 0.95, 0.85, 0.70)
"""Part of a day's quota at which work of priority 0 to 3 stops. Source: DESIGN 9."""
LONGEST_WAIT = 3600.0
"""A vendor's Retry-After above this is cut, in seconds. Source: reliability.md F16."""
PATIENCE = 60.0
"""A paced call that would wait longer than this is refused, in seconds, and takes no slot."""


class Budgets(Protocol):
    """The quotas of one vendor account, shared by everything that calls it."""

    def take(self, names: Sequence[str], priority: int) -> float:
        """Reserve one call on each named quota; return the seconds to wait before it, 0 for go.

        The slot is taken, whether or not the call is made. Unknown names cost nothing. Raises
        `Throttled(daily=True)` when the day's share of this priority is used up.
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


@dataclass(slots=True)
class _Meter:
    """One quota: `next_at` for pacing (GCRA), `used` of `cap` since `began` for a day's."""

    budget: Budget
    cap: float
    next_at: float = 0.0
    shut_until: float = 0.0
    began: float = 0.0
    used: float = 0.0

    @property
    def burst(self) -> int:
        return max(1, int(self.cap) // 10)

    @property
    def step(self) -> float:
        # any window of the quota's length then holds at most `cap` calls, the burst included
        return self.budget.seconds / max(1.0, self.cap - self.burst + 1)

    def wait(self, now: float) -> float:
        paced = self.next_at - (self.burst - 1) * self.step - now
        return max(0.0, self.shut_until - now, 0.0 if self.budget.daily else paced)

    def spent(self, now: float, priority: int) -> bool:
        if now - self.began >= self.budget.seconds:
            self.began, self.used = now, 0.0
        share = SHARES[min(max(priority, 0), 3)]
        return self.budget.daily and self.used + 1 > self.cap * share

    def book(self, now: float) -> None:
        self.used += 1
        self.next_at = max(self.next_at, now) + self.step


class LocalBudgets:
    """Budgets of one process, in memory, for use without a ledger.

    A day's count starts with the first call and again after the day's length; the vendor's
    headers, given to `feedback`, correct it.
    """

    def __init__(
        self, budgets: Iterable[Budget], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        now = monotonic()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._meters = {b.name: _Meter(b, max(1.0, b.calls * b.share), began=now) for b in budgets}

    def take(self, names: Sequence[str], priority: int) -> float:
        """Reserve one call on each named quota; see `Budgets.take`."""
        with self._lock:
            now = self._monotonic()
            meters = [self._meters[name] for name in names if name in self._meters]
            for meter in meters:
                self._check(meter, now, priority)
            wait = max((meter.wait(now) for meter in meters), default=0.0)
            for meter in meters:
                meter.book(now)
            return wait

    @staticmethod
    def _check(meter: _Meter, now: float, priority: int) -> None:
        name = meter.budget.name
        if meter.spent(now, priority):
            left = meter.budget.seconds - (now - meter.began)
            raise Throttled(
                f"our share of the daily quota {name!r} is used up for priority {priority}",
                retry_after=left,
                daily=True,
            )
        wait = meter.wait(now)
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
            if limit is not None and limit > 0:
                meter.cap = max(1.0, limit * meter.budget.share)
            if retry_after is not None:
                until = self._monotonic() + min(max(retry_after, 0.0), LONGEST_WAIT)
                meter.shut_until = max(meter.shut_until, until)
            if remaining is not None and meter.budget.daily:
                total = limit if limit is not None else meter.budget.calls
                meter.used = max(0.0, total - remaining)
