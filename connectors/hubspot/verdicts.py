"""What HubSpot said of one row of a batch, as our result for that row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.hubspot.answers import reason
from connectors.hubspot.kinds import OFFER
from crmbridge.kit import words
from crmbridge.kit.fields import mapping
from crmbridge.model.record import Row, Written
from crmbridge.net.words import head

NOT_FOUND = "OBJECT_NOT_FOUND"
NO_SUCH_FIELD, CAUSES = OFFER.words["no_field"], OFFER.causes
"""The first are codes that fall on every row that carries the property, not on one value."""
LOCK_WAIT = 2.0
"""Seconds to wait for a locked record. Source: hubspot.md 1.2 (423)."""

_LONGEST = 200
_EXISTING = re.compile(r"Existing ID: (\d{1,20})")


def of_row(obj: str, row: Row, error: Mapping[str, Any]) -> Written:
    """Return the result that an error object means for a row; an unknown record is `GONE`.

    The caller looks for the survivor of a `GONE` row.
    """
    code, name = reason(error)
    category = str(error.get("category") or "")
    if existing := _existing(error):
        taken = "another record holds this key or e-mail address"
        return words.moved(row, (obj, existing), taken, category or code)
    if category == NOT_FOUND:
        return words.gone(row, category, said(error, row))
    if category == "RATE_LIMITS":
        return words.later(row, category, "", 1.0)
    if "LOCK" in category.upper():
        # the category of a locked record is not verified (hubspot.md 9)
        return words.later(row, category, "", LOCK_WAIT)
    return words.refused(row, code or "refused", said(error, row), name)


def _existing(error: Mapping[str, Any]) -> str:
    told = mapping(error.get("context")).get("existingId")
    one = str(told[0]) if isinstance(told, list) and told else str(told or "")
    if one.isdigit():
        return one
    found = _EXISTING.search(head(str(error.get("message") or "")))
    return found.group(1) if found else ""


def said(error: Mapping[str, Any], row: Row) -> str:
    """Return the vendor's words without the values that it repeats in them."""
    return words.scrub(str(error.get("message") or ""), row.values, (words.QUOTED,), _LONGEST)


def missing(row: Row) -> Written:
    """Return the result of a row that an answer does not mention."""
    return words.unknown(row, "HubSpot's answer does not mention this row", "missing")
