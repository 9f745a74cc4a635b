"""Turns an answer into the bytes of one HTTP/1.1 response, whole or spoilt."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from crmbridge.testing.emulator.vendor import Refusal, Response

ZIP_FROM = 1024
"""Bytes from which an answer is zipped for a client that accepts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How an answer leaves: whole, short (length too large), unsized (no length, cut), drip.

    With `reset` and `close` nothing leaves. `pace` is in bytes a second.
    """

    answer: Response | None = None
    how: str = "whole"
    pace: float = 0.0

    @property
    def ends(self) -> bool:
        """Whether the connection is closed afterwards."""
        return self.how not in ("whole", "drip")


def encode(body: Any) -> bytes:
    """Write a body as bytes; bytes stay, `None` is empty, all else is compact JSON."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def render(wire: Wire, *, at: datetime, method: str, zips: bool) -> bytes:
    """Return status line, headers and body in one piece; empty when nothing is to be sent.

    `at` is the world's time for the Date header, `zips` says that the client accepts gzip.
    """
    answer = wire.answer
    if answer is None:
        return b""
    headers = {"Date": format_datetime(at, usegmt=True), "Content-Type": "application/json"}
    headers |= {_title(name): value for name, value in answer.headers.items()}
    body = encode(answer.body)
    if zips and len(body) >= ZIP_FROM and "Content-Encoding" not in headers:
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    return _head(wire, answer.status, headers, len(body)) + _sent(wire, answer.status, method, body)


def _head(wire: Wire, status: int, headers: dict[str, str], length: int) -> bytes:
    if status == 204:
        headers.pop("Content-Type", None)
    elif wire.how != "unsized":
        headers["Content-Length"] = str(length)
    if wire.ends:
        headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {status} {_phrase(status)}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _sent(wire: Wire, status: int, method: str, body: bytes) -> bytes:
    if method == "HEAD" or status == 204:
        return b""
    return body[: max(1, len(body) // 2)] if wire.ends else body


def _title(name: str) -> str:
    known = {"content-type": "Content-Type", "content-encoding": "Content-Encoding", "date": "Date"}
    return known.get(name.lower(), name)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def page(text: object) -> bytes:
    """Return an HTML page, such as a proxy or a maintenance notice sends."""
    return str(text or "<html><body><h1>We will be back soon</h1></body></html>").encode()


_GARBAGE: Mapping[str, bytes] = {
    "duplicate": b'{"total":1,"results":[{"id":"1","id":"2","properties":{}}],"results":[]}',
    "nan": b'{"total":NaN,"results":[{"id":"1","properties":{"amount":Infinity}}]}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "bigint": b'{"total":1,"results":[{"id":' + b"9" * 5_000 + b"}]}",
    "surrogate": b'{"total":1,"results":[{"id":"1","properties":{"firstname":"\\ud800"}}]}',
    "bom": b'\xef\xbb\xbf{"total":0,"results":[]}',
    "list": b"[]",
    "keys": b'{"total":3}',
}


def garbage(form: str) -> bytes:
    """Return JSON that careless parsers take. Raises `Refusal` for an unknown form."""
    if form not in _GARBAGE:
        raise Refusal(f"garbage has the forms {', '.join(_GARBAGE)}, not {form!r}")
    return _GARBAGE[form]


def bomb(megabytes: int) -> bytes:
    """Return zipped spaces that expand to so many megabytes (10**6 bytes)."""
    return gzip.compress(b'{"results":[]' + b" " * (megabytes * 10**6) + b"}")
