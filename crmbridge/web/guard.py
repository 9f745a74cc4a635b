"""Who may ask: the address that we listen on, the names that we answer to, and the token."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from crmbridge.errors import ConfigError
from crmbridge.settings import Settings

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN, VIEW_TOKEN = "CRMBRIDGE_TOKEN", "CRMBRIDGE_VIEW_TOKEN"
BY_LINK = ("/sign/", "/rep/", "/rate/", "/static/")
"""How the addresses begin that a signed link opens, and what their pages load."""
OF_MACHINES = ("/healthz", "/readyz", "/metrics", "/hint/")
"""The endpoints, which know nobody's name and ask for the token themselves."""
SHORTEST = 16
"""Characters of a token, at least: about 64 bits where they are hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The address, and the tokens when there are some; they are never shown.

    `token` operates, `view` only lets look at the dashboard. `url` is the address by which people
    reach us, empty where they do not.
    """

    host: str
    port: int
    token: str = ""
    view: str = ""
    url: str = ""

    def __repr__(self) -> str:
        return f"Guard({self.host}:{self.port}, token={'set' if self.token else 'none'})"

    @property
    def local(self) -> bool:
        """Whether only this machine can reach us."""
        return _is_local(self.host)

    def answers_to(self, header: str) -> bool:
        """Whether a Host header names us: a page of another site must not reach us by its name.

        On every address of the machine (0.0.0.0) any literal address does, because no name of
        another site is one.
        """
        name = _name(header)
        if name in LOCAL or name in (self.host.strip("[]"), urlsplit(self.url).hostname):
            return True
        return self.host.strip("[]") in ("0.0.0.0", "::") and _is_address(name)  # noqa: S104

    def opens(self, client: str, path: str) -> bool:
        """Whether a page is shown to who asks from an address.

        Without a token everybody on this machine operates, so that nobody else may come. Where
        others reach us, by CRMBRIDGE_URL or through a proxy that names whom it asks for, only the
        pages behind signed links are open then: a proxy need not say that it is one.
        """
        if self.token or path.startswith((*BY_LINK, *OF_MACHINES)):
            return True
        reached = urlsplit(self.url).hostname
        return (not reached or _is_local(reached)) and (not client or _is_local(client))

    def lets(self, request: Request) -> bool:
        """Whether a request carries the token; without one, all of this machine may ask."""
        if not self.token:
            return True
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {self.token}".encode())


def guard(settings: Settings) -> Guard:
    """Where to listen and whom to let in.

    Raises:
        ConfigError: the address is none, or others can reach it and there is no token.
    """
    host, colon, port = settings.listen.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ConfigError(
            f"CRMBRIDGE_LISTEN is {settings.listen!r}: write host:port, such as 127.0.0.1:8080"
        )
    token, view = _token(settings, TOKEN), _token(settings, VIEW_TOKEN)
    host = host or "0.0.0.0"  # noqa: S104  # ":8080" means every address, and wants a token
    for name, given in ((TOKEN, token), (VIEW_TOKEN, view)):
        if given and len(given) < SHORTEST:
            raise ConfigError(f"{name} is too short: take at least {SHORTEST} characters")
    if token and token == view:
        raise ConfigError(
            f"{VIEW_TOKEN} is the same as {TOKEN}: whoever looks could operate; take another one"
        )
    if not token and not _is_local(host):
        raise ConfigError(
            f"CRMBRIDGE_LISTEN is {settings.listen}, which other machines can reach: set {TOKEN} "
            "to a long random text, or listen on 127.0.0.1"
        )
    return Guard(host=host, port=int(port), token=token, view=view, url=settings.url)


def _token(settings: Settings, name: str) -> str:
    folder = settings.secrets_dir
    if folder is not None and (folder / name).is_file():
        return (folder / name).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "").strip()


def _is_local(host: str) -> bool:
    name = host.strip("[]")
    return name == "localhost" or (_is_address(name) and ip_address(name).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _name(header: str) -> str:
    """The host of a Host header, without port, brackets and capitals."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


CLOSED = (
    "This page is open on its own machine alone. To open it to others, an operator sets "
    "CRMBRIDGE_TOKEN.\n"
)


class KnownHost:
    """Answers 421 to requests for another host's name, 403 to what is not open under ours."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for us."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Request(scope).headers.get("host", "")
        if not self._guard.answers_to(host):
            answer = PlainTextResponse("this is not the host you asked for\n", 421)
            await answer(scope, receive, send)
        elif not self._guard.opens((scope.get("client") or ("",))[0], scope["path"]):
            await PlainTextResponse(CLOSED, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
