"""The shape of a business calendar: a zone, hours a week, holidays by name, and single days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from crmbridge.agreement.base import Table, Zone
from crmbridge.model.nearest import meant

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)")
_DAY_MINUTES = 1440


class Window(Table):
    """Minutes since midnight of wall time; an end not after the start is the next day's."""

    start: int = Field(ge=0, lt=_DAY_MINUTES)
    end: int = Field(ge=0, le=_DAY_MINUTES)

    @property
    def stretch(self) -> tuple[int, int]:
        """Start and end on one scale: an end on the next day is past 1440."""
        return self.start, self.end + (_DAY_MINUTES if self.end <= self.start else 0)

    def __str__(self) -> str:
        ends = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.start, self.end))
        return "-".join(ends)


def window(value: Any) -> Any:
    """Read `"09:00-17:00"`; `24:00` is the end of a day, `22:00-06:00` ends on the next.

    Raises:
        ValueError: it is written differently, or there is no such time.
    """
    if not isinstance(value, str):
        return value
    found = _WINDOW.fullmatch(value.strip())
    if found is None:
        raise ValueError(f'no hours {value!r}: write them as "09:00-17:00"')
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise ValueError(f"no such time of day in {value!r}: hours end at 24:00")
    return Window(start=start, end=end)


Hours = tuple[Annotated[Window, BeforeValidator(window)], ...]


@dataclass(frozen=True, slots=True)
class NamedHolidays:
    """The public holidays of a country or of one of its parts, such as `DE` or `DE-BE`.

    Source: the library `holidays`, year by year, as it knows them; years to come follow the law
    of today. Ask it with `in`.
    """

    name: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _holidays(self.name, day.year)


@cache
def _holidays(name: str, year: int) -> frozenset[date]:
    import holidays as library  # half as long as all else that `crmbridge status` loads

    country, _, part = name.partition("-")
    return frozenset(library.country_holidays(country, subdiv=part or None, years=year))


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Named holidays and single closed days together; ask it with `in`."""

    named: NamedHolidays | None
    closed: frozenset[date]

    def __contains__(self, day: object) -> bool:
        return day in self.closed or (self.named is not None and day in self.named)


class Absence(Table):
    """A time away, from one instant or day to another.

    A day stands for its midnight in the calendar's zone, the last day included.
    """

    start: datetime | date = Field(alias="from")
    end: datetime | date = Field(alias="to")

    @model_validator(mode="after")
    def _forwards(self) -> Absence:
        begin, finish = self.span(ZoneInfo("UTC"))
        if finish <= begin:
            raise ValueError("an absence ends before it begins: swap from and to")
        return self

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the absence as two instants in UTC, the end left out."""
        return _instant(self.start, zone, 0), _instant(self.end, zone, 1)


def _instant(value: datetime | date, zone: ZoneInfo, days: int) -> datetime:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=zone)
        return aware.astimezone(UTC)
    day = date.fromordinal(value.toordinal() + days)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


