"""How the values of facts are read before they are compared, type by type (R3.1, R3.2)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

Kind = str | tuple[str, ...]
"""A fact's type by name, or the values of an ordered enum from the lowest to the highest."""

_NOON = time(12)  # of a date without a time, for order only (R9.5)
_NUMERIC = frozenset({"lt", "le", "gt", "ge"})
_TIMELY = frozenset({"before", "after", "on_or_before", "on_or_after", "within_last", "older_than"})


def is_missing(value: Any) -> bool:
    """Whether a fact is unknown: null, or blank text. An empty list is known."""
    return value is None or (isinstance(value, str) and not value.strip())


def guess_kind(op: str, wanted: Any, value: Any) -> Kind:
    """Tell the type of a fact that nobody declared, from how it is asked for."""
    if op in _NUMERIC or (op in ("eq", "ne") and _is_number(wanted)):
        return "number"
    if op in _TIMELY:
        return "date" if is_day(value) else "datetime"
    if op == "between":
        return "datetime" if to_number(wanted[0]) is None else "number"
    if op in ("is_true", "is_false"):
        return "bool"
    return "list" if op.startswith(("has_", "size_")) else "text"


def fold(value: Any) -> str:
    """Bring a text to the form in which it is compared: NFKC, trimmed, casefolded."""
    text = str(value)
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", text).strip().casefold()


def to_number(value: Any) -> Decimal | None:
    """Read a number exactly; `None` for what is none."""
    if isinstance(value, bool):
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def is_day(value: Any) -> bool:
    """Whether a value is a calendar day without a time."""
    if isinstance(value, str):
        return len(value.strip()) == len("2026-01-31")
    return isinstance(value, date) and not isinstance(value, datetime)


def to_instant(value: Any, zone: tzinfo) -> datetime | None:
    """Read an instant; a day stands for its noon, and a time without zone is the company's."""
    if isinstance(value, str):
        try:
            value = (
                datetime.fromisoformat(value) if not is_day(value) else date.fromisoformat(value)
            )
        except ValueError:
            return None
    if isinstance(value, datetime):
        if value.tzinfo is UTC:
            return value
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, _NOON, zone).astimezone(UTC)
    return None


def local_day(value: Any, zone: tzinfo) -> date | None:
    """Read a calendar day of the company."""
    moment = to_instant(value, zone)
    return None if moment is None else moment.astimezone(zone).date()
