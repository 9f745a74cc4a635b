"""Counts requests against the vendor's quotas and answers 429 with the vendor's own bodies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.hubspot.emulator.errors import Problem

DEFAULTS: Mapping[str, int] = {
    "ten_secondly": 190,
    "search_secondly": 5,
    "daily": 625_000,
    "associations_ten_secondly": 150,
    "associations_daily": 500_000,
}
"""Professional tier. Source: hubspot.md 1.2."""


class Window:
    """A rolling window of real seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.hits: deque[float] = deque()

    def used(self, now: float) -> int:
        """Return the hits inside the window that ends now."""
        while self.hits and self.hits[0] <= now - self.seconds:
            self.hits.popleft()
        return len(self.hits)


class Quota:
    """All quotas of one account; `null` as a limit switches it off.

    Short windows run on real monotonic time, days on the world's clock in the account's zone.
    """

    def __init__(
        self, zone: Callable[[], str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits: dict[str, int | None] = dict(DEFAULTS)
        self.retry_after = False
        self._zone = zone
        self._monotonic = monotonic
        self.reset()

    def reset(self) -> None:
        """Forget everything that was used."""
        self.bursts: dict[str, Window] = {}
        self.search = Window(1.0)
        self.associations = Window(10.0)
        self.daily: dict[str, int] = {"daily": 0, "associations_daily": 0}
        self._day = ""

    def take(self, bucket: str, token: str, now: datetime) -> tuple[dict[str, str], dict[str, Any]]:
        """Count one request of a bucket: `general`, `search`, `associations` or `none`.

        Returns the vendor's rate headers and the counters for the audit. Raises `Problem` 429;
        a refused request is not counted.
        """
        self._turn_day(now)
        if bucket == "none":
            return {}, {}
        window, limit, refuse = self._window(bucket, token)
        moment = self._monotonic()
        used = window.used(moment)
        day = "associations_daily" if bucket == "associations" else "daily"
        if limit is not None and used >= limit:
            raise refuse(self._wait(window, moment))
        self._take_day(day)
        window.hits.append(moment)
        counters = {bucket: used + 1, day: self.daily[day]}
        return self._headers(bucket, used + 1, limit), counters

    def steal(self, used: int, now: datetime) -> None:
        """Set what all apps together have used of the day."""
        self._turn_day(now)
        self.daily["daily"] = used

    def _turn_day(self, now: datetime) -> None:
        day = now.astimezone(ZoneInfo(self._zone())).date().isoformat()
        if day != self._day:
            self._day = day
            self.daily = dict.fromkeys(self.daily, 0)

    def _take_day(self, day: str) -> None:
        limit = self.limits[day]
        if limit is not None and self.daily[day] >= limit:
            raise Problem(
                429,
                "You have reached your daily limit.",
                extra={"errorType": "RATE_LIMIT", "policyName": "DAILY", "requestId": "emulated"},
            )
        self.daily[day] += 1

    def _window(
        self, bucket: str, token: str
    ) -> tuple[Window, int | None, Callable[[float], Problem]]:
        if bucket == "search":
            return self.search, self.limits["search_secondly"], self._search_full
        if bucket == "associations":
            return self.associations, self.limits["associations_ten_secondly"], self._burst_full
        burst = self.bursts.setdefault(token, Window(10.0))
        return burst, self.limits["ten_secondly"], self._burst_full

    def _wait(self, window: Window, moment: float) -> float:
        return window.hits[0] + window.seconds - moment if window.hits else window.seconds

    def _search_full(self, wait: float) -> Problem:
        return Problem(
            429, "You have reached your secondly limit.", "RATE_LIMITS", headers=self._retry(wait)
        )

    def _burst_full(self, wait: float) -> Problem:
        return Problem(
            429,
            "You have reached your ten_secondly_rolling limit.",
            extra={
                "errorType": "RATE_LIMIT",
                "policyName": "TEN_SECONDLY_ROLLING",
                "groupName": "publicapi:emulated",
            },
            headers=self._retry(wait),
        )

    def _retry(self, wait: float) -> dict[str, str]:
        return {"Retry-After": str(max(1, round(wait)))} if self.retry_after else {}

    def _headers(self, bucket: str, used: int, limit: int | None) -> dict[str, str]:
        headers: dict[str, str] = {}
        if bucket == "search":
            return headers
        if (daily := self.limits["daily"]) is not None:
            headers["X-HubSpot-RateLimit-Daily"] = str(daily)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(daily - self.daily["daily"])
        if limit is not None:
            headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000"
            headers["X-HubSpot-RateLimit-Max"] = str(limit)
            headers["X-HubSpot-RateLimit-Remaining"] = str(max(0, limit - used))
            headers["X-HubSpot-RateLimit-Secondly"] = str(limit // 10)
            headers["X-HubSpot-RateLimit-Secondly-Remaining"] = str(max(0, limit // 10 - 1))
        return headers
