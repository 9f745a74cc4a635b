"""Business time: where "now" comes from, so that policy code never asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware and in UTC.

    Quotas, timeouts, leases and backoff do not ask it: they run on real monotonic time.
    """

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant of this machine."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told to move; for tests and replays."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move to an instant, forwards or backwards."""
        self._at = at.astimezone(UTC)

    def advance(self, delta: timedelta) -> None:
        """Move by a duration."""
        self._at += delta
