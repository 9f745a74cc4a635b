"""HubSpot's official SDK on our own transport, one path table for its API versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from connectors.hubspot.answers import classify, usage
from connectors.hubspot.kinds import OFFER
from crmbridge.errors import ConfigError
from crmbridge.kit.openapi import Apis
from crmbridge.kit.rest import Rest
from crmbridge.log import quiet_clients
from crmbridge.model.limits import Limits
from crmbridge.net.auth import FixedToken
from crmbridge.net.budget import Budgets
from crmbridge.net.call import Answer, Call
from crmbridge.net.verdict import broken

HOST = "https://api.hubapi.com"
VERSION = "2026-09"
BURST, DAILY, SEARCH = "ten_secondly", "daily", "search_secondly"
ASSOCIATIONS = "associations"
"""Names of the quotas that calls draw on by default, where the limits have them."""

_READ_BY_POST = re.compile(r"/(search|batch/read)$")
_VERSION = re.compile(r"v3|\d{4}-\d{2}(-beta)?")


def dated_path(path: str, version: str) -> str:
    """Return a v3 or v4 path in the form of an API version; `v3` leaves it alone."""
    if version == "v3":
        return path
    for old, new in OFFER.paths.items():
        if path == old or path.startswith(old + "/"):
            return new.format(v=version) + path[len(old) :]
    return path


class HubSpotBridge(Rest):
    """One HubSpot account: `call` for our own calls, `sdk` for the official client's objects.

    `credentials` are ACCESS_TOKEN (a service key or a private app's token) and, for an emulator
    on loopback, BASE_URL. Raises `ConfigError` when one is missing or wrong. Paths are the SDK's
    (v3 or v4), and are rewritten to the configured version, or already dated. A 207 is no success
    of a call that does not expect it.
    """

    success: ClassVar[frozenset[int]] = frozenset({200, 201, 204})

    def __init__(
        self,
        credentials: Mapping[str, str],
        *,
        limits: Limits,
        budget: Budgets | None = None,
        version: str = VERSION,
    ) -> None:
        token = OFFER.required(credentials, "ACCESS_TOKEN")["ACCESS_TOKEN"]
        if not _VERSION.fullmatch(version):
            raise ConfigError(f"HubSpot: API version {version!r}; expected 2026-09 or v3")
        self._token = FixedToken(token)
        super().__init__(
            credentials.get("BASE_URL") or HOST,
            version=version,
            limits=limits,
            budget=budget,
            tokens=self._token,
            classify=classify,
            quota=usage,
        )
        self._sdk: Any = None
        quiet_clients("hubspot")

    def token_info(self) -> Answer:
        """Ask what the token may do; it goes in the body, as the vendor wants it."""
        path = "/oauth/v2/private-apps/get/access-token-info"
        return self.call("POST", path, {"tokenKey": self._token.token()}, idempotent=True)

    def whole(self, path: str) -> str:
        """Return a path in the form of the configured version."""
        return dated_path(path, self.version)

    def drawn(self, path: str) -> tuple[str, ...]:
        """Return the quotas of a path. Source: hubspot.md 1.2."""
        own = BURST
        if path.endswith("/search"):
            own = SEARCH
        elif path.startswith("/crm/associations/") or path.startswith("/crm/v4/associations/"):
            own = ASSOCIATIONS if ASSOCIATIONS in self._budgets else BURST
        return tuple(name for name in (own, DAILY) if name in self._budgets)

    def reads(self, method: str, path: str) -> bool:
        """Whether a call only reads: GET, and POST to `…/search` and `…/batch/read`."""
        by_post = method == "POST" and _READ_BY_POST.search(path) is not None
        return by_post or super().reads(method, path)

    @property
    def sdk(self) -> Any:
        """The official client; each API object under it is made once and kept.

        `bridge.sdk.crm.contacts.batch_api.read(body, _preload_content=False)` returns our
        `Answer`; without `_preload_content=False` it returns the SDK's models, made from bytes
        that were checked. Its calls take their priority and the rest from `net.options.using`.
        """
        if self._sdk is None:
            from hubspot import HubSpot

            # the transport holds the token; the SDK never sees it
            self._sdk = HubSpot(access_token="held-by-crmbridge", api_factory=Apis(HOST, self.call))
        return self._sdk


def results(answer: Answer, *, reads: bool = True) -> list[dict[str, Any]]:
    """Return the rows of a batch, search or list answer.

    An answer without a list of objects, or one that is still PENDING, says nothing: Unavailable
    for reads, Unknown for writes (reliability.md T1, T2). An empty list is returned as it is;
    whoever wrote rows matches them one by one.
    """
    data = answer.data
    rows = data.get("results") if isinstance(data, dict) else None
    whole = isinstance(data, dict) and data.get("status", "COMPLETE") == "COMPLETE"
    if whole and isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        return rows
    call = Call(method="POST", path="/", route="results", idempotent=reads)
    raise broken(call, "the answer holds no complete list of results", answer.request_id)
