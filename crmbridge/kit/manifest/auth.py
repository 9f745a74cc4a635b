"""How calls of a manifest show who they are: a token in a header, or in the address."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Protocol

from crmbridge.errors import AuthFailed
from crmbridge.kit.manifest import template, where
from crmbridge.kit.manifest.shape import AuthShape, CallShape
from crmbridge.net.auth import Dress, FetchedToken, FixedToken, TokenSource

_PREFIXES = {"bearer": "Bearer ", "basic": "Basic "}
_PREFIXES |= dict.fromkeys(("client", "refresh"), "Bearer ")


class Asks(Protocol):
    """What makes the call that opens a session."""

    title: str

    def ask(self, call: CallShape, names: template.Names, *, reads: bool, auth: bool) -> Any:
        """Make a call and return what was answered."""
        ...


def dress(spec: AuthShape) -> Dress:
    """Return what puts a token into the header of a call."""
    prefix = _PREFIXES.get(spec.kind, spec.prefix)
    return lambda token: (spec.name, f"{prefix}{token}")


def tokens(
    spec: AuthShape, names: template.Names, account: Callable[[], Asks]
) -> TokenSource | None:
    """Return where the token comes from; `None` where no header carries one."""
    if spec.kind in ("none", "query"):
        return None
    if spec.kind == "session":
        return FetchedToken(lambda: _session(spec, names, account()))
    return FixedToken(_packed(spec, template.text(spec.token, names)))


def params(spec: AuthShape, names: template.Names) -> dict[str, str]:
    """Return the parameters that every call carries."""
    return {spec.name: template.text(spec.token, names)} if spec.kind == "query" else {}


def _session(spec: AuthShape, names: template.Names, account: Asks) -> str:
    """Log in; return the session's token. Raises `AuthFailed` where the answer has none."""
    if spec.login is None:
        raise AuthFailed("the manifest does not say how to log in")
    data = account.ask(spec.login, {}, reads=True, auth=False)
    told = {
        name: str(held)
        for name in template.placeholders(spec.token)
        if name.startswith("answer/")
        and (held := where.value(data, name.removeprefix("answer/"))) is not None
    }
    try:
        return _packed(spec, template.text(spec.token, {**names, **told}))
    except LookupError:
        raise AuthFailed(
            f"{account.title} answered the login without a session; check user and password"
        ) from None


def _packed(spec: AuthShape, token: str) -> str:
    wrapped = spec.base64 or spec.kind == "basic"
    return base64.b64encode(token.encode()).decode() if wrapped else token
