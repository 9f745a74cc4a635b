"""Periods of company days: how people write them, cut them into buckets and compare them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from crmbridge.errors import ConfigError

Fiscal = tuple[int, int]
"""Month and day on which the company's fiscal year begins."""

CALENDAR: Fiscal = (1, 1)
CUTS = ("week", "month", "quarter", "year")
COMPARISONS = ("before", "year")
EARLIEST = 1970
"""No earlier year is taken: it is a slip of the keys, and attribution counts from 1970."""
FORMS = (
    "write a day (2026-03-02), a week (2026-W10), a month (2026-03), a quarter (2026-Q1), a year "
    "(2026), or this- or last- with week, month, quarter or year (last-month)"
)

_DAY = timedelta(days=1)
_WORD = re.compile(r"(this|last)-(week|month|quarter|year)")
_SPELLED = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"|(?P<of>[0-9]{4})-(?P<alone>[0-9]{2})"
    r"|(?P<iso>[0-9]{4})-w(?P<week>[0-9]{2})"
    r"|(?:fy)?(?P<whole>[0-9]{4})(?:-q(?P<quarter>[0-9]))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Company days from `since` up to, and without, `until`; `None` is an open end."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError(f"{self.since} to before {self.until} has no day in it")

    def __contains__(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    @property
    def last(self) -> date | None:
        """The last day in it; `None` when it has no end."""
        return None if self.until is None else self.until - _DAY

    def ends(self) -> tuple[date, date]:
        """Both ends of a closed period. Raises `ConfigError` for an open one."""
        if self.since is None or self.until is None:
            open_ = "first" if self.since is None else "last"
            raise ConfigError(f"{self} has no {open_} day: give --since and --until")
        return self.since, self.until

    def closed(self, first: date, today: date) -> Period:
        """The same with both ends: from `first`, the first day that anything is known of, to today.

        What goes on past today ends with today, so that it is compared with what is as long. One
        day is left where nothing else is: the last of a period that ends before `first`.
        """
        until = min(self.until or today + _DAY, today + _DAY)
        since = self.since or min(first, until - _DAY)
        return Period(since, max(until, since + _DAY))

    def __str__(self) -> str:
        """In words, with the last day included: `2026-01-01 to 2026-03-31`."""
        if self.since is not None and self.since == self.last:
            return str(self.since)
        match self.since, self.last:
            case None, None:
                return "all days"
            case None, last:
                return f"up to {last}"
            case first, None:
                return f"from {first} on"
        return f"{self.since} to {self.last}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of a period; `label` names the whole week, month, quarter or year it lies in."""

    label: str
    period: Period


def period_of(since: str, until: str, today: date, fiscal: Fiscal = CALENDAR) -> Period:
    """Read `--since` and `--until`; an empty text leaves that end open.

    A text that names more than a day counts from its first day, or to its last: both ends are
    included as people write them, so `2026-01` to `2026-03` is the first quarter.

    Raises:
        ConfigError: a text that is no period, one that has not begun, or ends before it begins.
    """
    first = _given("--since", since, today, fiscal).since if since else None
    until_ = _given("--until", until, today, fiscal).until if until else None
    if first is not None and until_ is not None and first >= until_:
        raise ConfigError(
            f"--since {since} --until {until} ends before it begins ({until_ - _DAY} comes before "
            f"{first}): give the earlier one to --since"
        )
    return Period(first, until_)


def _given(option: str, text: str, today: date, fiscal: Fiscal) -> Period:
    try:
        found = span(text, today, fiscal)
    except ConfigError as error:
        raise ConfigError(f"{option} {error}") from None
    if found.since is not None and found.since > today:
        raise ConfigError(
            f"{option} {text!r} has not begun: today is {today} in the company's zone. Name a day "
            "up to today, or leave the option out"
        )
    return found


def span(text: str, today: date, fiscal: Fiscal = CALENDAR) -> Period:
    """Return the days that a text names, such as `2026-02`, `2026-Q1` or `last-quarter`.

    Quarters and years are fiscal; a fiscal year is called by the year in which it begins, and may
    be written `FY2026`. Weeks are ISO 8601's.

    Raises:
        ConfigError: it names none.
    """
    text = text.strip()
    if word := _WORD.fullmatch(text.lower()):
        first = begin(word[2], today, fiscal)
        if word[1] == "last":
            first = begin(word[2], first - _DAY, fiscal)
        return Period(first, following(word[2], first, fiscal))
    found = _SPELLED.fullmatch(text)
    if found is None:
        raise ConfigError(f"{text!r} is no period: {FORMS}")
    part = {name: int(value) for name, value in found.groupdict().items() if value}
    try:
        return _spelled(part, fiscal)
    except (ValueError, OverflowError) as error:
        why = "no day comes after 9999" if isinstance(error, OverflowError) else error
        raise ConfigError(f"{text!r} is no period, because {why}: {FORMS}") from None


def _spelled(part: dict[str, int], fiscal: Fiscal) -> Period:
    """Raises `ValueError` that says what there is not."""
    year = next(part[name] for name in ("year", "of", "iso", "whole") if name in part)
    if year < EARLIEST:
        raise ValueError(f"there is nothing before {EARLIEST}")
    month = part.get("month", part.get("alone", 1))
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    if "day" in part:
        most = monthrange(year, month)[1]
        if not 1 <= part["day"] <= most:
            raise ValueError(f"{year}-{month:02} has {most} days")
        first = date(year, month, part["day"])
        return Period(first, first + _DAY)
    if "alone" in part:
        return _whole("month", date(year, month, 1), fiscal)
    if "week" in part:
        most = date(year, 12, 28).isocalendar().week  # this day is always in the last week
        if not 1 <= part["week"] <= most:
            raise ValueError(f"{year} has {most} weeks")
        return _whole("week", date.fromisocalendar(year, part["week"], 1), fiscal)
    if "quarter" in part:
        if not 1 <= part["quarter"] <= 4:
            raise ValueError("a year has the quarters Q1 to Q4")
        return _whole("quarter", _quarter(year, part["quarter"] - 1, fiscal), fiscal)
    return _whole("year", _quarter(year, 0, fiscal), fiscal)


def _whole(cut: str, first: date, fiscal: Fiscal) -> Period:
    return Period(first, following(cut, first, fiscal))


def begin(cut: str, day: date, fiscal: Fiscal = CALENDAR) -> date:
    """Return the first day of the week, month, fiscal quarter or fiscal year that a day is in."""
    if cut == "week":
        return day - timedelta(days=day.weekday())
    if cut == "month":
        return day.replace(day=1)
    year, quarter = _fiscal(day, fiscal)
    return _quarter(year, quarter if cut == "quarter" else 0, fiscal)


def following(cut: str, first: date, fiscal: Fiscal = CALENDAR) -> date:
    """Return the first day after the week, month, quarter or year that begins on `first`."""
    if cut == "week":
        return first + timedelta(days=7)
    if cut == "month":
        return moved(first, 1)
    year, quarter = _fiscal(first, fiscal)
    return _quarter(year, quarter + 1 if cut == "quarter" else 4, fiscal)


def _fiscal(day: date, fiscal: Fiscal) -> tuple[int, int]:
    """The fiscal year, and its quarter from 0, that a day is in."""
    year = day.year if day >= _quarter(day.year, 0, fiscal) else day.year - 1
    return year, sum(_quarter(year, n, fiscal) <= day for n in (1, 2, 3))


def _quarter(year: int, quarter: int, fiscal: Fiscal) -> date:
    """The first day of a quarter; a day that its month has not is the month's last."""
    month = fiscal[0] - 1 + 3 * quarter
    return _clipped(year + month // 12, month % 12 + 1, fiscal[1])


def _clipped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def moved(day: date, months: int) -> date:
    """Return the day some months later; the month's last day where that month is shorter."""
    count = day.year * 12 + day.month - 1 + months
    return _clipped(count // 12, count % 12 + 1, day.day)


def checked_cut(by: str) -> str:
    """Return a word for `--by`, empty for none. Raises `ConfigError` for any other."""
    if by and by not in CUTS:
        raise ConfigError(f"--by {by!r}: write {', '.join(CUTS[:-1])} or {CUTS[-1]}")
    return by


def buckets(period: Period, by: str, fiscal: Fiscal = CALENDAR) -> list[Bucket]:
    """Cut a closed period by weeks, months, fiscal quarters or fiscal years, in order.

    Together the buckets are the period; the first and the last may be only a part of theirs.

    Raises:
        ConfigError: an open period, or no such cut.
    """
    if not checked_cut(by):
        raise ConfigError(f"--by: write {', '.join(CUTS)}")
    return list(_cut(*period.ends(), by, fiscal))


def _cut(since: date, until: date, by: str, fiscal: Fiscal) -> Iterator[Bucket]:
    while since < until:
        whole = begin(by, since, fiscal)
        after = min(following(by, whole, fiscal), until)
        yield Bucket(label(by, whole, fiscal), Period(since, after))
        since = after


def label(by: str, first: date, fiscal: Fiscal = CALENDAR) -> str:
    """Name the week, month, quarter or year that begins on a day, as `span` reads it."""
    if by == "week":
        iso = first.isocalendar()
        return f"{iso.year}-W{iso.week:02}"
    if by == "month":
        return f"{first:%Y-%m}"
    year, quarter = _fiscal(first, fiscal)
    name = f"{'' if fiscal == CALENDAR else 'FY'}{year}"
    return name if by == "year" else f"{name}-Q{quarter + 1}"


def checked_comparison(how: str) -> str:
    """Return a word for `--compare`, empty for none. Raises `ConfigError` for any other."""
    if how and how not in COMPARISONS:
        raise ConfigError(f"--compare {how!r}: write {' or '.join(COMPARISONS)}")
    return how


def compared(period: Period, how: str) -> Period:
    """Return what a closed period is compared with: as long `before` it, or a `year` earlier.

    Whole months have as many whole months before them, so that March is held against February;
    any other period as many days. A year earlier, 29 February is 28 February; whole months stay
    whole.

    Raises:
        ConfigError: an open period, or no such comparison.
    """
    if not checked_comparison(how):
        raise ConfigError(f"--compare: write {' or '.join(COMPARISONS)}")
    since, until = period.ends()
    if how == "year":
        return Period(moved(since, -12), _year_before(until))
    if since.day == until.day == 1:
        months = (until.year - since.year) * 12 + until.month - since.month
        return Period(moved(since, -months), since)
    return Period(since - (until - since), since)


def _year_before(until: date) -> date:
    """An end that is not included: the day before it stays the last one, whichever year it is."""
    if (until.month, until.day) == (2, 29):
        return date(until.year - 1, 3, 1)
    return moved(until, -12)
