"""HubSpot's texts to typed values and back: every property is a string on its wire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.hubspot.kinds import OFFER
from crmbridge.kit import fields
from crmbridge.kit.fields import EPOCH, Unreadable, items, mapping
from crmbridge.model.record import Field, Value

__all__ = ["Unreadable", "address", "field", "instant", "merged_ids", "properties", "typed"]

TEXT_LENGTH = 65_536
"""Longest text property in characters. Source: hubspot.md 1.2."""

_MILLIS = re.compile(r"-?\d{1,15}(\.0*)?([eE]\+?\d{1,2})?")
_BOOLS = {"true": True, "false": False}


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
    kind = OFFER.kinds.get(str(definition.get("type")), "text")
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
    return fields.typed(_READERS, kind, str(raw).lower() if isinstance(raw, bool) else str(raw))


def instant(text: str) -> datetime:
    """Return ISO text or epoch milliseconds as an aware datetime; raises `ValueError`."""
    if _MILLIS.fullmatch(text):
        return EPOCH + timedelta(milliseconds=int(Decimal(text)))
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _date(text: str) -> Value:
    return date.fromisoformat(text) if len(text) == 10 and text[4] == "-" else instant(text).date()


_READERS: fields.Readers = {
    "text": str,
    "enum": str,
    "ref": str,
    "number": fields.number,
    "bool": lambda text: _BOOLS[text.lower()],
    "date": _date,
    "datetime": instant,
    "multi": fields.multi,
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
    if isinstance(value, date):
        return fields.iso(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return fields.joined(value) if isinstance(value, tuple) else str(value)


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
