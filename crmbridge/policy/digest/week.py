"""Weeks of digests: which one is due at an instant, and which lie between two (R8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from crmbridge.errors import ConfigError
from crmbridge.policy.sla.calendar import midnight, week_before, week_of

SENT_AT = time(7)
"""When on Monday a digest leaves, by the company's clock."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """An ISO week of a zone: its name (`2026-W01`), and its start and end in UTC."""

    key: str
    start: datetime
    end: datetime

    @property
    def number(self) -> int:
        """Weeks since a fixed one: two weeks are as far apart as their numbers."""
        return number_of(self.key)

    def first_day(self, zone: tzinfo) -> date:
        """Its Monday."""
        return self.start.astimezone(zone).date()


def number_of(key: str) -> int:
    """The number of a week by its name."""
    return _monday(key).toordinal() // 7


def _monday(key: str) -> date:
    year, _, week = key.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def due_at(now: datetime, zone: tzinfo) -> Week:
    """Return the newest week whose digests are due: since Monday, 7 in the morning."""
    key, start, end = week_before(now, zone)
    monday = end.astimezone(zone).date()
    if now < datetime.combine(monday, SENT_AT, zone):
        key, start, end = week_before(start, zone)
    return Week(key=key, start=start, end=end)


def before(week: Week, zone: tzinfo) -> Week:
    """Return the week before."""
    key, start, end = week_before(week.start, zone)
    return Week(key=key, start=start, end=end)


def named(key: str, zone: tzinfo) -> Week:
    """Return a week by its name.

    Raises:
        ConfigError: there is no such week.
    """
    try:
        monday = _monday(key)
        found, start, end = week_of(midnight(monday, zone), zone)
    except (ValueError, OverflowError):
        raise ConfigError(f"{key!r} is no week: write it as 2026-W13") from None
    return Week(key=found, start=start, end=end)


def key_back(key: str, weeks: int) -> str:
    """The name of the week so many weeks before."""
    iso = (_monday(key) - weeks * _WEEK).isocalendar()
    return f"{iso.year}-W{iso.week:02}"


def missed(last: str, due: str) -> tuple[str, ...]:
    """The names of the weeks between the last digest and the one that is due, the oldest first."""
    apart = number_of(due) - number_of(last)
    return tuple(key_back(due, back) for back in range(apart - 1, 0, -1))
