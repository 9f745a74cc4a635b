"""Obtains access tokens by OAuth 2: client credentials, or a signed assertion (JWT bearer)."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from crmbridge.errors import AuthFailed, ConfigError
from crmbridge.net.call import Call

if TYPE_CHECKING:
    from crmbridge.net.transport import Transport

LIFETIME = 180
"""Seconds that a signed assertion is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The credentials of one account, and the call that turns them into a token.

    Passwords are not offered: vendors retire those logins. `key` is a private key in PEM, `user`
    who it speaks for, `audience` the address of the vendor that it is made out to.
    """

    vendor: str
    path: str
    audience: str
    client: str
    secret: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    user: str = ""

    def __repr__(self) -> str:
        return f"Grant({self.audience}, {'client credentials' if self.secret else 'jwt'})"

    def fetch(self, transport: Transport) -> str:
        """Return a fresh access token; raises `AuthFailed` when the vendor gives none."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if self.secret:
            form = {"grant_type": "client_credentials"}
            pair = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        else:
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": self._assertion(),
            }
        call = Call(
            method="POST",
            path=self.path,
            route=self.path,
            headers=headers,
            body=urlencode(form).encode(),
            deadline=30.0,
            idempotent=True,
            auth=False,
        )
        answer = transport.send(call)
        token = answer.data.get("access_token") if isinstance(answer.data, dict) else None
        if isinstance(token, str) and re.fullmatch(r"[\x21-\x7e]+", token):
            return token
        raise AuthFailed(
            f"{self.vendor}: the token answer holds no token; check the app's policies"
        )

    def _assertion(self) -> str:
        import jwt

        # the signed time must be near the vendor's real clock, never a business clock
        claims = {
            "iss": self.client,
            "sub": self.user,
            "aud": self.audience,
            "exp": int(time.time()) + LIFETIME,
        }
        try:
            return jwt.encode(claims, self.key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ConfigError(f"{self.vendor}: PRIVATE_KEY_FILE holds no RSA key in PEM") from None


def grant(
    vendor: str, app: str, credentials: Mapping[str, str], *, path: str, audience: str
) -> Grant:
    """Return the grant of CLIENT_ID and either CLIENT_SECRET, or PRIVATE_KEY_FILE and USERNAME.

    `app` is where a person finds the first. Raises `ConfigError` that names what is missing.
    """
    client, secret = credentials.get("CLIENT_ID", ""), credentials.get("CLIENT_SECRET", "")
    user, key = credentials.get("USERNAME", ""), _key(vendor, credentials)
    if not client:
        raise ConfigError(f"{vendor}: set CLIENT_ID to {app}")
    if bool(secret) == bool(key):
        raise ConfigError(f"{vendor}: set either CLIENT_SECRET, or PRIVATE_KEY_FILE and USERNAME")
    if key and not user:
        raise ConfigError(f"{vendor}: PRIVATE_KEY_FILE needs USERNAME, the integration user")
    return Grant(
        vendor=vendor,
        path=path,
        audience=audience,
        client=client,
        secret=secret,
        key=key,
        user=user,
    )


def _key(vendor: str, credentials: Mapping[str, str]) -> str:
    path = credentials.get("PRIVATE_KEY_FILE", "")
    try:
        return Path(path).read_text(encoding="ascii") if path else ""
    except (OSError, ValueError):
        raise ConfigError(f"{vendor}: PRIVATE_KEY_FILE cannot be read as a PEM file") from None
