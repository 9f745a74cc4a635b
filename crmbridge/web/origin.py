"""Whether a post comes from a page of ours, as far as the browser tells."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def from_here(request: Request, own: str = "", *, unnamed: bool = False) -> bool:
    """Return whether a post comes from a page of this host.

    `own` is the host by which people reach us, beside the one that they asked: a proxy may ask us
    by another name. Browsers name the site that a post comes from; one that names none is no page
    of another site. `unnamed` is for pages without a referrer, whose origin is `null` to the
    browser: Sec-Fetch-Site says of them where a post comes from, but not to plain http.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin", "").lower()
    if not origin or (unnamed and origin == "null"):
        return True
    hosts = {own.lower(), request.headers.get("host", "").lower()} - {""}
    return _host(origin) in hosts


def _host(origin: str) -> str:
    """The host of an origin, with its port; empty for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
