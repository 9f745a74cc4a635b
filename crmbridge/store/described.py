"""What each system last said of the fields that are written: their types, lengths and choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.record import Field
from crmbridge.store.cursors import get_meta, put_meta
from crmbridge.store.table import Tx

_ROW = "described:"
"""Row of the ledger's facts, one a side."""
Fields = Mapping[str, Mapping[str, Field | None]]
"""Fields by object and name; `None` is a field that the system does not have, or does not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What one side said: `at` when (business time), and how people there call it and a field."""

    at: datetime
    fields: Fields
    title: str = ""
    word: str = "field"


def get(tx: Tx, side: str) -> Described | None:
    """What a side said of its fields, `None` before it was asked."""
    told = get_meta(tx, _ROW + side)
    if not isinstance(told, dict) or not told:
        return None
    return Described(
        at=parse_instant(told["at"]),
        fields={
            obj: {name: _field(name, row) for name, row in some.items()}
            for obj, some in told["fields"].items()
        },
        title=told["title"],
        word=told["word"],
    )


def put(tx: Tx, side: str, one: Described) -> None:
    """Keep what a side says now."""
    rows = {obj: {name: _row(of) for name, of in some.items()} for obj, some in one.fields.items()}
    told = {"at": instant(one.at), "fields": rows, "title": one.title, "word": one.word}
    put_meta(tx, _ROW + side, told)


def _row(one: Field | None) -> dict[str, Any] | None:
    """A field without what every field has."""
    if one is None:
        return None
    kept: dict[str, Any] = {"type": one.type}
    for part in fields(Field):
        value = getattr(one, part.name)
        if part.name not in ("name", "type", "label", "refers") and value != part.default:
            kept[part.name] = list(value) if isinstance(value, tuple) else value
    return kept


def _field(name: str, row: Mapping[str, Any] | None) -> Field | None:
    if row is None:
        return None
    known = {part.name for part in fields(Field)}
    kept = {key: value for key, value in row.items() if key in known}
    return Field(name=name, **kept | {"choices": tuple(row.get("choices", ()))})