class BusinessCalendar(Table):
    """When somebody works.

    `hours` are by day (`mon`) or days (`mon-fri`); a day that is not named is free. `holidays`
    names a country or a part of one by its ISO 3166 code (`DE`, `DE-BE`), `closed` adds free
    days, and `special` gives single days other hours, holidays too (no hours: free).
    """

    zone: Zone
    hours: dict[str, Hours]
    holidays: str = ""
    closed: tuple[date, ...] = ()
    special: dict[date, Hours] = Field(default_factory=dict)

    @field_validator("holidays")
    @classmethod
    def _known_holidays(cls, name: str) -> str:
        return holiday_calendar(name) if name else ""

    @field_validator("hours")
    @classmethod
    def _known_days(cls, hours: dict[str, Hours]) -> dict[str, Hours]:
        seen: dict[str, str] = {}
        for key in hours:
            for day in _days(key):
                if day in seen:
                    raise ValueError(f"{day} stands in {seen[day]!r} and in {key!r}: keep one")
                seen[day] = key
        return hours

    @model_validator(mode="after")
    def _no_overlap(self) -> BusinessCalendar:
        if not any(self.hours.values()):
            raise ValueError('hours are empty: nobody would ever be there; "mon-fri" is a start')
        week = [(n * _DAY_MINUTES, one) for n, day in enumerate(WEEK) for one in self.windows(day)]
        if clash := _clash(week, wraps=True):
            raise ValueError(clash)
        for day, windows in self.special.items():
            if clash := _clash([(0, one) for one in windows], wraps=False):
                raise ValueError(f"{day}: {clash}")
        return self

    @property
    def tz(self) -> ZoneInfo:
        """The zone of the hours."""
        return ZoneInfo(self.zone)

    @property
    def days_off(self) -> DaysOff:
        """Holidays and closed days."""
        named = NamedHolidays(self.holidays) if self.holidays else None
        return DaysOff(named=named, closed=frozenset(self.closed))

    def windows(self, day: str) -> tuple[Window, ...]:
        """Return the hours of a day of the week (`mon` to `sun`); empty for a free day."""
        return next((hours for key, hours in self.hours.items() if day in _days(key)), ())


def _days(key: str) -> tuple[str, ...]:
    first, dash, last = key.partition("-")
    known = [one in WEEK for one in (first, last or first)]
    if not all(known) or (dash and not last):
        wrong = last if known[0] else first
        hint = meant(wrong.lower(), WEEK, f"they are {', '.join(WEEK)}.")
        raise ValueError(f'no day {key!r}; {hint} A range is written "mon-fri"')
    start, end = WEEK.index(first), WEEK.index(last or first)
    if end < start:
        raise ValueError(f"the days {key!r} run backwards: write two ranges")
    return WEEK[start : end + 1]


def _clash(windows: list[tuple[int, Window]], *, wraps: bool) -> str:
    """Say which hours overlap; empty when none do. `windows` come with their day's first minute."""
    placed = sorted(
        (base + one.stretch[0], base + one.stretch[1], str(one)) for base, one in windows
    )
    pairs = list(pairwise(placed))
    if wraps and placed:
        first, week = placed[0], 7 * _DAY_MINUTES
        pairs.append((placed[-1], (first[0] + week, first[1] + week, first[2])))
    for (_, end, one), (start, _, other) in pairs:
        if start < end:
            return f"the hours {one} and {other} overlap: make one window of them"
    return ""


def holiday_calendar(name: str) -> str:
    """Return the name of a holiday calendar in its normal form, such as `DE-BE`.

    Raises:
        ValueError: there is none of that name; the message says which is near.
    """
    import holidays as library
    from holidays.registry import COUNTRIES

    country, _, part = name.strip().upper().partition("-")
    if country not in {codes[1] for codes in COUNTRIES.values()}:
        raise ValueError(f"there is no holiday calendar {name!r}; {_near(name, country)}")
    if not part:
        return country  # to look at the parts of one country, the library loads all of them
    parts = {one.upper(): one for one in getattr(library, country).subdivisions}
    if part not in parts:
        near = get_close_matches(part, parts, n=1)
        hint = f"did you mean '{country}-{parts[near[0]]}'?" if near else f"known: {_list(parts)}"
        raise ValueError(f"the holiday calendar {country!r} has no part {part!r}; {hint}")
    return f"{country}-{parts[part]}"


def _near(name: str, country: str) -> str:
    from holidays.registry import COUNTRIES

    words = {word.upper(): codes[1] for word, codes in COUNTRIES.items()}
    words |= {word.upper(): codes[1] for codes in COUNTRIES.values() for word in codes}
    wanted = name.strip().upper().replace(" ", "_")
    for word in (wanted, country):
        near = [word] if word in words else get_close_matches(word, words, n=1, cutoff=0.8)
        if near:
            return f"did you mean {words[near[0]]!r}?"
    return "write the ISO 3166 code of a country or part, such as 'DE' or 'DE-BE'"


def _list(names: dict[str, str]) -> str:
    return ", ".join(sorted(names.values())) or "none"
