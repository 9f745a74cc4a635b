"""What a browser posts: read up to a limit, of our own page only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request

from crmbridge.web.origin import from_here

MOST_BODY = 32 * 1024
"""Bytes of a form: a comment of 2,000 characters has 24,000 at most, when each is escaped."""
TYPE = "application/x-www-form-urlencoded"
STARS = {str(one): one for one in range(1, 6)}


class NotTaken(Exception):  # it ends a request, and is no fault of ours
    """A post that is not read further: what to answer, as HTTP's status and a sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What was filled in; `stars` is `None` where it is nothing from 1 to 5."""

    stars: int | None
    comment: str

    def __repr__(self) -> str:
        return f"Posted({self.stars})"


async def posted(request: Request, own: str) -> Posted:
    """Read a form. `own` is the host by which people reach us, beside the one that they asked.

    Raises:
        NotTaken: it comes from a page of somebody else, is no form, or is too large.
    """
    if not from_here(request, own, unnamed=True):
        raise NotTaken(403, "This came from a page of another site. Open your link again.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise NotTaken(415, "This is no form of ours. Open your link again.")
    try:
        told = parse_qs((await _body(request)).decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:
        raise NotTaken(400, "This is no form of ours. Open your link again.") from None
    stars, comments = told.get("stars", []), told.get("comment", [""])
    return Posted(stars=STARS.get(stars[0]) if len(stars) == 1 else None, comment=comments[0])


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY:
            raise NotTaken(413, "This is too long. Shorten your comment to 2,000 characters.")
    return body
