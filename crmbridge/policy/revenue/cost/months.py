"""The cost of a campaign by the months that it ran, in parts that add up to it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from crmbridge.policy.revenue.split import shares

LONGEST_YEARS = 10
"""A campaign that is to end later than so many years after its start has no end: systems that want
a date get 2099-12-31."""


def month_of(day: date) -> str:
    """The month that a day is in, such as `2026-03`."""
    return day.isoformat()[:7]


def first_day(month: str) -> date:
    """The first day of a month such as `2026-03`. ValueError for what is none."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The last day of a month, on which its costs are converted."""
    first = first_day(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def by_month(minor: int, starts: date | None, ends: date | None) -> dict[str, int]:
    """Spread an amount in minor units evenly over a campaign's days, both ends included.

    Returns units by month, in order; they add up to the amount, by largest remainder (R6.16).
    Without an end, with one before the start or ten years after it, all of it stands in the month
    of the start. Without a start nobody knows the month: nothing is returned.
    """
    if starts is None:
        return {}
    if ends is None or ends < starts or ends.year - starts.year > LONGEST_YEARS:
        ends = starts
    days = _days(starts, ends)
    parts = shares(minor, list(days.values()), sum(days.values()))
    return dict(zip(days, parts, strict=True))


def _days(starts: date, ends: date) -> dict[str, int]:
    """How many days of each month lie between two days, both included."""
    found: dict[str, int] = {}
    first = starts
    while True:
        month = month_of(first)
        last = min(last_day(month), ends)
        found[month] = (last - first).days + 1
        if last == ends:
            return found
        first = date(last.year + last.month // 12, last.month % 12 + 1, 1)
