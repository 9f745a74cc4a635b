"""What HubSpot said of one row of a batch, as our result for that row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.hubspot.client import reason
from connectors.hubspot.values import mapping
from crmbridge.errors import (
    AuthFailed,
    ConnectorError,
    NotSupported,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.words import head, without

NOT_FOUND = "OBJECT_NOT_FOUND"
NO_SUCH_FIELD = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "READ_ONLY", "CALCULATED"})
"""Codes that fall on every row that carries the property, not on one value.

The first is observed, the read-only ones are not verified. Source: hubspot.md 1.5, 7.5.
"""
LOCK_WAIT = 2.0
"""Seconds to wait for a locked record. Source: hubspot.md 1.2 (423)."""

_LONGEST = 200
_BEST_FIRST = (
    Outcome.DONE,
    Outcome.REFUSED,
    Outcome.GONE,
    Outcome.AMBIGUOUS,
    Outcome.MOVED,
    Outcome.LATER,
    Outcome.UNKNOWN,
)
_EXISTING = re.compile(r"Existing ID: (\d{1,20})")
_PERSONAL = re.compile(r"\S+@\S+|\"[^\"]*\"|'[^']*'|[\[{].*", re.DOTALL)


def of_row(obj: str, row: Row, error: Mapping[str, Any]) -> Written:
    """Return the result that an error object means for a row; an unknown record is `GONE`.

    The caller looks for the survivor of a `GONE` row.
    """
    code, name = reason(error)
    category = str(error.get("category") or "")
    words = said(error, row)
    existing = _existing(error)
    if existing:
        return Written(
            op=row.op,
            outcome=Outcome.MOVED,
            code=category or code,
            message="another record holds this key or e-mail address",
            moved_to=(obj, existing),
        )
    if category == NOT_FOUND:
        return Written(op=row.op, outcome=Outcome.GONE, code=category, message=words)
    if category == "RATE_LIMITS":
        return Written(op=row.op, outcome=Outcome.LATER, code=category, retry_after=1.0)
    if "LOCK" in category.upper():
        # the category of a locked record is not verified (hubspot.md 9)
        return Written(op=row.op, outcome=Outcome.LATER, code=category, retry_after=LOCK_WAIT)
    return Written(
        op=row.op, outcome=Outcome.REFUSED, code=code or "refused", message=words, field=name
    )


def _existing(error: Mapping[str, Any]) -> str:
    told = mapping(error.get("context")).get("existingId")
    one = str(told[0]) if isinstance(told, list) and told else str(told or "")
    if one.isdigit():
        return one
    found = _EXISTING.search(head(str(error.get("message") or "")))
    return found.group(1) if found else ""


def said(error: Mapping[str, Any], row: Row) -> str:
    """Return the vendor's words without the values that it repeats in them."""
    sent = (str(value) for value in row.values.values() if value is not None)
    text = without(str(error.get("message") or ""), sent)
    return _PERSONAL.sub("…", text)[:_LONGEST]


def of_failure(row: Row, error: ConnectorError) -> Written:
    """Return the result of a row whose whole call failed with an error."""
    wait = wait_of(error)
    if isinstance(error, Unavailable | AuthFailed):
        return Written(
            op=row.op,
            outcome=Outcome.LATER,
            message=str(error),
            retry_after=wait,
            code=_code(error),
        )
    if isinstance(error, Refused | NotSupported):
        field = error.field if isinstance(error, Refused) else ""
        return Written(
            op=row.op, outcome=Outcome.REFUSED, message=str(error), code=_code(error), field=field
        )
    return Written(op=row.op, outcome=Outcome.UNKNOWN, message=str(error), code=_code(error))


def wait_of(error: ConnectorError) -> float:
    """Return how long an error asks to wait, in seconds."""
    return error.retry_after if isinstance(error, Throttled) else 0.0


def _code(error: ConnectorError) -> str:
    if isinstance(error, Throttled):
        return "DAILY" if error.daily else "THROTTLED"
    return (error.code if isinstance(error, Refused) else "") or type(error).__name__


def missing(row: Row) -> Written:
    """Return the result of a row that an answer does not mention."""
    return Written(
        op=row.op,
        outcome=Outcome.UNKNOWN,
        code="missing",
        message="HubSpot's answer does not mention this row",
    )


def refused(row: Row, code: str, message: str, field: str = "") -> Written:
    """Return the result of a row that will never be taken as it is."""
    return Written(op=row.op, outcome=Outcome.REFUSED, code=code, message=message, field=field)


def done(obj: str, row: Row, own: str, *, created: bool = False) -> Written:
    """Return the result of a row that the record with the id `own` took: another is a survivor."""
    if row.id and own != row.id:
        return Written(
            op=row.op,
            outcome=Outcome.MOVED,
            id=own,
            message="the record was merged; its survivor answered",
            moved_to=(obj, own),
        )
    return Written(op=row.op, outcome=Outcome.DONE, id=own, created=created)


def worse(one: Written, other: Written) -> Written:
    """Return the worse of a row's two results, the first of equals, with the first one's id.

    What is not settled is worst: were it hidden by a refusal, it would never be sent again.
    """
    told = max((one, other), key=lambda result: _BEST_FIRST.index(result.outcome))
    waits = [result.retry_after for result in (one, other) if result.outcome is told.outcome]
    return replace(told, id=one.id or told.id, created=one.created, retry_after=max(waits))


def rest(error: ConnectorError) -> ConnectorError:
    """Return what an error of one call means for rows that were not sent after it."""
    if isinstance(error, Unknown):
        return Unavailable("not sent, because an earlier call has no known outcome")
    return error
