"""From the bytes of an expected answer to checked data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import httpx

from crmbridge.net import jsonx
from crmbridge.net.call import Answer, Call
from crmbridge.net.verdict import broken, http_date, request_id

_BODILESS = frozenset({204, 205, 304})


class Raw(NamedTuple):
    """A whole response, unjudged."""

    status: int
    headers: httpx.Headers
    body: bytes


def read_answer(call: Call, raw: Raw) -> Answer:
    """Return an answer whose body is what the call expects; raises Unavailable or Unknown."""
    rid = request_id(raw.headers)
    data: object = None
    cleaned = 0
    if call.content == "none" and raw.body:
        raise broken(call, "a body came where none belongs", rid)
    if call.content == "json" and (raw.body or raw.status not in _BODILESS):
        if not _is_json(raw.headers):
            raise broken(call, f"answered {raw.status} with something other than JSON", rid)
        try:
            data, cleaned = jsonx.parse(raw.body)
        except ValueError as error:
            raise broken(call, f"answered {raw.status}, but {error}", rid) from None
    return Answer(
        status=raw.status,
        headers=raw.headers,
        data=data,
        body=raw.body,
        request_id=rid,
        date=http_date(raw.headers.get("date", "")),
        cleaned=cleaned,
    )


def _is_json(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def lenient(raw: Raw) -> object:
    """Return the JSON of an error body, `None` when it is none."""
    try:
        return jsonx.loads(raw.body)
    except ValueError:
        return None
