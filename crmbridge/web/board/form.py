"""A posted form, read as text; nothing that a browser sends is believed to be small or whole."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_FORM = 64 * 1024
"""Bytes of a form; the longest that a person fills in has a few thousand."""
MOST_READ = 64 * MOST_FORM
"""Bytes that are read and thrown away, so that who sent too much can read the answer."""
KIND = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str]:
    """Return a form's fields; of a field that stands twice the last. Empty for what is no form.

    A body that is too large is no form; what is no UTF-8 has marks in its place.
    """
    if not request.headers.get("content-type", "").startswith(KIND):
        return {}
    body, size = b"", 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_READ:
            return {}
        body = body + piece if size <= MOST_FORM else b""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
