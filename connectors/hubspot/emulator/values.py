"""Checks and rewrites property values as the vendor does: everything is stored as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from connectors.hubspot.emulator.schema import Property

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
LONGEST = 65_536
"""Characters of a text value. Source: hubspot.md 1.2."""


class BadValue(ValueError):
    """A value that the property does not take; `code` is the vendor's word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@lru_cache(maxsize=65_536)
def stamp(ms: int) -> str:
    """Write epoch milliseconds as the vendor's ISO text."""
    at = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def epoch(text: str) -> int:
    """Read epoch milliseconds or an ISO text as milliseconds. Raises `ValueError`."""
    if text.lstrip("-").isdigit():
        return int(text)
    at = datetime.fromisoformat(text)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return round(at.timestamp() * 1000)


def stored(prop: Property, value: object, old: str | None) -> str:
    """Return the text that is stored; empty text clears. Raises `BadValue`.

    `old` is the present value, for lists that are appended to with a leading semicolon.
    """
    text = _text(value)
    if text == "":
        return ""
    if prop.name == "email" and prop.unique:
        text = text.strip().lower()
    return _CHECKS.get(prop.type, _string)(prop, text, old)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _string(prop: Property, text: str, old: str | None) -> str:
    if len(text) > LONGEST:
        raise BadValue("PROPERTY_VALUE_TOO_LONG", f"{prop.name} is longer than {LONGEST}")
    if prop.name == "email" and prop.unique and not _EMAIL.match(text):
        raise BadValue("INVALID_EMAIL", f"Email address {text} is invalid")
    return text


def _number(prop: Property, text: str, old: str | None) -> str:
    if not _NUMBER.match(text):
        raise BadValue("INVALID_INTEGER", f"{text} was not a valid long.")
    return text


def _bool(prop: Property, text: str, old: str | None) -> str:
    if text.lower() not in ("true", "false"):
        raise BadValue(
            "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]"
        )
    return text.lower()


def _datetime(prop: Property, text: str, old: str | None) -> str:
    try:
        return stamp(epoch(text))
    except (ValueError, OverflowError):
        raise BadValue("INVALID_DATE", f"{text} was not a valid date.") from None


def _date(prop: Property, text: str, old: str | None) -> str:
    try:
        if text.lstrip("-").isdigit():
            return _midnight(int(text))
        return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        raise BadValue("INVALID_DATE", f"{text} was not a valid date.") from None


def _midnight(ms: int) -> str:
    if ms % 86_400_000:
        raise BadValue("INVALID_DATE", f"{ms} is at {stamp(ms)}, not midnight!")
    return stamp(ms)[:10]


def _enumeration(prop: Property, text: str, old: str | None) -> str:
    several = prop.field_type == "checkbox"
    wanted = [part for part in text.split(";") if part] if several else [text]
    wrong = [part for part in wanted if prop.options and part not in prop.values]
    if wrong:
        allowed = ", ".join(value for value, _ in prop.options)
        raise BadValue(
            "INVALID_OPTION", f"{wrong[0]} was not one of the allowed options: [{allowed}]"
        )
    if several and text.startswith(";"):
        kept = [part for part in (old or "").split(";") if part]
        wanted = kept + [part for part in wanted if part not in kept]
    return ";".join(wanted)


_CHECKS: Mapping[str, Callable[[Property, str, str | None], str]] = {
    "number": _number,
    "bool": _bool,
    "datetime": _datetime,
    "date": _date,
    "enumeration": _enumeration,
}
