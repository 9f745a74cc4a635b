"""The org's request allocation: a rolling count of 24 hours on the world clock."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from connectors.salesforce.emulator.faults import VendorError

DAY = timedelta(hours=24)


class Quota:
    """Counts API requests; source of the rule and of the words: salesforce.md 6 and 7."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[datetime, int]] = deque()
        self._used = 0

    def used(self, now: datetime) -> int:
        """Return how many requests the last 24 hours had."""
        while self._minutes and self._minutes[0][0] <= now - DAY:
            self._used -= self._minutes.popleft()[1]
        return self._used

    def add(self, now: datetime, calls: int) -> None:
        """Count calls, ours or another app's."""
        minute = now.replace(second=0, microsecond=0)
        if self._minutes and self._minutes[-1][0] == minute:
            calls_before = self._minutes.pop()[1]
        else:
            calls_before = 0
        self._minutes.append((minute, calls_before + calls))
        self._used += calls

    def take(self, now: datetime, limit: int) -> None:
        """Count one call. Raises REQUEST_LIMIT_EXCEEDED (403), which is not counted."""
        if self.used(now) >= limit:
            raise VendorError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        self.add(now, 1)
