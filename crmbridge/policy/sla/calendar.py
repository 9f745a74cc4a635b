"""Business time: when a company, a team or a rep is open, and how much open time passes (R1.13)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate

from crmbridge.agreement.sla.calendars import WEEK, BusinessCalendar, Window

Span = tuple[int, int]
"""Microseconds since 1970, the end left out."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = timedelta(days=1)
_MIDNIGHT = time(0)
_PATIENCE = 12
"""Years without an hour in them after which a calendar counts as never open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When somebody works, in wall time of `zone`.

    `week` holds the windows from Monday to Sunday. A day in `special` has the windows given
    there, whatever else it is; a day in `holidays` has none. Nothing is open during `absences`
    (aware instants, the end left out). A window belongs to the day on which it starts, so that
    the night before a holiday runs to its end.
    """

    zone: tzinfo
    week: tuple[tuple[Window, ...], ...]
    holidays: Container[date] = frozenset()
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    absences: tuple[tuple[datetime, datetime], ...] = ()
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def add(self, at: datetime, seconds: int) -> datetime:
        """Return the first instant after so many seconds of open time, in UTC.

        One that ends exactly at closing time stays there. With 0 seconds: `at` while open, else
        the next opening.

        Raises:
            ValueError: negative seconds, or a calendar that is never open again.
        """
        if seconds < 0:
            raise ValueError("a calendar adds no negative time: use diff to look back")
        if seconds == 0:
            return self.next_open(at)
        number = at.astimezone(UTC).year
        wanted = self._year(number).until(_ticks(at)) + seconds * _SECOND
        for year in self._from(number):
            if wanted <= year.total:
                return _instant(year.reached(wanted))
            wanted -= year.total
        raise self._never(at)

    def diff(self, start: datetime, end: datetime) -> int:
        """Return the whole open seconds from start to end, negative when the end is earlier."""
        # reports ask it of tens of thousands, nearly always of instants that are in UTC already
        one = start if start.tzinfo is UTC else start.astimezone(UTC)
        other = end if end.tzinfo is UTC else end.astimezone(UTC)
        if other < one:
            return -self.diff(end, start)
        first, last = one.year, other.year
        before = self._year(first).until((one - _EPOCH) // _TICK)
        passed = self._year(last).until((other - _EPOCH) // _TICK) - before
        for number in range(first, last):
            passed += self._year(number).total
        return passed // _SECOND

    def is_open(self, at: datetime) -> bool:
        """Whether this instant is working time; the instant of closing is not."""
        return self._year(at.astimezone(UTC).year).open_at(_ticks(at))

    def next_open(self, at: datetime) -> datetime:
        """Return `at` while open, else the next opening, in UTC; raises as `add` does."""
        ticks = _ticks(at)
        for year in self._from(at.astimezone(UTC).year):
            found = year.opening(ticks)
            if found is not None:
                return _instant(found)
        raise self._never(at)

    def without(self, absences: Iterable[tuple[datetime, datetime]]) -> Calendar:
        """Return the same calendar with more absences: a team's hours as one rep has them."""
        return replace(self, absences=(*self.absences, *absences))

    def _from(self, number: int) -> Iterator[_Year]:
        empty = 0
        while empty < _PATIENCE:
            year = self._year(number)
            yield year
            empty = 0 if year.total else empty + 1
            number += 1

    def _never(self, at: datetime) -> ValueError:
        return ValueError(f"this calendar is never open after {at:%Y-%m-%d}: give it hours")

    def _year(self, number: int) -> _Year:
        known = self._years.get(number)
        if known is None:
            known = self._years[number] = _Year(self._spans(number))
        return known

    def _spans(self, number: int) -> Sequence[Span]:
        """The open time of one year of UTC, merged, without absences."""
        start, end = datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
        # a window may start two local days before the year does, and zones are up to 14 h ahead
        days = range(-2, (end - start).days + 2)
        found = (span for n in days for span in self._day(start.date() + n * _DAY))
        limits = (_ticks(start), _ticks(end))
        away = _merged((_ticks(one), _ticks(other)) for one, other in self.absences)
        return _without(_clipped(_merged(found), *limits), away)

    def _day(self, day: date) -> Iterator[Span]:
        windows = self.special.get(day)
        if windows is None:
            windows = () if day in self.holidays else self.week[day.weekday()]
        for window in windows:
            start = _ticks(self._wall(day, window.start))
            end = _ticks(self._wall(day, window.end + (1440 if window.end <= window.start else 0)))
            if start < end:
                yield start, end

    def _wall(self, day: date, minutes: int) -> datetime:
        days, rest = divmod(minutes, 1440)
        return datetime.combine(day + days * _DAY, time(*divmod(rest, 60)), self.zone)


class _Year:
    """The open spans of one year, with what has passed before each."""

    __slots__ = ("_before", "_ends", "_starts", "total")

    def __init__(self, spans: Sequence[Span]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._before = [0, *accumulate(end - start for start, end in spans)]
        self.total = self._before[-1]

    def until(self, ticks: int) -> int:
        n = bisect_right(self._starts, ticks) - 1
        if n < 0:
            return 0
        return self._before[n] + min(ticks, self._ends[n]) - self._starts[n]

    def reached(self, wanted: int) -> int:
        n = bisect_left(self._before, wanted) - 1
        return self._starts[n] + wanted - self._before[n]

    def open_at(self, ticks: int) -> bool:
        n = bisect_right(self._starts, ticks) - 1
        return n >= 0 and ticks < self._ends[n]

    def opening(self, ticks: int) -> int | None:
        n = bisect_right(self._ends, ticks)
        return None if n == len(self._ends) else max(ticks, self._starts[n])


def calendar_of(
    shape: BusinessCalendar, absences: Iterable[tuple[datetime, datetime]] = ()
) -> Calendar:
    """Build the calendar that a file describes, minus absences."""
    return Calendar(
        zone=shape.tz,
        week=tuple(shape.windows(day) for day in WEEK),
        holidays=shape.days_off,
        special=shape.special,
        absences=tuple(absences),
    )


def weekdays(zone: tzinfo) -> Calendar:
    """Return Monday to Friday, whole days, without holidays: the calendar of who has none."""
    whole = (Window(start=0, end=1440),)
    return Calendar(zone=zone, week=(whole,) * 5 + ((),) * 2)


def week_of(at: datetime, zone: tzinfo) -> tuple[str, datetime, datetime]:
    """Return the ISO week of an instant in a zone: its name, start and end in UTC (R8.1).

    The name is such as `2026-W01`; a week has 167, 168 or 169 hours.
    """
    day = at.astimezone(zone).date()
    monday = day - day.weekday() * _DAY
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}", midnight(monday, zone), midnight(monday + 7 * _DAY, zone)


def week_before(at: datetime, zone: tzinfo) -> tuple[str, datetime, datetime]:
    """Return the newest ISO week that was over at an instant, as `week_of` does."""
    _, start, _ = week_of(at, zone)
    return week_of(start - _TICK, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the instant in UTC at which a calendar day begins in a zone."""
    return datetime.combine(day, _MIDNIGHT, zone).astimezone(UTC)


def _ticks(at: datetime) -> int:
    # through UTC: the difference of two instants of one zone would be wall time
    return (at.astimezone(UTC) - _EPOCH) // _TICK


def _instant(ticks: int) -> datetime:
    return _EPOCH + ticks * _TICK


def _merged(spans: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif start < end:
            out.append((start, end))
    return out


def _clipped(spans: Iterable[Span], low: int, high: int) -> Iterator[Span]:
    for start, end in spans:
        if start < high and end > low:
            yield max(start, low), min(end, high)


def _without(spans: Iterable[Span], away: Sequence[Span]) -> list[Span]:
    out: list[Span] = []
    ends = [end for _, end in away]
    for start, end in spans:
        for gone, back in away[bisect_right(ends, start) :]:
            if gone >= end:
                break
            if gone > start:
                out.append((start, gone))
            start = back
        if start < end:
            out.append((start, end))
    return out
