"""How an access token of Salesforce is obtained: client credentials, or JWT bearer."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from crmbridge.errors import AuthFailed, ConfigError
from crmbridge.net.call import Call

if TYPE_CHECKING:
    from crmbridge.net.transport import Transport

PATH = "/services/oauth2/token"
LIFETIME = 180
"""Seconds that a signed assertion is good for. Source: salesforce.md 1.1 (exp = now + 3 min)."""

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.salesforce\.(?:com|mil)")
_GENERIC = frozenset({"login.salesforce.com", "test.salesforce.com"})
_LOCAL = "emulator.my.salesforce.com"


class Grant:
    """The credentials of one org, and the call that turns them into a token.

    Passwords are not offered: Salesforce retires those logins (salesforce.md 1.1).
    """

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.host = _my_domain(credentials)
        self._id = credentials.get("CLIENT_ID", "")
        self._secret = credentials.get("CLIENT_SECRET", "")
        self._user = credentials.get("USERNAME", "")
        self._key = _key(credentials.get("PRIVATE_KEY_FILE", ""))
        if not self._id:
            raise ConfigError("Salesforce: set CLIENT_ID to the External Client App's consumer key")
        if bool(self._secret) == bool(self._key):
            raise ConfigError(
                "Salesforce: set either CLIENT_SECRET, or PRIVATE_KEY_FILE and USERNAME"
            )
        if self._key and not self._user:
            raise ConfigError("Salesforce: PRIVATE_KEY_FILE needs USERNAME, the integration user")

    def __repr__(self) -> str:
        return f"Grant({self.host}, {'client credentials' if self._secret else 'jwt'})"

    def fetch(self, transport: Transport) -> str:
        """Return a fresh access token; raises `AuthFailed` when Salesforce gives none."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if self._secret:
            form = {"grant_type": "client_credentials"}
            pair = base64.b64encode(f"{self._id}:{self._secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        else:
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": self._assertion(),
            }
        call = Call(
            method="POST",
            path=PATH,
            route="/services/oauth2/token",
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
        raise AuthFailed("Salesforce: the token answer holds no token; check the app's policies")

    def _assertion(self) -> str:
        import jwt

        # the signed time must be near the vendor's real clock, never a business clock
        claims = {
            "iss": self._id,
            "sub": self._user,
            "aud": f"https://{self.host}",
            "exp": int(time.time()) + LIFETIME,
        }
        try:
            return jwt.encode(claims, self._key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ConfigError("Salesforce: PRIVATE_KEY_FILE holds no RSA key in PEM") from None


def _my_domain(credentials: Mapping[str, str]) -> str:
    text = credentials.get("MY_DOMAIN", "").strip().lower()
    if not text and credentials.get("BASE_URL"):
        return _LOCAL
    host = text.removeprefix("https://").rstrip("/")
    host = host if "." in host else f"{host}.my.salesforce.com"
    if host in _GENERIC or not _HOST.fullmatch(host):
        raise ConfigError(
            "Salesforce: set MY_DOMAIN to the org's own host, such as acme.my.salesforce.com "
            "(Setup, My Domain); the generic login hosts are not accepted"
        )
    return host


def _key(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, ValueError):
        raise ConfigError("Salesforce: PRIVATE_KEY_FILE cannot be read as a PEM file") from None
