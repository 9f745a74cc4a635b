"""Reads written values: the JSON type first, then length, picklist, e-mail and reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.salesforce.emulator.faults import (
    VendorError,
    bad_json,
    bad_reference,
    malformed_id,
    no_field,
)
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.schema import Entity, Field
from connectors.salesforce.emulator.stamps import read_day, read_stamp

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]+\Z")


def typed(field: Field, value: Any) -> Any:
    """Return a JSON value as rows store it; '' and blanks are null.

    Raises JSON_PARSER_ERROR for the wrong sort: the vendor refuses the whole request then.
    """
    if value is None:
        return None
    reader: Callable[[Field, Any], Any] = _READERS.get(field.type, _text)
    return reader(field, value)


def body_values(org: Org, entity: Entity, body: Mapping[str, Any], *, api: bool) -> dict[str, Any]:
    """Return written values by the field's own name; parents by external id stay mappings.

    Raises INVALID_FIELD for a field that does not exist or is hidden, JSON_PARSER_ERROR.
    """
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name == "attributes":
            continue
        parent = entity.parents.get(name.lower())
        field = parent if parent and isinstance(value, Mapping) else entity.get(name)
        if field is None or (api and not org.sees(entity, field)):
            raise no_field(name, entity.name)
        values[field.name] = value if isinstance(value, Mapping) else typed(field, value)
    return values


def checked(
    org: Org, entity: Entity, values: Mapping[str, Any], manner: Manner, *, creating: bool
) -> dict[str, Any]:
    """Return values that the vendor takes. Raises its error for the first that it does not."""
    if manner.api:
        _refuse_unwritable(org, entity, values, creating=creating)
    out = {}
    for name, value in values.items():
        field = entity.fields[name.lower()]
        if isinstance(value, Mapping):
            value = _by_key(org, field, value)
        if value is None:
            _refuse_null(field, creating=creating)
        elif isinstance(value, str):
            value = _checked_text(org, entity, field, value)
        else:
            _check_number(field, value)
        out[name] = value
    return out


def _refuse_unwritable(
    org: Org, entity: Entity, values: Mapping[str, Any], *, creating: bool
) -> None:
    bad = []
    for name in values:
        field = entity.fields[name.lower()]
        allowed = field.createable if creating else field.updateable
        if not allowed or f"{entity.name}.{name}" in org.read_only:
            bad.append(name)
    if bad:
        raise VendorError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(bad)}. Please check the security settings "
            "of this field and verify that it is read/write for your profile or permission set.",
            fields=bad,
        )


def _refuse_null(field: Field, *, creating: bool) -> None:
    if field.type == "boolean":
        raise VendorError(
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            f"{field.label}: value not of required type: null",
            fields=[field.name],
        )
    if not field.nillable and not (creating and field.default is not None):
        raise missing([field.name])


def missing(names: list[str]) -> VendorError:
    """Fields that must have a value and have none."""
    return VendorError(
        "REQUIRED_FIELD_MISSING",
        f"Required fields are missing: [{', '.join(names)}]",
        fields=names,
    )


def _by_key(org: Org, field: Field, parent: Mapping[str, Any]) -> str:
    """Find a parent by external id, as `{"Owner": {"Ext__c": "x"}}` asks."""
    keys = {name: value for name, value in parent.items() if name != "attributes"}
    target = org.schema.entity(str(parent.get("attributes", {}).get("type") or field.targets[0]))
    key = target.get(next(iter(keys), ""))
    if key is None or not key.key or len(keys) != 1:
        raise VendorError("INVALID_FIELD", f"No external id given for {field.relationship}")
    value = next(iter(keys.values()))
    table = org.store[target.name]
    found = [one for one in table.ids(key, value) if not table.rows[one].get("IsDeleted")]
    if len(found) != 1:
        raise VendorError(
            "INVALID_FIELD",
            f"Foreign key external ID: {value} not found for field {key.name} in entity "
            f"{target.name}",
        )
    return found[0]


def _checked_text(org: Org, entity: Entity, field: Field, value: str) -> str:
    if field.type == "reference":
        return _reference(org, entity, field, value)
    if field.type == "email" and not _EMAIL.match(value):
        raise VendorError(
            "INVALID_EMAIL_ADDRESS",
            f"{field.label}: invalid email address: {value}",
            fields=[field.name],
        )
    if field.type in ("picklist", "multipicklist"):
        return _choice(field, value)
    if field.length and len(value) > field.length:
        raise VendorError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            fields=[field.name],
        )
    return value


def _choice(field: Field, value: str) -> str:
    parts = value.split(";") if field.type == "multipicklist" else [value]
    active = {one.value.casefold(): one.value for one in field.picklist if one.active}
    for part in parts:
        if field.restricted and part.casefold() not in active:
            raise VendorError(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{field.label}: bad value for restricted picklist field: {part}",
                fields=[field.name],
            )
    return ";".join(active.get(part.casefold(), part) for part in parts)


def _reference(org: Org, entity: Entity, field: Field, value: str) -> str:
    found = read_id(value)
    target = org.schema.of_id(found) if found else ""
    if found is None or target not in field.targets:
        raise malformed_id(field.label, value)
    row = org.store.row(target, found)
    if row is None or row.get("IsDeleted"):
        raise bad_reference(field.name)
    if target == "RecordType" and row.get("SobjectType") != entity.name:
        raise bad_reference(field.name)
    if target == "User" and field.name == "OwnerId" and not row.get("IsActive", True):
        raise VendorError(
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{found[:15]}] as owner of "
            f"{entity.name.lower()}",
            fields=[field.name],
        )
    return found


def _check_number(field: Field, value: Any) -> None:
    if isinstance(value, bool):
        return
    whole = field.precision - (0 if field.type == "int" else field.scale)
    if abs(value) >= 10 ** min(whole, 9 if field.type == "int" else 18):
        raise VendorError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            fields=[field.name],
        )


def _wrong(field: Field, value: Any, kind: str) -> VendorError:
    sort = {bool: "VALUE_TRUE" if value else "VALUE_FALSE", str: "VALUE_STRING",
            int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", list: "START_ARRAY",
            dict: "START_OBJECT"}.get(type(value), "VALUE")  # fmt: skip
    shown = "" if isinstance(value, (list, dict)) else f" value {value}"
    return bad_json(f"Cannot deserialize instance of {kind} from {sort}{shown} ({field.name})")


def _text(field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise _wrong(field, value, "reference" if field.is_id else "string")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise bad_json(f"Invalid character in a string value ({field.name})")
    return value.strip() or None


def _number(field: Field, value: Any) -> float | None:
    if isinstance(value, str) and value:
        try:
            value = float(value)
        except ValueError:
            raise _wrong(field, value, field.type) from None
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(field, value, field.type)
    if not -1e300 < value < 1e300:
        raise bad_json(f"Numeric value out of range ({field.name})")
    return round(float(value), field.scale)


def _int(field: Field, value: Any) -> int | None:
    number = _number(field, value)
    return None if number is None else int(number)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise _wrong(field, value, "boolean")
    return value


def _timed(read: Callable[[str], str | None], kind: str) -> Callable[[Field, Any], str | None]:
    def reader(field: Field, value: Any) -> str | None:
        if value == "":
            return None
        found = read(value) if isinstance(value, str) else None
        if found is None:
            raise _wrong(field, value, kind)
        return found

    return reader


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "boolean": _boolean,
    "int": _int,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _timed(read_day, "date"),
    "datetime": _timed(read_stamp, "datetime"),
}
