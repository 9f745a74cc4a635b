"""Says what became of one written row, in words that carry no personal data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.net.words import head, without

from . import soql

BUSY_WAIT = 5.0  # seconds before a locked row is tried again. Source: salesforce.md 7 (2-32 s)
FULL_WAIT = 900.0  # seconds before a full or locked org is tried again. Source: salesforce.md 7
CONVERTED = "CANNOT_UPDATE_CONVERTED_LEAD"
LOST = frozenset(
    {
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "NOT_FOUND",
    }
)
_WAITS = {
    "UNABLE_TO_LOCK_ROW": BUSY_WAIT,
    "ENTITY_IS_LOCKED": FULL_WAIT,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": 0.0,
    "PROCESSING_HALTED": 0.0,
    "QUERY_TIMEOUT": BUSY_WAIT,
    "SERVER_UNAVAILABLE": BUSY_WAIT,
    "TOO_MANY_APEX_REQUESTS": BUSY_WAIT,
    "REQUEST_LIMIT_EXCEEDED": FULL_WAIT,
    "STORAGE_LIMIT_EXCEEDED": FULL_WAIT,
    "ORG_LOCKED": FULL_WAIT,
}
_AMBIGUOUS = frozenset({"DUPLICATES_DETECTED", "DUPLICATE_EXTERNAL_ID", "MULTIPLE_CHOICES"})
_HOLDER = re.compile(r"duplicates value on record with id: ?([A-Za-z0-9]{15,18})")
_COLUMN = re.compile(r"No such column '([A-Za-z0-9_]{1,80})'")
_CUTS = (
    (re.compile(r"^.*?(bad value for restricted picklist field)", re.DOTALL), r"\1"),
    (re.compile(r"(data value too large): .*?( \(max)", re.DOTALL), r"\1\2"),
    (re.compile(r"(invalid email address): .*", re.DOTALL), r"\1"),
    (re.compile(r"[^\s@:'\"<>]+@[^\s@'\"<>]+"), "…"),
    (re.compile(r"(?<![A-Za-z0-9])\+?\d[\d ()/.-]{5,}\d(?![A-Za-z0-9])"), "…"),
)


def scrub(message: str, values: Mapping[str, Value]) -> str:
    """Cut out of a vendor's text the values that were sent, addresses and long numbers."""
    message = without(message, (str(p) for value in values.values() for p in _parts(value)))
    for pattern, instead in _CUTS:
        message = pattern.sub(instead, message)
    return " ".join(message.split())[:300]


def _parts(value: Value) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None or isinstance(value, bool) else (value,)


def later(row: Row, code: str, message: str, wait: float = 0.0) -> Written:
    """Return the result of a row that was not written and may be sent again."""
    return Written(
        op=row.op, outcome=Outcome.LATER, id=row.id, code=code, message=message, retry_after=wait
    )


def unknown(row: Row, message: str) -> Written:
    """Return the result of a row that may have been written."""
    return Written(op=row.op, outcome=Outcome.UNKNOWN, id=row.id, code="UNKNOWN", message=message)


def refused(row: Row, code: str, message: str, field: str = "") -> Written:
    """Return the result of a row that is never taken as it is."""
    return Written(
        op=row.op, outcome=Outcome.REFUSED, id=row.id, code=code, message=message, field=field
    )


def settled(obj: str, row: Row, told: object, key_field: str) -> Written:
    """Return what one entry of a Collections answer says of its row.

    A row whose record was converted, deleted or merged comes back as refused with the vendor's
    code; `is_lost` says that it has to be looked up.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("success"), bool):
        return unknown(row, "the answer for this row has no success in it")
    if told["success"]:
        return _done(row, told)
    errors = told.get("errors")
    error = errors[0] if isinstance(errors, list) and errors else {}
    if not isinstance(error, Mapping):
        return unknown(row, "the error of this row cannot be read")
    return _failed(obj, row, error, key_field)


def _done(row: Row, told: Mapping[str, Any]) -> Written:
    ident = told.get("id")
    if not isinstance(ident, str) or not soql.is_id(ident):
        return unknown(row, "success without a record id")
    ident = soql.long_id(ident)
    if row.id and ident != soql.long_id(row.id):
        return unknown(row, "success for another record than the one that was meant")
    created = told.get("created") is True
    return Written(op=row.op, outcome=Outcome.DONE, id=ident, created=created)


def _failed(obj: str, row: Row, error: Mapping[str, Any], key_field: str) -> Written:
    # statusCode in Collections, errorCode elsewhere (salesforce.md 13, 11)
    code = str(error.get("statusCode") or error.get("errorCode") or "NO_CODE")[:80]
    message = scrub(str(error.get("message") or ""), row.values)
    text = head(str(error.get("message") or ""))
    if code in _WAITS:
        return later(row, code, message, _WAITS[code])
    if code == "UNKNOWN_EXCEPTION":
        return unknown(row, f"{code}: {message}")
    names = _fields(error, text)
    if code in _AMBIGUOUS:
        return Written(op=row.op, outcome=Outcome.AMBIGUOUS, id=row.id, code=code, message=message)
    if code == "DUPLICATE_VALUE" and key_field in text:
        return _key_taken(obj, row, text, message)
    if len(names) > 1:
        message = f"{message} [{', '.join(names)}]"
    return refused(row, code, message, names[0] if names else "")


def _fields(error: Mapping[str, Any], text: str) -> list[str]:
    named = error.get("fields")
    found = [str(n) for n in named if soql.is_name(str(n))] if isinstance(named, list) else []
    column = _COLUMN.search(text)
    return found or ([column.group(1)] if column else [])


def _key_taken(obj: str, row: Row, text: str, message: str) -> Written:
    """Another record holds our key: a race for a create, the true record for an update."""
    holder = _HOLDER.search(text)
    if not row.id or not holder or not soql.is_id(holder.group(1)):
        return later(row, "DUPLICATE_VALUE", message)
    return Written(
        op=row.op,
        outcome=Outcome.MOVED,
        id=row.id,
        code="DUPLICATE_VALUE",
        message=message,
        moved_to=(obj, soql.long_id(holder.group(1))),
    )


def is_lost(row: Row, result: Written) -> bool:
    """Say whether a row was refused because its own record is no longer what it was."""
    if result.outcome is not Outcome.REFUSED:
        return False
    if result.code == CONVERTED:
        return True
    return bool(row.id) and result.code in LOST and result.field in ("", "Id")
