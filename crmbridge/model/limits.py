"""A vendor's numeric limits, each with the page that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400.0
LONGEST_WAIT = 3600.0
"""A vendor's Retry-After above this is cut, in seconds. Source: reliability.md F16."""
PROBE_EVERY = 3600.0
"""Where a vendor's word alone stops a day's work, one call goes through in so many seconds, to
hear whether it still holds. Source: reliability.md F18."""
PROBE_FIRST = 300.0
"""The same for priority 0, opt-outs and erasures: nothing else is owed as soon."""
PROBE_SILENT = 120.0
"""Seconds after which such a call is over, twice the deadline of a call. When nothing was said of
the day meanwhile, the word that stopped it is void: some answers never name the day."""
MOST_STATED = 100
"""A limit that a header states is believed up to so many times the one that we know: a vendor's
largest accounts have some 50 times the calls of its smallest edition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One quota of a vendor: at most `calls` in any `seconds`.

    `name` is the quota's name in the ledger, `share` the part of it that crmbridge takes at most,
    from 0 to 1. `daily` budgets obey the shares by priority (DESIGN 9), short ones only pace. Where
    calls cost differently (`Call.cost`), `calls` counts what they cost. `zone` is the time zone at
    whose midnight a daily quota begins anew, empty for a day from our first call on.
    """

    name: str
    calls: int
    seconds: float
    share: float
    source: str
    zone: str = ""

    @property
    def daily(self) -> bool:
        """Whether this budget counts a day's calls rather than pacing them."""
        return self.seconds >= DAY

    def day(self, now: float) -> tuple[float, float]:
        """Return when the present day of the vendor's zone began, and when the next one begins.

        In seconds since 1970. A day of a zone has 23 to 25 hours.
        """
        zone = ZoneInfo(self.zone or "UTC")
        today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
        days = (today, today + timedelta(days=1))
        began, ends = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in days)
        return began.timestamp(), ends.timestamp()

    def believes(self, limit: int | None, remaining: int | None) -> bool:
        """Whether what a header states of this quota can be so; a half that cannot voids both.

        A limit is above 0 and at most `MOST_STATED` times ours. What is left is no more than the
        limit, and a vendor whose limit is soft lets nobody go beyond twice of it.
        """
        if limit is not None and not 0 < limit <= self.calls * MOST_STATED:
            return False
        total = self.calls * MOST_STATED if limit is None else limit
        return remaining is None or -total <= remaining <= total


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many calls a vendor answers at the same time, with the page that says so.

    A connector makes one call at a time, and a daemon has several of one account: for reading, for
    writing and for the bulk.
    """

    calls: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The sizes and quotas that a connector keeps to.

    `read_page` and `write_batch` are in records a call. `budgets` are by name. `timeout` is the
    absolute deadline of one call in seconds, `body` the largest answer in bytes. `at_once` is
    `None` where the vendor names no number.
    """

    read_page: int
    write_batch: int
    budgets: tuple[Budget, ...]
    timeout: float = 60.0
    body: int = 64 * 1024 * 1024
    at_once: AtOnce | None = None
