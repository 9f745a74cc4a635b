"""A posted form, read whole; nothing of what is none, or too large."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

MOST = 64 * 1024
"""Bytes of a form; the longest that a person fills in has a few thousand."""


async def read_form(request: Request) -> dict[str, str]:
    """Read a posted form; a field that stands twice counts once. Empty for what is no form."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
