"""Who is at the page: logged in by a token, to operate or only to see; and whose act it is."""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from crmbridge.web.guard import Guard
from crmbridge.web.tries import Tries

Role = Literal["operate", "view"]

COOKIE = "crmbridge_session"
HOURS = 12
"""For so long a login holds; then the token is asked for again."""


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


class Access:
    """Makes and reads sessions: a cookie that is signed, and holds nothing of a person.

    Keys are made of the tokens: whoever changes a token ends the sessions that it began. Without a
    token everybody on this machine operates, as with the other endpoints.
    """

    def __init__(self, guard: Guard, *, secure: bool = False) -> None:
        self._guard = guard
        self._secure = secure
        self._fresh = secrets.token_bytes(32)
        self._ended: dict[str, int] = {}
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

    def end(self, request: Request, response: Response) -> None:
        """Log somebody out: their cookie is worth nothing any more, wherever it is kept."""
        said = request.cookies.get(COOKIE, "").split(".")
        if len(said) == 4 and self._read(".".join(said)) is not None:
            now = time.time()
            self._ended = {one: until for one, until in self._ended.items() if until > now}
            self._ended[said[2]] = int(said[1])
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")

    def _read(self, cookie: str) -> tuple[Role, str] | None:
        parts = cookie.split(".")
        if len(parts) != 4 or not (parts[1].isdecimal() and len(parts[1]) < 16):
            return None
        role: Role = "operate" if parts[0] == "operate" else "view"
        said = f"{role}.{parts[1]}.{parts[2]}"
        if not hmac.compare_digest(parts[3].encode(), self._sign(role, said).encode()):
            return None
        over = int(parts[1]) <= time.time() or parts[2] in self._ended
        return None if over else (role, parts[2])

    def _sign(self, role: Role, said: str) -> str:
        token = self._guard.token if role == "operate" else self._guard.view
        key = sha256(b"crmbridge session " + (token.encode() if token else self._fresh)).digest()
        signed = hmac.new(key, said.encode(), sha256).digest()
        return urlsafe_b64encode(signed[:24]).decode()
