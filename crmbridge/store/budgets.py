"""The vendors' quotas, counted beside the ledger, so that all threads and processes share them.

A count runs on the real clock. It is committed without waiting for the disk or for the ledger's
writers: a power cut may lose the last calls of a count, which the vendor's own count, given to
`feedback`, corrects.

No count is a dead end. What a vendor's header says is bounded, ages with the day, and is doubted:
where it alone stops the work, one call an hour goes through and brings the next header (every few
minutes for priority 0). When that call brings none, the old word is void. A stored instant that the
present clock cannot have led to (the clock was set back) is void. While the file of the counts
cannot be used, they are kept in memory.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from crmbridge.errors import LedgerError, Throttled
from crmbridge.model.limits import (
    DAY,
    LONGEST_WAIT,
    PROBE_EVERY,
    PROBE_FIRST,
    PROBE_SILENT,
    Budget,
)
from crmbridge.net.budget import LocalBudgets
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import budget as table
from crmbridge.store.table import Tx, fetch, put

SHARES = (1.0, 0.95, 0.85, 0.70)
"""The part of the company's daily share at which each priority stops. Source: DESIGN 9."""

BULK = 3
BULK_OF_FREE = 0.5
"""Of what the other priorities leave free in a day, the bulk takes at most this part."""

BURST = 0.02
"""The part of a short budget that may go at once. Every call of it is taken off the steady pace:
2 % keeps the pace above the 97 % of the limit that engine.md 10 asks for."""

