"""Salesforce's spelling of instants and days; the stored text sorts as time does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})\Z"
)


def stamp(at: datetime) -> str:
    """Return an aware instant cut to the second: `2026-11-21T10:00:00.000+0000`.

    Source: salesforce.md 4, one-second granularity.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def read_stamp(text: str) -> str | None:
    """Return the stored form of a written dateTime, or `None` when it is none."""
    if _DAY.match(text):
        day = read_day(text)
        return f"{day}T00:00:00.000+0000" if day else None
    if not _INSTANT.match(text):
        return None
    try:
        return stamp(datetime.fromisoformat(text))
    except ValueError:
        return None


def read_day(text: str) -> str | None:
    """Return a written day, or `None` when it is none; an offset is not allowed."""
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def instant(text: str) -> datetime:
    """Return the aware instant of a stored stamp."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)
