"""What Salesforce alone says in errors and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crmbridge.errors import AuthFailed, ConnectorError, Refused, Throttled, Unavailable
from crmbridge.kit.fields import first
from crmbridge.kit.rest import spent, throttled
from crmbridge.net.usage import Usage
from crmbridge.net.verdict import request_id
from crmbridge.net.words import head

from .options import OFFER

_USAGE = re.compile(r"(per-app-)?api-usage=(\d{1,12})/(\d{1,12})")


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return the error for what Salesforce alone says. Source: salesforce.md 2, 9 and 13."""
    rid = request_id(headers)
    body = first(data)
    code, oauth = (str(body.get(name) or "")[:80] for name in ("errorCode", "error"))
    if status in (400, 401) and oauth in OFFER.words["oauth"]:
        return AuthFailed(
            f"Salesforce: {oauth}; check the External Client App, its policies and user",
            request_id=rid,
        )
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limit(str(body.get("message", "")), headers)
    if code in OFFER.words["later"]:
        late = code == "QUERY_TIMEOUT"
        return Unavailable(f"Salesforce: {status} {code}; try later", late=late, request_id=rid)
    if status == 300:
        return Refused(
            "Salesforce: several records have this external id; a person must choose",
            code="MULTIPLE_CHOICES",
            request_id=rid,
        )
    return None


def _limit(words: str, headers: Mapping[str, str]) -> Throttled:
    if "concurrent" in head(words).lower():
        return throttled("Salesforce", "too many long calls at once", headers, 5.0)
    return spent("Salesforce", headers)  # the count rolls over 24 hours (reliability.md F18)


def usage(headers: Mapping[str, str]) -> list[Usage]:
    """Read Sforce-Limit-Info: the org's day, and the app's own where it has one (the tighter).

    The limit is soft, so a little more than all may be used. A pair that cannot be is left out.
    """
    counts = [
        (int(total) - int(used), int(total))
        for _, used, total in _USAGE.findall(headers.get("sforce-limit-info", ""))
        if int(total) > 0 and int(used) <= 2 * int(total)
    ]
    if not counts:
        return []
    remaining, limit = min(counts)
    return [Usage(daily=True, remaining=remaining, limit=limit)]