FAR = 10
"""Windows by which a pace may run ahead; more means that the clock was set back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meter:
    """A row. `tat` paces a short budget; of a day's it is when the next probe may go, 0 for none.

    While a probe is out and nothing was heard of the day, `tat` is when it went, made negative.
    `window_start` is the start of a day's count; of a short budget, when its limit was stated.
    """

    app: str
    name: str
    tat: float = 0.0
    window_start: float = 0.0
    used: int = 0
    bulk: int = 0
    stated_limit: int | None = None
    stated_remaining: int | None = None
    blocked_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What an answer said of a quota, as far as it is believed."""

    retry_after: float | None
    remaining: int | None
    limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How a budget stands, for `crmbridge quota`.

    `calls` is the company's share of the vendor's limit, `used` of it in the present window by
    us, or by everybody where the vendor tells more; `used` is `None` for budgets that only pace.
    Times are seconds since 1970 by the real clock; 0 for no end or no block.
    """

    app: str
    name: str
    calls: int
    seconds: float
    used: int | None
    resets_at: float
    blocked_until: float
    source: str


class LedgerBudgets:
    """The budgets of one vendor account (`app`), kept beside the ledger; safe between threads."""

    def __init__(
        self,
        ledger: Ledger,
        company: str,
        app: str,
        limits: Iterable[Budget],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._company = company
        self._app = app
        self._limits = {item.name: item for item in limits}
        self._now = now

    def take(self, names: Sequence[str], priority: int, cost: int = 1) -> float:
        """Reserve one call on each named quota; return the seconds to wait before it, 0 for go.

        The slot is taken, whether or not the call is made; `cost` is what it counts for. Unknown
        names cost nothing. Raises `Throttled(daily=True)`, and reserves nothing, when the day's
        share of this priority is used up or the vendor said so.
        """
        wanted = [self._limits[name] for name in dict.fromkeys(names) if name in self._limits]
        if not wanted:
            return 0.0
        try:
            taken = self._ledger.quick(lambda tx: self._take(tx, wanted, priority, cost))
        except LedgerError:
            return self._in_memory().take(names, priority, cost)
        if isinstance(taken, Throttled):
            raise taken
        return taken

    def _take(
        self, tx: Tx, wanted: Sequence[Budget], priority: int, cost: int
    ) -> float | Throttled:
        now = self._now()
        meters = self._read(tx, now)
        stops = [
            stop
            for item in wanted
            if item.daily and (stop := _stopped(item, meters[item.name], priority, now, cost))
        ]
        if stops:
            # what was found void, and when to probe, is kept, or it would begin anew
            self._write(tx, [_awaiting(meters[item.name], item, now) for item in wanted])
            return stops[0]
        wait = max(_wait(item, meters[item.name], now, cost) for item in wanted)
        self._write(tx, [_book(i, meters[i.name], priority, now + wait, cost) for i in wanted])
        return wait

    def feedback(
        self,
        name: str,
        *,
        retry_after: float | None = None,
        remaining: int | None = None,
        limit: int | None = None,
    ) -> None:
        """Take in what the vendor said of a quota: wait in seconds, calls left, calls in all.

        A wait is cut at an hour. What cannot be so is no statement, see `Budget.believes`.
        """
        item = self._limits.get(name)
        if item is None:
            return
        if not item.believes(limit, remaining):
            limit = remaining = None
        said = _Said(retry_after=retry_after, remaining=remaining, limit=limit)
        try:
            self._ledger.quick(lambda tx: self._hear(tx, item, said))
        except LedgerError:
            self._in_memory().feedback(
                name, retry_after=retry_after, remaining=remaining, limit=limit
            )

    def _hear(self, tx: Tx, item: Budget, said: _Said) -> None:
        now = self._now()
        meter = self._read(tx, now)[item.name]
        retry_after, remaining, limit = said.retry_after, said.remaining, said.limit
        if retry_after is not None:
            wait = min(max(retry_after, 0.0), LONGEST_WAIT)
            meter = replace(meter, blocked_until=max(meter.blocked_until, now + wait))
        if item.daily and meter.tat < 0 and (limit, remaining) != (None, None):
            # the answer to a probe stands for all that was said before
            meter = replace(_by_our_count(meter), tat=PROBE_EVERY - meter.tat)
        if limit is not None:
            meter = replace(meter, stated_limit=limit)
            if not item.daily:
                meter = replace(meter, window_start=now)
        if remaining is not None:
            meter = replace(meter, stated_remaining=max(0, remaining))
        self._write(tx, [meter])

    def passage(self, most: int, priority: int, until: float) -> AbstractContextManager[bool]:
        """Be one of at most `most` calls of this process at a time; see `Gate.passage`."""
        return self._ledger.gates.of(self._company, self._app).passage(most, priority, until)

    def usage(self) -> list[Usage]:
        """Return how every budget stands, in the order of the limits.

        Raises `LedgerError` while the file of the counts cannot be used.
        """
        now = self._now()
        meters = self._ledger.quick(lambda tx: self._read(tx, now))
        return [self._usage(item, meters[item.name], now) for item in self._limits.values()]

    def ample(self) -> bool:
        """Whether of every day's quota more than half is left; not while nobody can tell."""
        try:
            days = [one for one in self.usage() if one.used is not None]
        except LedgerError:
            return False
        return all((one.used or 0) * 2 < one.calls and not one.blocked_until for one in days)

    def _in_memory(self) -> LocalBudgets:
        limits = tuple(self._limits.values())
        return self._ledger.counts.in_memory(self._company, self._app, limits)

    def _usage(self, item: Budget, meter: _Meter, now: float) -> Usage:
        return Usage(
            app=self._app,
            name=item.name,
            calls=_cap(item, meter),
            seconds=item.seconds,
            used=_used(item, meter) if item.daily else None,
            resets_at=_ends(item, meter) if item.daily else 0.0,
            blocked_until=meter.blocked_until if meter.blocked_until > now else 0.0,
            source=item.source,
        )

    def _read(self, tx: Tx, now: float) -> dict[str, _Meter]:
        mine = replace(tx, company=self._company)
        known = {
            row.name: row for row in fetch(mine, _Meter, table.c.app == self._app, table=table)
        }
        return {
            name: _turned(item, known.get(name, _Meter(app=self._app, name=name)), now)
            for name, item in self._limits.items()
        }

    def _write(self, tx: Tx, meters: Sequence[_Meter]) -> None:
        put(replace(tx, company=self._company), meters, table)


def _turned(item: Budget, meter: _Meter, now: float) -> _Meter:
    """Start a day's count again when its window is over, and drop what cannot be of this clock."""
    if meter.blocked_until > now + LONGEST_WAIT:
        meter = replace(meter, blocked_until=0.0)
    return _turned_day(item, meter, now) if item.daily else _turned_pace(item, meter, now)


def _ends(item: Budget, meter: _Meter) -> float:
    """When the day in hand is over: at midnight where the vendor counts so."""
    if item.zone:
        return item.day(meter.window_start)[1]
    return meter.window_start + item.seconds


def _turned_day(item: Budget, meter: _Meter, now: float) -> _Meter:
    if now >= _ends(item, meter):
        return replace(
            meter,
            tat=0.0,
            window_start=item.day(now)[0] if item.zone else now,
            used=0,
            bulk=0,
            stated_limit=None,
            stated_remaining=None,
        )
    meter = replace(meter, window_start=min(meter.window_start, now))
    if meter.tat < 0 and not 0 <= now + meter.tat < PROBE_SILENT:
        return replace(_by_our_count(meter), tat=0.0)
    return meter if meter.tat <= now + PROBE_EVERY else replace(meter, tat=0.0)


