"""A posted form, read as text; nothing that a browser sends is believed to be small or whole."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_FORM = 64 * 1024
"""Bytes of a form; the longest that a person fills in has a few thousand."""
KIND = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str]:
    """Return a form's fields; of a field that stands twice the last. Empty for what is no form.

    A body that is too large is no form; what is no UTF-8 has marks in its place.
    """
    if not request.headers.get("content-type", "").startswith(KIND):
        return {}
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_FORM:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
