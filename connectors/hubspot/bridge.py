"""HubSpot's official SDK on our own transport, one path table for its API versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from crmbridge.errors import AuthFailed, ConfigError, ConnectorError, Refused, Throttled
from crmbridge.model.limits import Limits
from crmbridge.net.auth import FixedToken
from crmbridge.net.budget import Budgets
from crmbridge.net.call import NO_HEADERS, Answer, Call, Content, Params, plain_route, split_query
from crmbridge.net.options import CallOptions, current
from crmbridge.net.transport import Transport, Usage
from crmbridge.net.verdict import broken, request_id, retry_after

HOST = "https://api.hubapi.com"
VERSION = "2026-09"
BURST, DAILY, SEARCH, ASSOCIATIONS = "burst", "daily", "search", "associations"
"""Names of the quotas that calls draw on by default, where the limits have them."""

_SUCCESS = frozenset({200, 201, 204})
_READ_BY_POST = re.compile(r"/(search|batch/read)$")
_VERSION = re.compile(r"v3|\d{4}-\d{2}(-beta)?")
_PATHS = (
    ("/crm/v3/objects", "/crm/objects/{v}"),
    ("/crm/v4/associations", "/crm/associations/{v}"),
    ("/crm/v3/properties", "/crm/properties/{v}"),
    ("/crm/v3/pipelines", "/crm/pipelines/{v}"),
    ("/crm/v3/lists", "/crm/lists/{v}"),
    ("/crm/v3/owners", "/crm/owners/{v}"),
    ("/events/v3/events", "/events/event-occurrences/{v}"),
    ("/communication-preferences/v4", "/communication-preferences/{v}"),
    ("/account-info/v3/details", "/account-info/{v}/details"),
    ("/oauth/v1/token", "/oauth/{v}/token"),
)
"""The SDK's paths and their dated forms. Source: hubspot.md 1.1.

