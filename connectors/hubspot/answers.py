"""What HubSpot alone says in errors and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmbridge.errors import AuthFailed, ConnectorError, Refused, Throttled
from crmbridge.net.usage import Usage
from crmbridge.net.verdict import request_id, retry_after
from crmbridge.net.words import head


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return the error for what HubSpot alone says. Source: hubspot.md 1.1, 1.2, 1.5."""
    rid = request_id(headers)
    body = data if isinstance(data, dict) else {}
    if status == 429:
        return _throttled(headers, body, rid)
    if status == 423:
        wait = retry_after(headers) or 2.0
        return Throttled("HubSpot: 423, the record is locked", retry_after=wait, request_id=rid)
    if status == 530:
        return AuthFailed("HubSpot: 530, the token has a wrong form; set a new one", request_id=rid)
    if status == 400:
        return _invalid(headers, body, rid)
    return None


def _throttled(headers: Mapping[str, str], body: dict[str, Any], rid: str) -> Throttled:
    policy = str(body.get("policyName") or "")
    words = head(str(body.get("message") or ""))
    wait = retry_after(headers)
    if policy == "DAILY" or "daily limit" in words:
        # the day ends at midnight of the account's own time zone: one probe an hour until then
        return Throttled(
            "HubSpot: the daily limit is reached",
            retry_after=3600.0 if wait is None else wait,
            daily=True,
            request_id=rid,
        )
    pause = 10.0 if "ten_secondly" in words.lower() or policy.startswith("TEN") else 1.0
    return Throttled(
        "HubSpot: the rate limit is reached",
        retry_after=pause if wait is None else wait,
        request_id=rid,
    )


def _invalid(headers: Mapping[str, str], body: dict[str, Any], rid: str) -> ConnectorError | None:
    told = body.get("errors")
    listed = told if isinstance(told, list) else ()
    first = next((e for e in listed if isinstance(e, dict)), None)
    if first is None:
        return None
    code, context = first.get("code"), first.get("context")
    names = context.get("propertyName") if isinstance(context, dict) else None
    name = names[0] if isinstance(names, list) and names else names
    if not _word(code):
        return None
    return Refused(
        f"HubSpot: 400 {code}" + (f" for {name}" if _word(name) else ""),
        code=str(code),
        field=str(name) if _word(name) else "",
        request_id=rid,
    )


def _word(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\w{1,100}", value, re.ASCII) is not None


def usage(headers: Mapping[str, str]) -> list[Usage]:
    """Read HubSpot's quota headers. Source: hubspot.md 1.2; search answers have none."""
    found = []
    for daily, top, left in (
        (True, "x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining"),
        (False, "x-hubspot-ratelimit-max", "x-hubspot-ratelimit-remaining"),
    ):
        limit, remaining = _count(headers.get(top)), _count(headers.get(left))
        if limit is not None or remaining is not None:
            found.append(Usage(daily=daily, remaining=remaining, limit=limit))
    return found


def _count(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,12}", text) else None
