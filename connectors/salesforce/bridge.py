"""simple-salesforce on our own transport, with our own tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connectors.salesforce.answers import classify as classify
from connectors.salesforce.answers import usage
from connectors.salesforce.token import Grant
from crmbridge.errors import ConfigError, Refused, Unavailable
from crmbridge.model.limits import Limits
from crmbridge.net.auth import FetchedToken
from crmbridge.net.budget import Budgets
from crmbridge.net.call import NO_HEADERS, Answer, Call, Content, Params, plain_route, split_query
from crmbridge.net.jsonx import dumps
from crmbridge.net.options import SUCCESS, CallOptions, using

if TYPE_CHECKING:
    import requests

VERSION = "66.0"
DAILY = "daily"
"""The quota that each counted call draws on by default, where the limits have it."""
PAGES = 25_000
"""Most pages of one query: the 50 million rows of a whole org at 2,000 a page."""

_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_NEXT = re.compile(r"/services/data/v\d+\.\d/(?:query|queryAll)/[A-Za-z0-9-]+")


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


class SalesforceBridge:
    """One Salesforce org: `call` for our calls, `sf` for simple-salesforce's own methods.

    `credentials` are MY_DOMAIN, CLIENT_ID and either CLIENT_SECRET (client credentials) or
    PRIVATE_KEY_FILE and USERNAME (JWT bearer); BASE_URL sends everything to an emulator on
    loopback. The host is always My Domain: the token answer's `instance_url` is not followed.
    Raises `ConfigError` when a credential is missing or wrong.
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
        from crmbridge.net.requests_adapter import TransportAdapter, session
        from crmbridge.net.transport import Transport

        if not re.fullmatch(r"\d{2,3}\.0", version):
            raise ConfigError(f"Salesforce: API version {version!r}; expected one like 66.0")
        self.version = version
        self.grant = Grant(credentials)
        self.root = f"/services/data/v{version}"
        self.transport = Transport(
            credentials.get("BASE_URL") or f"https://{self.grant.host}",
            limits=limits,
            budget=budget,
            tokens=FetchedToken(self._fetch),
            classify=classify,
            quota=usage,
        )
        self._counted = tuple(b.name for b in limits.budgets if b.name == DAILY)
        self._session = session(TransportAdapter(self.transport, self.grant.host, self._shape))
        # policy headers live on the session, where no retry can drop them (T7)
        self._session.headers["Sforce-Call-Options"] = f"client={client_label}"
        self._sf: Any = None

    @property
    def sf(self) -> Any:
        """The vendor library's own object; `Any`, for its attributes are made up on access.

        The library is heavy, and a command that calls nobody goes without it.
        """
        if self._sf is None:
            from simple_salesforce.api import Salesforce

            self._sf = Salesforce(
                session_id="held-by-crmbridge",
                instance=self.grant.host,
                version=self.version,
                session=self._session,
            )
            del self._sf.headers["X-PrettyPrint"]
        return self._sf

    def __repr__(self) -> str:
        return f"SalesforceBridge({self.transport!r}, v{self.version})"

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()

    def call(
        self,
        method: str,
        path: str,
        json: object = None,
        params: Params = (),
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        body: bytes = b"",
        priority: int = 2,
        budgets: tuple[str, ...] | None = None,
        idempotent: bool | None = None,
        expect: Iterable[int] = SUCCESS,
        content: Content = "json",
        deadline: float | None = None,
        route: str = "",
    ) -> Answer:
        """Make one call through simple-salesforce and return its answer.

        `path` is below `/services/data/vXX.0/` when it has no leading slash (`query`,
        `composite/sobjects`), else the whole path; it may carry its own query instead of
        `params`. Errors are those of `Transport.send`; a status in `expect` is an answer, 300
        and up included. `budgets=None` draws on the daily quota.
        """
        path, query = split_query(path)
        whole = path if path.startswith("/") else f"{self.root}/{path}"
        # urllib3 would silently resolve `..` before our adapter sees it
        Call(method=method, path=whole).check()
        options = CallOptions(
            expect=frozenset(expect),
            content=content,
            budgets=budgets,
            priority=priority,
            idempotent=idempotent,
            deadline=deadline,
            route=route,
        )
        return self._through_sdk(
            method, whole, _payload(json, body), query or params, headers, options
        )

    def _through_sdk(
        self,
        method: str,
        path: str,
        data: bytes | None,
        params: Params,
        headers: Mapping[str, str],
        options: CallOptions,
    ) -> Answer:
        from simple_salesforce.exceptions import SalesforceError

        answers: list[Answer] = []

        def keep(response: requests.Response, **_: object) -> None:
            answers.append(response.__dict__["answer"])

        # simple-salesforce raises for 300 and up, when the answer that we expect is already here
        with using(options), suppress(SalesforceError):
            self.sf._call_salesforce(
                method,
                f"https://{self.grant.host}{path}",
                headers=dict(headers),
                params=params,
                data=data,
                hooks={"response": keep},
            )
        return answers[0]

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
        path, params, seen, rows = "queryAll" if deleted else "query", {"q": soql}, {""}, 0
        for _ in range(PAGES):
            answer = self.call("GET", path, params=params, headers=headers, priority=priority)
            page = answer.data if isinstance(answer.data, dict) else {}
            records = page.get("records")
            if not isinstance(records, list) or not isinstance(page.get("done"), bool):
                raise Unavailable("query: the page has no records", request_id=answer.request_id)
            rows += len(records)
            if page["done"] and rows != page.get("totalSize", rows):
                raise Unavailable("query: fewer or more rows came than the first page said")
            yield answer
            if page["done"]:
                return
            path, params = checked_next(page.get("nextRecordsUrl")), {}
            if path in seen:
                raise Unavailable("query: the vendor gave the same page locator twice")
            seen.add(path)
        raise Unavailable(f"query: more than {PAGES} pages")

    def _fetch(self) -> str:
        return self.grant.fetch(self.transport)

    def _shape(self, call: Call, options: CallOptions) -> Call:
        drawn = options.budgets
        if drawn is None:
            # the list of versions is not counted (salesforce.md 3)
            drawn = () if call.path == "/services/data" else self._counted
        return replace(call, budgets=drawn, route=options.route or route_of(call.path))


def route_of(path: str) -> str:
    """Return a path for logs: the object and field names stay, ids and values do not."""
    parts = plain_route(re.sub(r"^/services/data/v[\d.]+/", "/", path)).split("/")
    if "sobjects" in parts:
        start = parts.index("sobjects") + 3
        known = {"describe", "updated", "deleted"}
        parts[start:] = ["*" if p not in known else p for p in parts[start:]]
    return "/".join(parts)


def _payload(json: object, body: bytes) -> bytes | None:
    if json is None:
        return body or None
    try:
        return dumps(json)
    except ValueError as error:
        raise Refused(f"Salesforce: {error}; not sent", code="bad_call") from None
