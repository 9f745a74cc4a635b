"""simple-salesforce on our own transport, with our own tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any

from connectors.salesforce.answers import classify as classify
from connectors.salesforce.answers import usage
from crmbridge.errors import ConfigError, Refused, Unavailable
from crmbridge.kit import oauth
from crmbridge.kit.feed.walk import Walk
from crmbridge.kit.fields import mapping
from crmbridge.kit.requesting import Keep, Requesting
from crmbridge.log import quiet_clients
from crmbridge.model.limits import Limits
from crmbridge.net.auth import FetchedToken
from crmbridge.net.budget import Budgets
from crmbridge.net.call import NO_HEADERS, Answer, Call, plain_route

VERSION = "66.0"
DAILY = "daily"
"""The quota that each counted call draws on by default, where the limits have it."""

_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_NEXT = re.compile(r"/services/data/v\d+\.\d/(?:query|queryAll)/[A-Za-z0-9-]+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.salesforce\.(?:com|mil)")
_GENERIC = frozenset({"login.salesforce.com", "test.salesforce.com"})
_LOCAL = "emulator.my.salesforce.com"


def checked_id(value: str) -> str:
    """Return a record id of 15 or 18 characters, else raise `Refused` (salesforce.md 1.3 no. 8)."""
    if _ID.fullmatch(value):
        return value
    raise Refused("what should be a Salesforce id is none, nothing was sent", code="MALFORMED_ID")


def checked_next(url: object) -> str:
    """Return a nextRecordsUrl that is a plain query path, else raise `Refused` (T5)."""
    if isinstance(url, str) and _NEXT.fullmatch(url):
        return url
    raise Refused("nextRecordsUrl is no query path of this host; not followed", code="bad_locator")


class SalesforceBridge(Requesting):
    """One Salesforce org: `call` for our calls, `sf` for simple-salesforce's own methods.

    `credentials` are MY_DOMAIN, CLIENT_ID and either CLIENT_SECRET (client credentials) or
    PRIVATE_KEY_FILE and USERNAME (JWT bearer); BASE_URL sends everything to an emulator on
    loopback. The host is always My Domain: the token answer's `instance_url` is not followed.
    Raises `ConfigError` when a credential is missing or wrong. A path is below
    `/services/data/vXX.0/` when it has no leading slash (`query`, `composite/sobjects`).
    """

    def __init__(
        self,
        credentials: Mapping[str, str],
        *,
        limits: Limits,
        budget: Budgets | None = None,
        version: str = VERSION,
        client_label: str = "crmbridge",
    ) -> None:
        if not re.fullmatch(r"\d{2,3}\.0", version):
            raise ConfigError(f"Salesforce: API version {version!r}; expected one like 66.0")
        self.host = _my_domain(credentials)
        self.grant = oauth.grant(
            "Salesforce",
            "the External Client App's consumer key",
            credentials,
            path="/services/oauth2/token",
            audience=f"https://{self.host}",
        )
        self.root = f"/services/data/v{version}"
        super().__init__(
            credentials.get("BASE_URL") or f"https://{self.host}",
            version=version,
            limits=limits,
            budget=budget,
            tokens=FetchedToken(lambda: self.grant.fetch(self.transport)),
            classify=classify,
            quota=usage,
        )
        self.bind(self.host, {"Sforce-Call-Options": f"client={client_label}"})
        self._sf: Any = None
        quiet_clients("simple_salesforce", "zeep")

    @property
    def sf(self) -> Any:
        """The vendor library's own object; `Any`, for its attributes are made up on access.

        The library is heavy, and a command that calls nobody goes without it.
        """
        if self._sf is None:
            from simple_salesforce.api import Salesforce

            self._sf = Salesforce(
                session_id="held-by-crmbridge",
                instance=self.host,
                version=self.version,
                session=self._session,
            )
            del self._sf.headers["X-PrettyPrint"]
        return self._sf

    def whole(self, path: str) -> str:
        """Return the whole path of one that may be below the version's root."""
        return path if path.startswith("/") else f"{self.root}/{path}"

    def route(self, path: str) -> str:
        """Return a path for logs; see `route_of`."""
        return route_of(path)

    def drawn(self, path: str) -> tuple[str, ...]:
        """Return the quota of a path: the list of versions is not counted (salesforce.md 3)."""
        return () if path == "/services/data" or DAILY not in self._budgets else (DAILY,)

    def tolerant(self) -> AbstractContextManager[object]:
        """Keep back what simple-salesforce raises for 300 and up, expected or not."""
        from simple_salesforce.exceptions import SalesforceError

        return suppress(SalesforceError)

    def through(self, call: Call, data: bytes | None, keep: Keep) -> None:
        """Make a call by simple-salesforce."""
        self.sf._call_salesforce(
            call.method,
            f"https://{self.host}{call.path}",
            headers=dict(call.headers),
            params=call.params,
            data=data,
            hooks={"response": keep},
        )

    def pages(
        self,
        soql: str,
        *,
        deleted: bool = True,
        headers: Mapping[str, str] = NO_HEADERS,
        priority: int = 2,
    ) -> Iterator[Answer]:
        """Yield the pages of a query, `deleted` rows included.

        Ends with `Unavailable` when the vendor repeats a locator or gives fewer or more rows than
        it said, with `Refused` for a locator that is no path of this host (reliability.md T5, T6).
        """
        path, params, rows = "queryAll" if deleted else "query", {"q": soql}, 0
        way = Walk("Salesforce", "a query")
        while path:
            answer = self.call("GET", path, params=params, headers=headers, priority=priority)
            page = mapping(answer.data)
            records, done = page.get("records"), page.get("done")
            if not isinstance(records, list) or not isinstance(done, bool):
                raise Unavailable("query: the page has no records", request_id=answer.request_id)
            rows += len(records)
            if done and rows != page.get("totalSize", rows):
                raise Unavailable("query: fewer or more rows came than the first page said")
            yield answer
            path = "" if done else way.passed(checked_next(page.get("nextRecordsUrl")))
            params = {}


def route_of(path: str) -> str:
    """Return a path for logs: the object and field names stay, ids and values do not."""
    parts = plain_route(re.sub(r"^/services/data/v[\d.]+/", "/", path)).split("/")
    if "sobjects" in parts:
        start = parts.index("sobjects") + 3
        known = {"describe", "updated", "deleted"}
        parts[start:] = ["*" if p not in known else p for p in parts[start:]]
    return "/".join(parts)


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
