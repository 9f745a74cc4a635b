"""Obtains access tokens by OAuth 2: client credentials, a signed assertion, a refresh token."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crmbridge.connector import Vault
from crmbridge.errors import AuthFailed, ConfigError, Refused
from crmbridge.net.call import Call

if TYPE_CHECKING:
    from crmbridge.net.transport import Transport

LIFETIME = 180
"""Seconds that a signed assertion is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The credentials of one account, and the call that turns them into a token.

    Passwords are not offered: vendors retire those logins. `key` is a private key in PEM, `user`
    who it speaks for, `audience` the address of the vendor that it is made out to, `scope` what is
    asked for where the vendor wants that said.
    """

    vendor: str
    path: str
    audience: str
    client: str
    secret: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    user: str = ""
    scope: str = ""

    def __repr__(self) -> str:
        return f"Grant({self.audience}, {'client credentials' if self.secret else 'jwt'})"

    def fetch(self, transport: Transport) -> str:
        """Return a fresh access token; raises `AuthFailed` when the vendor gives none."""
        headers: dict[str, str] = {}
        if self.secret:
            form = {"grant_type": "client_credentials"}
            pair = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        else:
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": self._assertion(),
            }
        form |= {"scope": self.scope} if self.scope else {}
        told = _asked(self.vendor, transport, self.path, form, headers, again=True)
        return _token(self.vendor, told, "access_token")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The way from a refresh token to an access token, where the vendor changes both each time.

    `name` is the credential with the first refresh token. The new one is kept in the vault before
    the access token is used: what is not kept is lost, and a person must let us in anew.
    """

    vendor: str
    path: str
    client: str
    secret: str = field(repr=False)
    vault: Vault = field(repr=False)
    name: str = "REFRESH_TOKEN"

    def fetch(self, transport: Transport) -> str:
        """Return a fresh access token; raises `AuthFailed` when the vendor gives none.

        A call whose answer is lost is not repeated with the same refresh token by itself: the
        vendor may have changed it.
        """
        access = ""

        def change(used: str) -> str:
            nonlocal access
            form = {
                "grant_type": "refresh_token",
                "refresh_token": used,
                "client_id": self.client,
                "client_secret": self.secret,
            }
            told = _asked(self.vendor, transport, self.path, form, {}, again=False)
            access = _token(self.vendor, told, "access_token")
            return _token(self.vendor, told, "refresh_token") if "refresh_token" in told else used

        used = self.vault.present(self.name)
        while not access:  # another process may have changed it between the look and our turn
            used = self.vault.rotate(self.name, used, change)
        return access


def _asked(
    vendor: str,
    transport: Transport,
    path: str,
    form: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    again: bool,
) -> Mapping[str, Any]:
    """The answer to a request for a token; `again` says that a repeat does no harm."""
    call = Call(
        method="POST",
        path=path,
        route=path,
        headers={"content-type": "application/x-www-form-urlencoded", **headers},
        body=urlencode(form).encode(),
        deadline=30.0,
        idempotent=again,
        auth=False,
    )
    try:
        data = transport.send(call).data
    except Refused as error:
        # what a vendor finds wrong here only a person can set right (RFC 6749 5.2)
        raise AuthFailed(
            f"{vendor} gives no access token: check CLIENT_ID and what goes with it, or log in "
            f"anew ({error})"
        ) from None
    return data if isinstance(data, dict) else {}


def _token(vendor: str, told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if isinstance(found, str) and re.fullmatch(r"[\x21-\x7e]+", found):
        return found
    raise AuthFailed(f"{vendor}: the token answer holds no token; check the app's policies")


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
