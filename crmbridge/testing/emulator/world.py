"""The one clock that all emulated vendors of a process share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class World:
    """A clock that runs with real time, at another rate, or stands still; safe between threads.

    `rate` is virtual seconds for each real second: 1 at the start, 0 after `set`. Instants are
    aware, in UTC, cut to milliseconds, as vendors stamp.
    """

    def __init__(
        self, at: datetime | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.Lock()
        self._monotonic = monotonic
        self._base = (at or datetime.now(UTC)).astimezone(UTC)
        self._mark = monotonic()
        self._rate = 1.0 if at is None else 0.0

    def now(self) -> datetime:
        """Return the present instant of the world."""
        with self._lock:
            return self._read()

    @property
    def rate(self) -> float:
        """Virtual seconds that pass in one real second."""
        with self._lock:
            return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        if not 0 <= rate < float("inf"):
            raise ValueError(f"the rate of the clock is a number from 0 up, not {rate}")
        with self._lock:
            self._base, self._mark = self._exact(), self._monotonic()
            self._rate = float(rate)

    def set(self, at: datetime) -> None:
        """Move to an aware instant, forwards or backwards, and stand still there."""
        if at.tzinfo is None:
            raise ValueError("the clock needs an instant with an offset, such as 2026-01-05T09:00Z")
        with self._lock:
            self._base, self._rate = at.astimezone(UTC), 0.0

    def advance(self, seconds: float) -> None:
        """Move by a number of seconds; the rate stays."""
        with self._lock:
            self._base += timedelta(seconds=seconds)

    def _exact(self) -> datetime:
        return self._base + timedelta(seconds=(self._monotonic() - self._mark) * self._rate)

    def _read(self) -> datetime:
        exact = self._exact()
        return exact.replace(microsecond=exact.microsecond // 1000 * 1000)


def iso(at: datetime) -> str:
    """Write an instant as vendors do: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Read an ISO instant; one without an offset is taken as UTC. Raises `ValueError`."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
