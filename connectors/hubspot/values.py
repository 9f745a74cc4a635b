"""HubSpot's texts to typed values and back: every property is a string on its wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crmbridge.model.record import Field, Value

TEXT_LENGTH = 65_536
"""Longest text property in characters. Source: hubspot.md 1.2."""

_INT = re.compile(r"[+-]?\d{1,40}")
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?")
_MILLIS = re.compile(r"-?\d{1,15}(\.0*)?([eE]\+?\d{1,2})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    "string": "text",
    "phone_number": "text",
    "number": "number",
    "bool": "bool",
    "date": "date",
    "datetime": "datetime",
    "enumeration": "enum",
}


class Unreadable(ValueError):
    """The vendor holds something that its own type does not allow; the value stays absent."""


def mapping(data: object) -> Mapping[str, Any]:
    """Return a JSON object as it is, and an empty one for anything else."""
    return data if isinstance(data, Mapping) else {}


def items(data: object) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON list; anything else gives none."""
    return [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []


def field(definition: Mapping[str, Any]) -> Field:
    """Return what a property definition says, in our words."""
    kind = _kind(definition)
    meta = mapping(definition.get("modificationMetadata"))
    options = items(definition.get("options")) if kind in {"enum", "multi"} else []
    # options kept elsewhere (stages, owners) often come with the definition all the same
    elsewhere = bool(definition.get("externalOptions")) and not options
    free = elsewhere or kind not in {"enum", "multi"}
    return Field(
        name=str(definition["name"]),
        type=kind,
        label=str(definition.get("label") or ""),
        writable=not (meta.get("readOnlyValue") or definition.get("calculated")),
        unique=bool(definition.get("hasUniqueValue")),
        length=TEXT_LENGTH if kind == "text" else 0,
        choices=tuple(str(option.get("value", "")) for option in options),
        restricted=not free,
    )


def _kind(definition: Mapping[str, Any]) -> str:
    kind = _TYPES.get(str(definition.get("type")), "text")
    if kind != "enum":
        return kind
    if definition.get("referencedObjectType"):
        return "ref"
    if definition.get("fieldType") == "booleancheckbox":
        return "bool"
    return "multi" if definition.get("fieldType") == "checkbox" else "enum"


def typed(kind: str, raw: object) -> Value:
    """Return a property's text as a value of our type; empty text and null are `None`.

    Numbers without a point are int, with one Decimal. Raises `Unreadable` for text that its
    type does not allow, such as the number `1,5`.
    """
    if raw is None or raw == "":
        return None
    text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    try:
        return _READERS.get(kind, str)(text)
    except (ValueError, OverflowError, ArithmeticError) as error:
        raise Unreadable(f"a {kind} property holds something else") from error


def _number(text: str) -> Value:
    if _INT.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return Decimal(text)


def _bool(text: str) -> Value:
    found = {"true": True, "false": False}.get(text.lower())
    if found is None:
        raise ValueError("neither true nor false")
    return found


def instant(text: str) -> datetime:
    """Return ISO text or epoch milliseconds as an aware datetime; raises `ValueError`."""
    if _MILLIS.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(Decimal(text)))
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _date(text: str) -> Value:
    return date.fromisoformat(text) if len(text) == 10 and text[4] == "-" else instant(text).date()


def _multi(text: str) -> Value:
    return tuple(part for part in text.split(";") if part)


_READERS: Mapping[str, Callable[[str], Value]] = {
    "number": _number,
    "bool": _bool,
    "date": _date,
    "datetime": instant,
    "multi": _multi,
}


def text_of(value: Value) -> str:
    """Return a value as HubSpot takes it; `None` is the empty text, which clears.

    Instants are cut to milliseconds. Raises `ValueError` for an item of a multiple choice that
    holds a semicolon, which HubSpot would split.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        stamp = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return stamp.replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        if any(";" in item for item in value):
            raise ValueError("an item of a multiple choice holds a semicolon")
        return ";".join(value)
    return str(value)


def properties(values: Mapping[str, Value], *, skip: Iterable[str] = ()) -> dict[str, str]:
    """Return values as a property set to write, without the names in `skip`.

    E-mail addresses are trimmed and lower-cased, as HubSpot keeps them (hubspot.md 1.3).
    """
    left = set(skip)
    found = {name: text_of(value) for name, value in values.items() if name not in left}
    if found.get("email"):
        found["email"] = address(found["email"])
    return found


def address(text: str) -> str:
    """Return an e-mail address as HubSpot keeps it: trimmed, lower case."""
    return text.strip().lower()


def millis(at: datetime) -> int:
    """Return an aware datetime as epoch milliseconds."""
    return (at.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def merged_ids(raw: Mapping[str, Any], own: str) -> tuple[str, ...]:
    """Return the ids that were merged into a record, oldest first, without its own.

    `hs_merged_object_ids` is a `;` list; contacts' `hs_calculated_merged_vids` holds
    `id:epoch_ms` pairs and misses chained merges, so both are read. Source: hubspot.md 1.3.
    """
    texts = (raw.get("hs_merged_object_ids"), raw.get("hs_calculated_merged_vids"))
    if not any(texts):
        return ()
    parts = [part.split(":")[0].strip() for text in texts for part in str(text or "").split(";")]
    return tuple(dict.fromkeys(part for part in parts if part.isdigit() and part != own))
