"""From what came back to the error that says what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crmbridge.errors import (
    AuthFailed,
    ConnectorError,
    RefusalCause,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.model.limits import LONGEST_WAIT
from crmbridge.net.call import Call

TOO_LARGE = frozenset({413, 414})
"""The vendor refuses a call as too large, or its address as too long."""

_OWN_ID = re.compile(r"x-[a-z0-9]+-(correlation|request)-id", re.IGNORECASE)
"""A vendor's own header, with its name or a short form of it in the middle."""
_REQUEST_IDS = ("x-request-id", "request-id", "x-correlation-id", "cf-ray")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,79}")
_LATER = frozenset({423, 425, 477, 503, 521, 523})
"""The vendor did not take the call. Source: reliability.md F31."""


def request_id(headers: Mapping[str, str]) -> str:
    """Return the vendor's id of a request, empty when it has none that is fit to print.

    A header of the vendor's own comes before those that anybody on the way may set.
    """
    own = (name for name in headers if _OWN_ID.fullmatch(name))
    for name in (*own, *_REQUEST_IDS):
        found = headers.get(name, "")
        if _ID.fullmatch(found):
            return found
    return ""


def http_date(text: str) -> datetime | None:
    """Return an HTTP date as an aware datetime in UTC, `None` when it is none."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After in seconds from 0 to one hour, `None` when absent or unreadable.

    A date is compared with the vendor's own Date header where there is one.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if re.fullmatch(r"[+-]?\d{1,12}(\.\d+)?", text):
        return min(max(float(text), 0.0), LONGEST_WAIT)
    at = http_date(text)
    if at is None:
        return None
    now = http_date(headers.get("date", "")) or datetime.now(UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WAIT)


def vendor_code(data: object) -> str:
    """Return the machine-readable reason in an error body, empty when there is none.

    Looks where vendors (`category`, `[{"errorCode"}]`, `code`) and OAuth (`error`) put it.
    """
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, dict):
        return ""
    for key in ("errorCode", "category", "code", "error", "errorType"):
        found = first.get(key)
        if isinstance(found, str) and _CODE.fullmatch(found):
            return found
    return ""


def broken(
    call: Call, what: str, rid: str = "", *, late: bool = False, large: bool = False
) -> ConnectorError:
    """Return the error for an answer that says nothing: later for reads, unknown for writes.

    `late` and `large` say why, see `Unavailable`.
    """
    if call.repeatable:
        said = f"{call.name}: {what}; the same call may be tried later"
        return Unavailable(said, late=late, large=large, request_id=rid)
    return Unknown(
        f"{call.name}: {what}; it may have been done, read it back before sending again",
        request_id=rid,
    )


def verdict(call: Call, status: int, headers: Mapping[str, str], data: object) -> ConnectorError:
    """Return the error for a status that the call did not expect."""
    rid = request_id(headers)
    code = vendor_code(data)
    said = f"{call.name}: answered {status}" + (f" {code}" if code else "")
    if status == 401:
        return AuthFailed(f"{said}; check this system's credential", request_id=rid)
    if status == 429 or status in _LATER:
        return _later(said, status, headers, rid)
    if status == 404:
        return Refused(f"{said}; no such record or route", code="not_found", request_id=rid)
    if status in TOO_LARGE and call.repeatable:
        # the code says so whatever the body says: less at once may do
        code = f"http_{status}"
    if 400 <= status < 500 and status != 408:
        return Refused(
            f"{said}; it will not be taken as it is",
            code=code or f"http_{status}",
            cause=RefusalCause.RIGHTS if status == 403 else None,
            request_id=rid,
        )
    what = "redirects are never followed" if 300 <= status < 400 else "not the expected status"
    return broken(call, f"answered {status}, {what}", rid)


def _later(said: str, status: int, headers: Mapping[str, str], rid: str) -> ConnectorError:
    wait = retry_after(headers)
    if status == 429 or wait is not None:
        return Throttled(
            f"{said}; wait before the next call", retry_after=wait or 0, request_id=rid
        )
    return Unavailable(f"{said}; try later", request_id=rid)
