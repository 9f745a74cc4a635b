"""Cursors as the ledger keeps them: small JSON texts with values as the source spells them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from crmbridge.errors import CursorGone

VERSION = 1
Parsed = TypeVar("Parsed")
Raw = Any
"""A value as the driver gave it: text, number, day or instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value of the stamp's column and an id stand, both as the source spells them."""

    at: Raw
    id: Raw


def write_cursor(kind: str, **parts: Any) -> str:
    """Make the text of a cursor; `kind` is whose it is."""
    return json.dumps({"v": VERSION, "kind": kind, **parts}, separators=(",", ":"))


def read_cursor(
    kind: str, text: str, obj: str, parse: Callable[[Mapping[str, Any]], Parsed]
) -> Parsed:
    """Read the text of a cursor.

    Raises `CursorGone` for one of another connector, or of another way of reading, such as by
    another stamp: options have changed since, and everything is read once more.
    """
    try:
        found = dict(json.loads(text))
        if found["v"] == VERSION and found["kind"] == kind:
            return parse(found)
    except (ValueError, LookupError, TypeError, ArithmeticError, zlib.error):
        pass
    raise CursorGone(f"{obj}: the place in the table is of another way of reading", obj=obj)


def packed(raw: Raw) -> Any:
    """A raw value for JSON, with its type where JSON has none."""
    if isinstance(raw, datetime):
        return {"t": raw.isoformat()}
    if isinstance(raw, date):
        return {"d": raw.isoformat()}
    if isinstance(raw, Decimal):
        return {"n": str(raw)}
    if isinstance(raw, UUID):
        return {"u": str(raw)}
    return raw if raw is None or isinstance(raw, str | int | float) else str(raw)


def unpacked(told: Any) -> Raw:
    """A raw value as it was before `packed`."""
    if not isinstance(told, dict):
        return told
    ((sign, text),) = told.items()
    if sign in ("n", "u"):
        return Decimal(text) if sign == "n" else UUID(text)
    return datetime.fromisoformat(text) if sign == "t" else date.fromisoformat(text)


def instant_text(at: datetime) -> str:
    """An instant as cursors have it."""
    return at.astimezone(UTC).isoformat()
