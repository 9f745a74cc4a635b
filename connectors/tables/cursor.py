"""Cursors as the ledger keeps them: small JSON texts with values as the source spells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from crmbridge.errors import ConfigError

VERSION = 1
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


def read_cursor(kind: str, text: str) -> Mapping[str, Any]:
    """Read the text of a cursor.

    Raises `ConfigError` for one of another connector, or of another way of reading.
    """
    try:
        found = json.loads(text)
        if found["v"] == VERSION and found["kind"] == kind:
            return dict(found)
    except (ValueError, LookupError, TypeError):
        pass
    raise ConfigError(
        "the ledger's place in a table was made by another connector or by other options (a stamp "
        "that was added or taken away): give the object another name in tables and in the mapping, "
        "and it is read anew"
    )


def packed(raw: Raw) -> Any:
    """A raw value for JSON, with its type where JSON has none."""
    if isinstance(raw, datetime):
        return {"t": raw.isoformat()}
    if isinstance(raw, date):
        return {"d": raw.isoformat()}
    if isinstance(raw, Decimal):
        return {"n": str(raw)}
    return raw if raw is None or isinstance(raw, str | int | float) else str(raw)


def unpacked(told: Any) -> Raw:
    """A raw value as it was before `packed`."""
    if not isinstance(told, dict):
        return told
    ((sign, text),) = told.items()
    if sign == "n":
        return Decimal(text)
    return datetime.fromisoformat(text) if sign == "t" else date.fromisoformat(text)


def instant_text(at: datetime) -> str:
    """An instant as cursors have it."""
    return at.astimezone(UTC).isoformat()