def _turned_pace(item: Budget, meter: _Meter, now: float) -> _Meter:
    if meter.tat > now + FAR * item.seconds:
        meter = replace(meter, tat=now + item.seconds)
    if meter.stated_limit is not None and not 0 <= now - meter.window_start < DAY:
        meter = replace(meter, stated_limit=None)
    return meter


def _cap(item: Budget, meter: _Meter) -> int:
    limit = item.calls if meter.stated_limit is None else meter.stated_limit
    return max(1, math.floor(limit * item.share))


def _used(item: Budget, meter: _Meter) -> int:
    """Return the calls of the share that are gone; what the vendor has left bounds it."""
    if meter.stated_remaining is None:
        return meter.used
    return max(meter.used, _cap(item, meter) - meter.stated_remaining)


def _room(item: Budget, meter: _Meter, priority: int) -> int:
    """Return how many calls of this priority the day still has."""
    cap, used = _cap(item, meter), _used(item, meter)
    room = math.floor(cap * SHARES[min(max(priority, 0), BULK)]) - used
    if priority >= BULK:
        room = min(room, math.floor((cap - used + meter.bulk) * BULK_OF_FREE) - meter.bulk)
    # however small the share, a day has one call: it brings the vendor's own count
    return max(room, 1 if used == 0 else room)


def _by_our_count(meter: _Meter) -> _Meter:
    """Return the meter without what the vendor said."""
    return replace(meter, stated_limit=None, stated_remaining=None)


def _stopped(item: Budget, meter: _Meter, priority: int, now: float, cost: int) -> Throttled | None:
    """Return why no call of this priority may go now, `None` when one may."""
    if meter.blocked_until > now:
        return _used_up(item, meter, meter.blocked_until - now)
    # a call that costs more than a day has is let through once, on a fresh day
    least = cost if _used(item, meter) else 1
    if _room(item, meter, priority) >= least:
        return None
    wait = _ends(item, meter) - now
    if _room(item, _by_our_count(meter), priority) >= least:
        # the vendor's word alone stops us, and it may be wrong or old
        until = _probe_in(meter, priority, now)
        if until <= 0:
            return None
        wait = min(wait, until)
    return _used_up(item, meter, wait)


def _probe_in(meter: _Meter, priority: int, now: float) -> float:
    """Return the seconds until a call may go although the vendor's word stops it."""
    if meter.tat < 0:
        return PROBE_SILENT - meter.tat - now
    sooner = 0.0 if priority > 0 else PROBE_EVERY - PROBE_FIRST
    return (meter.tat or now + PROBE_EVERY) - sooner - now


def _awaiting(meter: _Meter, item: Budget, now: float) -> _Meter:
    """Say when a stopped day is probed for the first time."""
    return replace(meter, tat=meter.tat or now + PROBE_EVERY) if item.daily else meter


def _used_up(item: Budget, meter: _Meter, wait: float) -> Throttled:
    return Throttled(
        f"the daily quota {item.name} of {meter.app} has nothing left for work of this priority: "
        "see `crmbridge quota`; the work waits by itself",
        retry_after=wait,
        daily=True,
    )


def _pace(item: Budget, meter: _Meter) -> tuple[float, float]:
    """Return the seconds between two calls, and how far calls may run ahead of that.

    With a burst of b, spaced calls of 1/(n - b + 1) of the window put at most n into any window.
    """
    cap = _cap(item, meter)
    burst = max(1, math.floor(cap * BURST))
    step = item.seconds / (cap - burst + 1)
    return step, (burst - 1) * step


def _wait(item: Budget, meter: _Meter, now: float, cost: int) -> float:
    if item.daily:
        return 0.0
    step, ahead = _pace(item, meter)
    return max(0.0, meter.tat + (cost - 1) * step - ahead - now, meter.blocked_until - now)


def _book(item: Budget, meter: _Meter, priority: int, start: float, cost: int) -> _Meter:
    if not item.daily:
        step, _ = _pace(item, meter)
        return replace(meter, tat=max(meter.tat, start) + step * cost)
    left = meter.stated_remaining
    # a call of a higher priority is no news for the bulk that waits
    tat = meter.tat if _room(item, meter, BULK) < 1 else 0.0
    probed = _room(item, meter, priority) < 1
    return replace(
        meter,
        tat=-start if probed else tat,
        used=meter.used + cost,
        bulk=meter.bulk + (cost if priority >= BULK else 0),
        stated_remaining=None if left is None else max(0, left - cost),
    )
