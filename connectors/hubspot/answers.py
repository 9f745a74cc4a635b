"""What HubSpot alone says in errors and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmbridge.errors import AuthFailed, ConnectorError, Refused, Throttled
from crmbridge.kit.fields import items, mapping
from crmbridge.kit.rest import spent, stated, throttled
from crmbridge.net.usage import Usage
from crmbridge.net.verdict import request_id, retry_after
from crmbridge.net.words import head

_WORD = re.compile(r"[\w.-]{1,100}", re.ASCII)
_ERROR_IN_TEXT = re.compile(r'"error"\s*:\s*"(\w{1,100})"')
_NAME_IN_TEXT = re.compile(r'"(?:name|propertyName)"\s*:\s*"(\w{1,100})"')


def is_word(text: str) -> bool:
    """Whether a text of the vendor's is a plain word: a code, a scope, the name of a property."""
    return _WORD.fullmatch(text) is not None


def reason(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return an error object's code and the property at fault; either may be empty.

    They stand in `errors[].code` and `errors[].context.propertyName`, or as JSON inside the
    message, or only `category` says something. Source: hubspot.md 1.5.
    """
    first = next(iter(items(error.get("errors"))), {})
    text = head(str(error.get("message") or ""))
    name = _first(mapping(first.get("context")).get("propertyName"))
    name = name or _first(mapping(error.get("context")).get("propertyName"))
    code = _first(first.get("code"))
    if not code and (found := _ERROR_IN_TEXT.search(text)):
        code = found.group(1)
    if not name and (found := _NAME_IN_TEXT.search(text)):
        name = found.group(1)
    if not code and "non-unique" in text:
        code = "NON_UNIQUE_PROPERTY"
    return code or _first(error.get("category")) or _first(error.get("errorType")), name


def _first(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) and is_word(value) else ""


def refused(status: int, body: Mapping[str, Any], rid: str) -> Refused:
    """Return the error for a call that was refused as a whole, by the vendor's own reason."""
    code, name = reason(body)
    said = f"HubSpot: {status} {code}" + (f" for {name}" if name else "")
    return Refused(said.strip(), code=code or f"HTTP_{status}", field=name, request_id=rid)


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return the error for what HubSpot alone says. Source: hubspot.md 1.1, 1.2, 1.5."""
    rid = request_id(headers)
    body = mapping(data)
    if status == 429:
        return _throttled(headers, body)
    if status == 423:
        wait = retry_after(headers) or 2.0
        return Throttled("HubSpot: 423, the record is locked", retry_after=wait, request_id=rid)
    if status == 530:
        return AuthFailed("HubSpot: 530, the token has a wrong form; set a new one", request_id=rid)
    if status == 400 and items(body.get("errors")):
        return refused(status, body, rid)
    return None


def _throttled(headers: Mapping[str, str], body: Mapping[str, Any]) -> Throttled:
    policy = str(body.get("policyName") or "")
    words = head(str(body.get("message") or ""))
    if policy == "DAILY" or "daily limit" in words:
        return spent("HubSpot", headers)  # until midnight of the account's own time zone
    pause = 10.0 if "ten_secondly" in words.lower() or policy.startswith("TEN") else 1.0
    return throttled("HubSpot", "the rate limit is reached", headers, pause)


def usage(headers: Mapping[str, str]) -> list[Usage]:
    """Read HubSpot's quota headers. Source: hubspot.md 1.2; search answers have none."""
    own = "x-hubspot-ratelimit"
    return [
        *stated(headers, f"{own}-daily", f"{own}-daily-remaining", daily=True),
        *stated(headers, f"{own}-max", f"{own}-remaining", daily=False),
    ]
