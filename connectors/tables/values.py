"""Turns what a column holds into typed values, and back into what the column takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from crmbridge.model.record import Value

from .options import TableSpec

YES = frozenset({"true", "t", "yes", "y", "1", "on"})
NO = frozenset({"false", "f", "no", "n", "0", "off"})
LONGEST = 1_000_000
"""Letters of one text at most: what is longer is no fact about a person."""
MILLIS = 10**11
"""Where a number stands for an instant, one from here on counts milliseconds: seconds reach it in
the year 5138."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?=$|[ T])")


class Odd(ValueError):
    """A cell that is not of its column's type; the text names no value."""


def read_value(kind: str, raw: Any, spec: TableSpec) -> Value:
    """Type one cell; `None` for an empty one. Raises `Odd` for what cannot be of the type.

    A type of `""` is one that nobody declared: the value says itself what it is.
    """
    if raw is None:
        return None
    if isinstance(raw, str):
        if not raw.isascii():
            _whole_text(raw)
        if "\0" in raw or len(raw) > LONGEST:
            raise Odd("a text with a zero byte" if "\0" in raw else f"over {LONGEST:,} letters")
        if kind not in ("", "text", "enum") and not raw.strip():
            return None
    try:
        return _READERS[kind](raw, spec)
    except Odd:
        raise
    except (ValueError, ArithmeticError, TypeError):
        raise Odd(f"no {_SAID.get(kind, kind)}") from None


def _whole_text(raw: str) -> None:
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        raise Odd("bytes that are no text in the encoding of the source") from None


def _bool(raw: Any, spec: TableSpec) -> bool:
    if isinstance(raw, bytes) and len(raw) == 1:  # a bit column
        raw = raw[0]
    word = str(raw).strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise Odd("neither yes nor no")


def _int(raw: Any, spec: TableSpec) -> int:
    if isinstance(raw, bool):
        raise Odd("no whole number")
    if isinstance(raw, int):
        return raw
    number = _decimal(raw, spec)
    if number != int(number):
        raise Odd("no whole number")
    return int(number)


def _decimal(raw: Any, spec: TableSpec) -> Decimal:
    """A number in one spelling: 100, 100.0 and 1E+2 are alike."""
    if isinstance(raw, str):
        raw = raw.strip()
        if spec.decimal == ",":
            raw = raw.replace(".", "?").replace(",", ".")
        if not _NUMBER.fullmatch(raw):
            raise Odd("no number")
    elif isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Odd("no number")
    value = Decimal(repr(raw) if isinstance(raw, float) else raw)
    if not value.is_finite():
        raise Odd("no number")
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()


def _date(raw: Any, spec: TableSpec) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    return date.fromisoformat(_ordered(str(raw).strip(), spec)[:10])


def _ordered(text: str, spec: TableSpec) -> str:
    """A day that is written in another order, in that of ISO 8601."""
    found = _DAY.match(text) if spec.dates != "iso" else None
    if found is None:
        return text
    one, two, year = found.groups()
    day, month = (one, two) if spec.dates == "day_first" else (two, one)
    return f"{year}-{month:0>2}-{day:0>2}{text[found.end() :]}"


def _datetime(raw: Any, spec: TableSpec) -> datetime:
    """An instant in UTC; a time without a zone is one of the option `zone`."""
    if isinstance(raw, bool):
        raise Odd("no instant")
    if isinstance(raw, int | float | Decimal):
        seconds = float(raw) / (1_000 if abs(float(raw)) >= MILLIS else 1)
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    if isinstance(raw, str):
        raw = datetime.fromisoformat(_ordered(raw.strip(), spec))
    elif not isinstance(raw, datetime):
        if not isinstance(raw, date):
            raise Odd("no instant")
        raw = datetime(raw.year, raw.month, raw.day)  # noqa: DTZ001  # its zone comes next
    aware = raw if raw.tzinfo else raw.replace(tzinfo=spec.zone)
    return aware.astimezone(UTC)  # type: ignore[no-any-return]


def _text(raw: Any, spec: TableSpec) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bytes | list | dict | tuple | float):
        raise Odd("no text")
    return str(raw)


def _ref(raw: Any, spec: TableSpec) -> str:
    """The id of a row of another table."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool | bytes | list | dict | tuple):
        raise Odd("no id")
    return str(int(raw)) if isinstance(raw, float | Decimal) and raw == int(raw) else str(raw)


def _multi(raw: Any, spec: TableSpec) -> tuple[str, ...]:
    if isinstance(raw, list | tuple):
        return tuple(str(one) for one in raw if one is not None)
    return tuple(part.strip() for part in str(raw).split(";") if part.strip())


def _guess(raw: Any, spec: TableSpec) -> Value:
    """A value of a column without a type, such as an expression of a view."""
    if isinstance(raw, bool | int | str):
        return raw
    if isinstance(raw, float | Decimal):
        return _decimal(raw, spec)
    if isinstance(raw, datetime):
        return _datetime(raw, spec)
    if isinstance(raw, date):
        return raw
    if isinstance(raw, UUID):
        return str(raw)
    raise Odd("neither a text nor a number nor a time")


_READERS: dict[str, Callable[[Any, TableSpec], Value]] = {
    "": _guess,
    "text": _text,
    "enum": _text,
    "int": _int,
    "decimal": _decimal,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
    "multi": _multi,
    "ref": _ref,
}
_SAID = {"int": "whole number", "decimal": "number", "bool": "yes or no", "datetime": "instant"}


def checked(kind: str, value: Value, spec: TableSpec) -> Value:
    """Return a value that a column of this type takes, typed; raises `Odd` for one that none does.

    Text columns take anything, as text; others what is of their type or spells it.
    """
    if value is None:
        return None
    if kind in ("text", "enum", "ref"):
        return text_of(value, spec)
    if kind == "multi":
        return value if isinstance(value, tuple) else (text_of(value, spec),)
    if kind == "date" and isinstance(value, datetime):
        raise Odd("an instant, and the column holds days")
    if kind == "datetime" and not isinstance(value, datetime | str):
        raise Odd("no instant")
    if isinstance(value, tuple):
        raise Odd("several values, and the column holds one")
    plain = TableSpec(obj=spec.obj, zone=spec.zone)
    return read_value(kind, value, plain)


def text_of(value: Value, spec: TableSpec) -> str:
    """A value as a text column, or a cell of a file, holds it; empty for nothing.

    Instants are in UTC with an offset, days as the option `dates` has them.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        if spec.dates == "iso":
            return value.isoformat()
        return value.strftime("%d.%m.%Y" if spec.dates == "day_first" else "%m/%d/%Y")
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", spec.decimal)
    return ";".join(value) if isinstance(value, tuple) else str(value)
