"""OAuth of the emulated org: client credentials, JWT bearer, tokens that expire, login limits."""

from __future__ import annotations

import base64
import binascii
import time
from collections import deque
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt

from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.org import Org
from crmbridge.testing.emulator import Request, Response

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JWT_WINDOW = timedelta(minutes=5)
"""How far ahead a JWT may expire. Source: salesforce.md 2 (third party)."""
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")


class Refused(Exception):
    """A token was not given; `error` and the text are OAuth's."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


class Tokens:
    """Issued tokens by text, with their end on the world clock."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._ends: dict[str, datetime] = {}
        self._logins: deque[datetime] = deque()
        self.issued = 0

    def revoke_all(self) -> int:
        """End all sessions; return how many there were."""
        count = len(self._ends)
        self._ends.clear()
        return count

    def check(self, header: str) -> None:
        """Raise INVALID_SESSION_ID (401) unless the header carries a token that lives."""
        kind, _, token = header.partition(" ")
        end = self._ends.get(token.strip()) if kind in ("Bearer", "OAuth") else None
        if end is None or end <= self._org.world.now():
            raise VendorError("INVALID_SESSION_ID", "Session expired or invalid", status=401)

    def answer(self, request: Request) -> Response:
        """Answer a request to the token endpoint."""
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        try:
            self._grant(form, request)
            self._count()
        except Refused as refused:
            body = {"error": refused.error, "error_description": str(refused)}
            return Response(status=400, body=body)
        return Response(body=self._issue(request))

    def _grant(self, form: dict[str, str], request: Request) -> None:
        if self._org.options["refuse_login"]:
            raise Refused("invalid_grant", self._org.options["refuse_login"])
        grant = form.get("grant_type")
        if grant == "client_credentials":
            self._client(form, request.headers.get("authorization", ""))
        elif grant == JWT_GRANT:
            self._assertion(form.get("assertion", ""), request.headers.get("host", ""))
        else:
            raise Refused("unsupported_grant_type", "grant type not supported")

    def _client(self, form: dict[str, str], header: str) -> None:
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if header.startswith("Basic "):
            try:
                decoded = base64.b64decode(header[6:], validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                decoded = ""
            name, _, secret = decoded.partition(":")
        options = self._org.options
        if not name or options["client_id"] not in ("", name):
            raise Refused("invalid_client_id", "client identifier invalid")
        if not secret or options["client_secret"] not in ("", secret):
            raise Refused("invalid_client", "invalid client credentials")

    def _assertion(self, assertion: str, host: str) -> None:
        claims = self._claims(assertion)
        options = self._org.options
        audience = options["jwt_audience"]
        allowed = (audience,) if audience else (*LOGIN_HOSTS, options["instance_url"])
        my_domain = str(claims.get("aud", "")).endswith(".my.salesforce.com")
        if claims.get("aud") not in allowed and not (my_domain and not audience):
            raise Refused("invalid_grant", "audience is invalid")
        if not claims.get("iss") or options["client_id"] not in ("", claims["iss"]):
            raise Refused("invalid_client_id", "client identifier invalid")
        if not self._known(claims.get("sub")):
            raise Refused("invalid_grant", "user hasn't approved this consumer")
        end = float(claims.get("exp", 0))
        # the signer may live on real time while the world's clock is somewhere else
        clocks = (self._org.world.now().timestamp(), time.time())
        if not any(now - 1 < end <= now + JWT_WINDOW.total_seconds() for now in clocks):
            raise Refused("invalid_grant", "assertion is not within its validity window")

    def _claims(self, assertion: str) -> dict[str, Any]:
        key = self._org.options["jwt_public_key"]
        try:
            if jwt.get_unverified_header(assertion).get("alg") != "RS256":
                raise Refused("invalid_grant", "invalid assertion")
            checks = {"verify_aud": False, "verify_exp": False, "verify_iat": False,
                      "verify_nbf": False}  # fmt: skip
            if not key:
                return dict(jwt.decode(assertion, options={"verify_signature": False}))
            return dict(jwt.decode(assertion, key, algorithms=["RS256"], options=checks))  # type: ignore[arg-type]
        except jwt.InvalidTokenError:
            raise Refused("invalid_grant", "invalid assertion") from None

    def _known(self, username: Any) -> bool:
        rows = self._org.store["User"].rows.values()
        return any(
            username and row.get("Username") == username and row.get("IsActive") for row in rows
        )

    def _count(self) -> None:
        now = self._org.world.now()
        while self._logins and self._logins[0] <= now - timedelta(hours=1):
            self._logins.popleft()
        if len(self._logins) >= self._org.options["login_limit"]:
            # wording not verified; the limit is in salesforce.md 2
            raise Refused("invalid_grant", "login rate exceeded")
        self._logins.append(now)

    def _issue(self, request: Request) -> dict[str, Any]:
        self.issued += 1
        org, now = self._org, self._org.world.now()
        organization = next(iter(org.store["Organization"].rows))
        token = f"{organization[:15]}!emulated.{self.issued}.{org.random.getrandbits(64):016x}"
        self._ends[token] = now + timedelta(seconds=org.options["session_seconds"])
        instance = org.options["instance_url"] or f"http://{request.headers.get('host', '')}"
        return {
            "access_token": token,
            "instance_url": instance,
            "id": f"{instance}/id/{organization}/{org.integration_user}",
            "token_type": "Bearer",
            "issued_at": str(int(now.timestamp() * 1000)),
            "signature": "emulated",
            "scope": "api",
        }