Not in the table, and left as they are: paths that have no dated form yet (marketing forms), and
`/crm/v4/objects/…/associations/…`, whose dated form is not verified.
"""


def dated_path(path: str, version: str) -> str:
    """Return a v3 or v4 path in the form of an API version; `v3` leaves it alone."""
    if version == "v3":
        return path
    for old, new in _PATHS:
        if path == old or path.startswith(old + "/"):
            return new.format(v=version) + path[len(old) :]
    return path


class HubSpotBridge:
    """One HubSpot account: `call` for our own calls, `sdk` for the official client's objects.

    `credentials` are ACCESS_TOKEN (a service key or a private app's token) and, for an emulator
    on loopback, BASE_URL. Raises `ConfigError` when one is missing or wrong.
    """

    def __init__(
        self,
        credentials: Mapping[str, str],
        *,
        limits: Limits,
        budget: Budgets | None = None,
        version: str = VERSION,
    ) -> None:
        token = credentials.get("ACCESS_TOKEN", "")
        if not token or not token.isascii() or not token.isprintable():
            raise ConfigError("HubSpot: set ACCESS_TOKEN to a service key or private app token")
        if not _VERSION.fullmatch(version):
            raise ConfigError(f"HubSpot: API version {version!r}; expected 2026-09 or v3")
        self.version = version
        self.transport = Transport(
            credentials.get("BASE_URL") or HOST,
            limits=limits,
            budget=budget,
            tokens=FixedToken(token),
            classify=classify,
            quota=usage,
        )
        self._budgets = frozenset(b.name for b in limits.budgets)
        self._kept: dict[tuple[str, str], Any] = {}
        self._sdk: Any = None

    def __repr__(self) -> str:
        return f"HubSpotBridge({self.transport!r}, {self.version})"

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
        priority: int = 2,
        budgets: tuple[str, ...] | None = None,
        idempotent: bool | None = None,
        expect: Iterable[int] = _SUCCESS,
        content: Content = "json",
        deadline: float | None = None,
        route: str = "",
    ) -> Answer:
        """Make one call and return its answer; errors are those of `Transport.send`.

        `path` is the SDK's (v3 or v4), and is rewritten to the configured version, or already
        dated; it may carry its own query instead of `params`. `budgets=None` draws on what
        HubSpot counts for such a path. `idempotent=None` means reads: GET, and POST to
        `…/search` and `…/batch/read`. A 207 is no success unless `expect` has it.
        """
        path, query = split_query(path)
        path = dated_path(path, self.version)
        return self.transport.send(
            Call(
                method=method,
                path=path,
                route=route or plain_route(path),
                params=query or params,
                headers=headers,
                json=json,
                deadline=deadline,
                expect=frozenset(expect),
                content=content,
                budgets=self._drawn(path) if budgets is None else budgets,
                priority=priority,
                idempotent=_reads(method, path) if idempotent is None else idempotent,
            )
        )

    def _drawn(self, path: str) -> tuple[str, ...]:
        """Return the quotas of a path. Source: hubspot.md 1.2."""
        own = BURST
        if path.endswith("/search"):
            own = SEARCH
        elif path.startswith("/crm/associations/") or path.startswith("/crm/v4/associations/"):
            own = ASSOCIATIONS if ASSOCIATIONS in self._budgets else BURST
        return tuple(name for name in (own, DAILY) if name in self._budgets)

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
            self._sdk = HubSpot(access_token="held-by-crmbridge", api_factory=self._api)
        return self._sdk

    def _api(self, package: Any, name: str, config: Mapping[str, Any]) -> Any:
        key = (package.__name__, name)
        if key not in self._kept:
            configuration = package.Configuration()
            configuration.access_token = config.get("access_token")
            configuration.host = HOST
            configuration.retries = False
            client = package.ApiClient(configuration=configuration)
            client.rest_client = RestClient(self)
            self._kept[key] = getattr(package, name)(api_client=client)
        return self._kept[key]


class RestClient:
    """Stands where the SDK has its own urllib3 client: the same methods, our transport."""

    def __init__(self, bridge: HubSpotBridge) -> None:
        self._bridge = bridge

    def request(
        self,
        method: str,
        url: str,
        query_params: Iterable[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        post_params: object = None,
        _preload_content: bool = True,
        _request_timeout: float | None = None,
    ) -> Any:
        """Send one request; return an `Answer`, or what the SDK needs to build its models."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != HOST or post_params:
            raise Refused("a request that is no JSON call to HubSpot was not sent", code="bad_call")
        options: CallOptions = current()
        answer = self._bridge.call(
            method,
            parts.path,
            body,
            list(query_params or ()),
            priority=options.priority,
            budgets=options.budgets,
            idempotent=options.idempotent,
            expect=options.expect or _SUCCESS,
            content=options.content,
            deadline=options.deadline or _request_timeout,
            route=options.route,
        )
        return SdkResponse(answer) if _preload_content else answer

    def GET(self, url: str, **how: Any) -> Any:
        """Send a GET."""
        return self.request("GET", url, **how)

    def HEAD(self, url: str, **how: Any) -> Any:
        """Send a HEAD."""
        return self.request("HEAD", url, **how)

    def DELETE(self, url: str, **how: Any) -> Any:
        """Send a DELETE."""
        return self.request("DELETE", url, **how)

    def POST(self, url: str, **how: Any) -> Any:
        """Send a POST."""
        return self.request("POST", url, **how)

    def PUT(self, url: str, **how: Any) -> Any:
        """Send a PUT."""
        return self.request("PUT", url, **how)

    def PATCH(self, url: str, **how: Any) -> Any:
        """Send a PATCH."""
        return self.request("PATCH", url, **how)


class SdkResponse:
    """An answer in the shape that the SDK's model builder reads."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status = answer.status
        self.reason = ""
        self.data: Any = answer.body

    def getheaders(self) -> Mapping[str, str]:
        """Return the response headers."""
        return self.answer.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """Return one response header."""
        return self.answer.headers.get(name, default)


def results(answer: Answer, *, reads: bool) -> list[dict[str, Any]]:
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


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return the error for what HubSpot alone says. Source: hubspot.md 1.1, 1.2, 1.5."""
    rid = request_id(headers)
    body = data if isinstance(data, dict) else {}
    if status == 429:
        return _throttled(headers, body, rid)
    if status == 423:
        wait = retry_after(headers) or 2.0
        return Throttled("HubSpot: 423, the record is locked", retry_after=wait, request_id=rid)
    if status == 530:
        return AuthFailed("HubSpot: 530, the token has a wrong form; set a new one", request_id=rid)
    if status == 400:
        return _invalid(headers, body, rid)
    return None


def _throttled(headers: Mapping[str, str], body: dict[str, Any], rid: str) -> Throttled:
    policy = str(body.get("policyName") or "")
    words = str(body.get("message") or "")
    wait = retry_after(headers)
    if policy == "DAILY" or "daily limit" in words:
        # the day ends at midnight of the account's own time zone: one probe an hour until then
        return Throttled(
            "HubSpot: the daily limit is reached",
            retry_after=3600.0 if wait is None else wait,
            daily=True,
            request_id=rid,
        )
    pause = 10.0 if "ten_secondly" in words.lower() or policy.startswith("TEN") else 1.0
    return Throttled(
        "HubSpot: the rate limit is reached",
        retry_after=pause if wait is None else wait,
        request_id=rid,
    )


def _invalid(headers: Mapping[str, str], body: dict[str, Any], rid: str) -> ConnectorError | None:
    first = next((e for e in body.get("errors") or () if isinstance(e, dict)), None)
    if first is None:
        return None
    code, context = first.get("code"), first.get("context")
    names = context.get("propertyName") if isinstance(context, dict) else None
    name = names[0] if isinstance(names, list) and names else names
    if not _word(code):
        return None
    return Refused(
        f"HubSpot: 400 {code}" + (f" for {name}" if _word(name) else ""),
        code=str(code),
        field=str(name) if _word(name) else "",
        request_id=rid,
    )


def _word(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\w{1,100}", value, re.ASCII) is not None


def usage(headers: Mapping[str, str]) -> list[Usage]:
    """Read HubSpot's quota headers. Source: hubspot.md 1.2; search answers have none."""
    found = []
    for daily, top, left in (
        (True, "x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining"),
        (False, "x-hubspot-ratelimit-max", "x-hubspot-ratelimit-remaining"),
    ):
        limit, remaining = _count(headers.get(top)), _count(headers.get(left))
        if limit is not None or remaining is not None:
            found.append(Usage(daily=daily, remaining=remaining, limit=limit))
    return found


def _count(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,12}", text) else None


def _reads(method: str, path: str) -> bool:
    return method in ("GET", "HEAD") or (method == "POST" and bool(_READ_BY_POST.search(path)))
