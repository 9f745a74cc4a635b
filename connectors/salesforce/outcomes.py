"""Says what became of one written row, in words that carry no personal data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmbridge.errors import RefusalCause
from crmbridge.kit import words
from crmbridge.kit.fields import first, listed
from crmbridge.kit.words import ambiguous, later, moved, refused, unknown
from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.net.words import head

from . import soql
from .options import OFFER

CONVERTED, OWNER = "CANNOT_UPDATE_CONVERTED_LEAD", "OwnerId"
LOST, CAUSES = OFFER.words["lost"], OFFER.causes
_HOLDER = re.compile(r"duplicates value on record with id: ?([A-Za-z0-9]{15,18})")
_COLUMN = re.compile(r"No such column '([A-Za-z0-9_]{1,80})'")
_CUTS = (
    (re.compile(r"^.*?(bad value for restricted picklist field)", re.DOTALL), r"\1"),
    (re.compile(r"(data value too large): .*?( \(max)", re.DOTALL), r"\1\2"),
    (re.compile(r"(invalid email address): .*", re.DOTALL), r"\1"),
    words.ADDRESS,
    words.NUMBER,
)
_LONGEST = 300


def scrub(message: str, values: Mapping[str, Value]) -> str:
    """Cut out of a vendor's text the values that were sent, addresses and long numbers."""
    return words.scrub(message, values, _CUTS, _LONGEST)


def settled(obj: str, row: Row, told: object, key_field: str) -> Written:
    """Return what one entry of a Collections answer says of its row.

    A row whose record was converted, deleted or merged comes back as refused with the vendor's
    code; `is_lost` says that it has to be looked up.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("success"), bool):
        return unknown(row, "the answer for this row has no success in it")
    if told["success"]:
        return _done(row, told)
    errors = listed(told.get("errors"))
    if errors and not isinstance(errors[0], Mapping):
        return unknown(row, "the error of this row cannot be read")
    return _failed(obj, row, first(errors), key_field)


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
    if code in OFFER.waits:
        return later(row, code, message, OFFER.waits[code])
    if code == "UNKNOWN_EXCEPTION":
        return unknown(row, f"{code}: {message}")
    names = _fields(error, text)
    if code in OFFER.words["ambiguous"]:
        return ambiguous(row, code, message)
    if code == "DUPLICATE_VALUE" and key_field in text:
        return _key_taken(obj, row, text, message)
    if len(names) > 1:
        message = f"{message} [{', '.join(names)}]"
    # whoever was deleted, or is hidden from us, owns nothing
    owner = RefusalCause.OWNER if code in LOST and names == [OWNER] else None
    return refused(row, code, message, names[0] if names else "", owner)


def _fields(error: Mapping[str, Any], text: str) -> list[str]:
    found = [str(one) for one in listed(error.get("fields")) if soql.is_name(str(one))]
    column = _COLUMN.search(text)
    return found or ([column.group(1)] if column else [])


def _key_taken(obj: str, row: Row, text: str, message: str) -> Written:
    """Another record holds our key: a race for a create, the true record for an update."""
    holder = _HOLDER.search(text)
    if not row.id or not holder or not soql.is_id(holder.group(1)):
        return later(row, "DUPLICATE_VALUE", message)
    return moved(row, (obj, soql.long_id(holder.group(1))), message, "DUPLICATE_VALUE")


def is_lost(row: Row, result: Written) -> bool:
    """Say whether a row was refused because its own record is no longer what it was."""
    if result.outcome is not Outcome.REFUSED:
        return False
    if result.code == CONVERTED:
        return True
    return bool(row.id) and result.code in LOST and result.field in ("", "Id")
