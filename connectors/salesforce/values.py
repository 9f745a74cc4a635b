"""Turns Salesforce's JSON values into typed ones and back, by the object's description."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crmbridge.errors import Refused, Unavailable
from crmbridge.kit import fields
from crmbridge.kit.fields import Unreadable, first_stamp, items, listed, text
from crmbridge.kit.fields import in_utc as instant
from crmbridge.kit.paths import Schema
from crmbridge.log import get_logger
from crmbridge.model.record import Field, Record, Value

from . import soql
from .options import OFFER

__all__ = ["instant", "read_record", "read_value", "schema", "write_value"]

log = get_logger(__name__)
_TYPES = {"int": "number", "decimal": "number"}


def schema(obj: str, described: Mapping[str, Any]) -> Schema:
    """Read a describe answer; raises `Unavailable` when it has not the shape of one."""
    rows = [row for row in items(described.get("fields")) if text(row.get("name"))]
    readable = [row for row in rows if text(row.get("type")) not in OFFER.words["unreadable"]]
    if not readable:
        raise Unavailable(f"Salesforce described {obj} without fields; try again")
    parents = {name: _parent(row) for row in rows if (name := text(row.get("relationshipName")))}
    return Schema(
        obj=obj,
        fields={row["name"]: _field(row) for row in readable},
        kinds={row["name"]: _kind(row) for row in readable},
        parents=parents,
        createable=described.get("createable") is not False,
    )


def _kind(row: Mapping[str, Any]) -> str:
    return OFFER.kinds.get(text(row.get("type")), "text")


def _parent(row: Mapping[str, Any]) -> str:
    targets = listed(row.get("referenceTo"))
    return text(targets[0]) if len(targets) == 1 else ""


def _field(row: Mapping[str, Any]) -> Field:
    writable = bool(row.get("createable") or row.get("updateable"))
    needed = not row.get("nillable", True) and not row.get("defaultedOnCreate")
    picks = items(row.get("picklistValues"))
    choices = [text(pick.get("value")) for pick in picks if pick.get("active", True)]
    length = row.get("length")
    return Field(
        name=row["name"],
        type=_TYPES.get(_kind(row), _kind(row)),
        label=text(row.get("label")),
        required=needed and bool(row.get("createable")),
        writable=writable,
        unique=bool(row.get("unique")),
        length=length if isinstance(length, int) and length > 0 else 0,
        choices=tuple(choice for choice in choices if choice),
        restricted=bool(row.get("restrictedPicklist")),
        refers=tuple(filter(None, map(text, listed(row.get("referenceTo"))))),
        **_digits(row),
    )


def _digits(row: Mapping[str, Any]) -> dict[str, Any]:
    """How many digits a number may have, before its point and behind it (salesforce.md 4)."""
    if _kind(row) == "int":
        digits = row.get("digits")
        return {"digits": digits if isinstance(digits, int) else 0, "scale": 0}
    precision, scale = row.get("precision"), row.get("scale")
    if _kind(row) != "decimal" or not isinstance(precision, int) or not isinstance(scale, int):
        return {}
    return {"digits": max(0, precision - scale), "scale": scale} if precision else {}


def _ref(raw: Any) -> str:
    return soql.long_id(raw) if soql.is_id(str(raw)) else str(raw)


_READERS: fields.Readers = {
    "bool": fields.flag,
    "int": fields.whole,
    "decimal": fields.exact,
    "date": lambda raw: date.fromisoformat(str(raw)[:10]),
    "datetime": lambda raw: instant(str(raw)),
    "multi": fields.multi,
    "ref": _ref,
    "text": str,
    "enum": str,
    "": fields.as_it_is,
}


def read_value(kind: str, raw: Any) -> Value:
    """Type one JSON value by the field's type; raises `Refused` for what cannot be of it."""
    try:
        return fields.typed(_READERS, kind, raw)
    except Unreadable as error:
        raise Refused(f"Salesforce sent a value that is no {kind}", code="BAD_VALUE") from error


def read_record(obj: str, raw: Mapping[str, Any], kinds: Mapping[str, str]) -> Record:
    """Build a record from a JSON row; `kinds` maps each wanted field or path to its type.

    What the row does not carry is absent, and so is a value that is not of its type. Raises
    `Unavailable` for a row without an id.
    """
    ident = raw.get("Id")
    if not isinstance(ident, str) or not soql.is_id(ident):
        raise Unavailable(f"Salesforce sent a {obj} without a proper Id; try again")

    def odd(path: str) -> None:
        log.warning("value left out, it is not of its field's type", obj=obj, field=path)

    values = fields.values_of(raw, kinds, _READERS, odd)
    gone = raw.get("IsDeleted") is True
    master = raw.get("MasterRecordId") if gone else None
    return Record(
        obj=obj,
        id=soql.long_id(ident),
        values=values,
        changed_at=first_stamp(instant, raw.get("SystemModstamp")),
        deleted=gone,
        merged_into=soql.long_id(master) if isinstance(master, str) and soql.is_id(master) else "",
    )


def write_value(field: str, value: Value) -> Any:
    """Return the JSON form of a value; raises `Refused` naming the field when it has none."""
    try:
        return _form(value)
    except ValueError as error:
        raise Refused(str(error), code="BAD_VALUE", field=field) from None


def _form(value: Value) -> Any:
    texts = value if isinstance(value, tuple) else (value,)
    if any(isinstance(part, str) and not soql.sendable(part) for part in texts):
        raise ValueError("a text with NUL or half a character")
    if isinstance(value, tuple):
        return fields.joined(value) or None
    if isinstance(value, date):
        return fields.iso(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("not a number that can be sent")
    return value
