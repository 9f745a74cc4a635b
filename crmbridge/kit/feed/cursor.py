"""Writes a cursor as the text that the ledger keeps, and takes back no other text."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

VERSION = 1
Shape = TypeVar("Shape", bound="DataclassInstance")


def text_of(cursor: DataclassInstance, *, whole: bool = False) -> str:
    """Return a cursor as text: its version, and each field that is not as it is by default.

    With `whole`, all of them.
    """
    held = {one.name: (getattr(cursor, one.name), one.default) for one in fields(cursor)}
    kept = {name: value for name, (value, usual) in held.items() if whole or value != usual}
    return json.dumps({"v": VERSION, **kept}, separators=(",", ":"))


def read(shape: type[Shape], text: str) -> Shape:
    """Return the cursor of a text.

    Raises `ValueError` for a text of another version or without a field that has no default, and
    `TypeError` for a value of another type. Names that the cursor does not have are passed over.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("v") != VERSION:
        raise ValueError("no cursor of this version")
    types = get_type_hints(shape)
    values: dict[str, Any] = {}
    for one in fields(shape):
        if one.name not in found:
            if one.default is MISSING:
                raise ValueError(f"no {one.name}")
            continue
        value = found[one.name]
        if isinstance(value, bool) or not isinstance(value, types[one.name]):
            raise TypeError(f"{one.name} is of another type")
        values[one.name] = value
    return shape(**values)
