"""Fiscal years: the company's own, each named by the calendar year in which it begins."""

from __future__ import annotations

import re
from datetime import date, timedelta

FiscalStart = tuple[int, int]
"""Month and day on which each fiscal year begins."""
CALENDAR: FiscalStart = (1, 1)
_LEAP = 2000


def start_of(text: str) -> FiscalStart:
    """Read the day on which fiscal years begin from `MM-DD`.

    Raises:
        ValueError: it is no day, or none that every year has; the message is for a person.
    """
    found = re.fullmatch(r"(\d\d)-(\d\d)", text)
    if found is None:
        raise ValueError(f"{text!r} is no day of a year: write month and day, such as '04-01'")
    month, day = int(found[1]), int(found[2])
    try:
        date(_LEAP, month, day)
    except ValueError:
        raise ValueError(f"there is no day {text!r}: write month and day as in '04-01'") from None
    if (month, day) == (2, 29):
        raise ValueError("only leap years have a day '02-29': write '02-28' or '03-01'")
    return month, day


def first_day(year: int, start: FiscalStart) -> date:
    """Return the day on which a fiscal year begins."""
    return date(year, *start)


def last_day(year: int, start: FiscalStart) -> date:
    """Return the last day of a fiscal year."""
    return first_day(year + 1, start) - timedelta(days=1)


def year_of(day: date, start: FiscalStart) -> int:
    """Return the fiscal year in which a day lies."""
    return day.year if (day.month, day.day) >= start else day.year - 1
