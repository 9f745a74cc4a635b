"""Who is at the page: logged in by a token, to operate or only to see; and whose act it is."""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from crmbridge.web.guard import Guard

Role = Literal["operate", "view"]

COOKIE = "crmbridge_session"
HOURS = 12
"""For so long a login holds; then the token is asked for again."""
TRIES, WINDOW = 5, 60.0
"""Wrong tokens from one address, and from all together ten times as many, in so many seconds."""
ALL = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person at a browser: what they may do, and the secret that their forms carry."""

    role: Role
    csrf: str

    @property
    def operates(self) -> bool:
        """Whether they may change anything."""
        return self.role == "operate"

    def __repr__(self) -> str:
        return f"Session({self.role})"


@dataclass(slots=True)
class Tries:
    """Counts wrong tokens by address, so that nobody can try thousands of them."""

    clock: Callable[[], float] = time.monotonic
    _wrong: dict[str, deque[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, address: str) -> int:
        """Return for how many seconds an address must wait; 0 for not at all."""
        with self._lock:
            return max(self._of(address, TRIES), self._of(ALL, 10 * TRIES))

    def _of(self, name: str, most: int) -> int:
        found = self._wrong.get(name)
        now = self.clock()
        while found and found[0] <= now - WINDOW:
            found.popleft()
        if not found:
            self._wrong.pop(name, None)
            return 0
        return int(found[0] + WINDOW - now) + 1 if len(found) >= most else 0

    def wrong(self, address: str) -> None:
        """Note a wrong token."""
        with self._lock:
            for name in (address, ALL):
                self._wrong.setdefault(name, deque(maxlen=10 * TRIES)).append(self.clock())


class Access:
    """Makes and reads sessions: a cookie that is signed, and holds nothing of a person.

    Keys are made of the tokens: whoever changes a token ends the sessions that it began. Without a
    token everybody on this machine operates, as with the other endpoints.
    """

    def __init__(self, guard: Guard, *, secure: bool = False) -> None:
        self._guard = guard
        self._secure = secure
        self._fresh = secrets.token_bytes(32)
        self.tries = Tries()

    @property
    def own(self) -> str:
        """The host by which people reach us, as `CRMBRIDGE_URL` says; empty for none."""
        return urlsplit(self._guard.url).netloc

    @property
    def needs_token(self) -> bool:
        """Whether anybody has to log in."""
        return bool(self._guard.token or self._guard.view)

    def role_of(self, token: str) -> Role | None:
        """What a token lets do; `None` for a wrong one."""
        given = token.strip().encode()
        if self._guard.token and hmac.compare_digest(given, self._guard.token.encode()):
            return "operate"
        if self._guard.view and hmac.compare_digest(given, self._guard.view.encode()):
            return "view"
        return None

    def session(self, request: Request) -> Session | None:
        """Read who is there; `None` for somebody who has to log in."""
        found = self._read(request.cookies.get(COOKIE, ""))
        if found is None or (found[0] == "view" and not self.needs_token):
            return None
        role, nonce = found
        return Session(role=role, csrf=self._sign(role, f"csrf.{nonce}"))

    def begin(self, response: Response, role: Role) -> Session:
        """Log somebody in: the answer carries the cookie."""
        nonce = secrets.token_urlsafe(12)
        until = int(time.time()) + HOURS * 3600
        said = f"{role}.{until}.{nonce}"
        response.set_cookie(
            COOKIE,
            f"{said}.{self._sign(role, said)}",
            max_age=HOURS * 3600,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path="/",
        )
        return Session(role=role, csrf=self._sign(role, f"csrf.{nonce}"))

    def end(self, response: Response) -> None:
        """Log somebody out."""
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")

    def _read(self, cookie: str) -> tuple[Role, str] | None:
        parts = cookie.split(".")
        if len(parts) != 4 or not parts[1].isdigit():
            return None
        role: Role = "operate" if parts[0] == "operate" else "view"
        said = f"{role}.{parts[1]}.{parts[2]}"
        if not hmac.compare_digest(parts[3].encode(), self._sign(role, said).encode()):
            return None
        return (role, parts[2]) if int(parts[1]) > time.time() else None

    def _sign(self, role: Role, said: str) -> str:
        token = self._guard.token if role == "operate" else self._guard.view
        key = sha256(b"crmbridge session " + (token.encode() if token else self._fresh)).digest()
        signed = hmac.new(key, said.encode(), sha256).digest()
        return urlsafe_b64encode(signed[:24]).decode()


def from_here(request: Request, own: str = "") -> bool:
    """Whether a post comes from a page of this host, as far as the browser tells.

    `own` is the host by which people reach us, beside the one that they asked: a proxy may ask us
    by another name. Browsers name the site that a post comes from; one that names none is no page
    of another site.
    """
    site = request.headers.get("sec-fetch-site", "")
    if site and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin", "")
    hosts = {own.lower(), request.headers.get("host", "").lower()} - {""}
    return not origin or urlsplit(origin.lower()).netloc in hosts
