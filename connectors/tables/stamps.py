"""Instants as a stamp's column spells them, so that the database can compare and order them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .options import TableSpec
from .values import MILLIS, Odd, read_value

_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
HOUR = timedelta(hours=1)


def end_of(kind: str, raw: Any, spec: TableSpec) -> datetime | None:
    """The last instant that a stamp may mean: a day's last; `None` for one that cannot be read."""
    try:
        if kind == "date" or (isinstance(raw, str) and len(raw.strip()) == 10):
            day = read_value("date", raw, spec)
            assert isinstance(day, date)  # noqa: S101  # what the type says
            start = datetime(day.year, day.month, day.day, tzinfo=spec.zone)
            return start.astimezone(UTC) + timedelta(days=1)
        found = read_value("datetime", raw, spec)
    except (Odd, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def reach_of(raw: Any, spec: TableSpec, lag: timedelta) -> timedelta:
    """How far reads go back: an hour more where stamps are local times without an offset.

    When the clocks go back, an hour of such stamps comes twice.
    """
    if isinstance(raw, str):
        local = not _OFFSET.search(raw)
    else:
        local = isinstance(raw, date) and getattr(raw, "tzinfo", None) is None
    return lag + HOUR if local and spec.zone.key not in ("UTC", "Etc/UTC", "GMT") else lag


def spelled(at: datetime, like: Any, spec: TableSpec, *, floor: bool) -> Any:
    """An instant as the column spells another one.

    With `floor` it is the least of all spellings of its second: a text is then cut behind the
    second, which sorts before every fraction and every offset.
    """
    if isinstance(like, str):
        return _as_text(at, like.strip(), spec, floor=floor)
    if isinstance(like, datetime):
        return at if like.tzinfo else at.astimezone(spec.zone).replace(tzinfo=None)
    if isinstance(like, date):
        return at.astimezone(spec.zone).date()
    if isinstance(like, int | float | Decimal):
        seconds = at.timestamp()
        return int(seconds * 1_000) if abs(float(like)) >= MILLIS else int(seconds)
    return at.astimezone(spec.zone).replace(tzinfo=None)


def _as_text(at: datetime, like: str, spec: TableSpec, *, floor: bool) -> str:
    offset = _OFFSET.search(like)
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset[0]}").tzinfo if offset else spec.zone
    local = at.astimezone(zone).replace(tzinfo=None)
    if len(like) == 10:
        return local.date().isoformat()
    sign = like[10]
    if floor:
        return local.isoformat(sep=sign, timespec="seconds")
    unit = "seconds" if "." not in like else "milliseconds" if _millis(like) else "microseconds"
    return local.isoformat(sep=sign, timespec=unit) + (offset[0] if offset else "")


def _millis(like: str) -> bool:
    found = re.search(r"\.(\d+)", like)
    return found is not None and len(found[1]) == 3
