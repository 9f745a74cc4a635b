"""The transport: sends one call to the one host it is bound to, and judges what comes back."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import httpx

from crmbridge import __version__
from crmbridge.errors import (
    AuthFailed,
    ConnectorError,
    Refused,
    Throttled,
    Unavailable,
)
from crmbridge.log import get_logger
from crmbridge.model.limits import Limits
from crmbridge.net import jsonx
from crmbridge.net.auth import Dress, TokenSource, bearer
from crmbridge.net.budget import Budgets
from crmbridge.net.call import Answer, Call
from crmbridge.net.host import checked_base, is_loopback, tls_context
from crmbridge.net.priority import effective
from crmbridge.net.reading import Raw, lenient, read_answer
from crmbridge.net.shape import ODD
from crmbridge.net.usage import Usage
from crmbridge.net.verdict import broken, request_id, retry_after, verdict
from crmbridge.net.wire import BodyError, BodyTooLong, read_body, way_to, within

Classify = Callable[[int, Mapping[str, str], object], ConnectorError | None]
Primitive = str | int | float | bool | None
CONNECTIONS = 20
USER_AGENT = f"crmbridge/{__version__}"

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_FOLLOWABLE = frozenset({301, 302, 303, 305, 307, 308})

log = get_logger(__name__)


Quota = Callable[[Mapping[str, str]], Iterable[Usage]]


class Transport:
    """All traffic with one vendor host. Safe for any number of threads.

    `base_url` is https; plain http is accepted on loopback only, else `ConfigError`. `budget` is
    asked before each call and told what the vendor says of its quotas, which `quota` reads from
    the headers. `tokens` gives the token, and `dress` the header with it.
    `classify(status, headers, data)` sees each answer that was not expected first, and may return
    the error to raise. `verify` is `True` or an SSL context with the company's own authority; TLS
    is never left unverified.

    No retry, no redirect, no proxy and no cookie; after a 401 the token is refreshed once for all
    threads and the same call is sent once more.
    """

    def __init__(
        self,
        base_url: str,
        *,
        limits: Limits,
        budget: Budgets | None = None,
        user_agent: str = USER_AGENT,
        verify: ssl.SSLContext | Literal[True] = True,
        tokens: TokenSource | None = None,
        classify: Classify | None = None,
        quota: Quota | None = None,
        dress: Dress = bearer,
    ) -> None:
        self.base = checked_base(base_url)
        self.limits = limits
        self.tokens = tokens
        self._budget = budget
        self._agent = user_agent
        self._classify = classify
        self._quota = quota
        self._dress = dress
        self._daily = {b.name: b.daily for b in limits.budgets}
        self._wire = way_to(self.base, tls_context(self.base, verify), CONNECTIONS)

    def __repr__(self) -> str:
        return f"Transport({self.base.host})"

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine."""
        return is_loopback(self.base.host)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def send(self, call: Call) -> Answer:
        """Send a call and return the answer it expects.

        Raises errors of `crmbridge.errors` only: Refused before sending for a path that leaves
        the host; Throttled and Unavailable when nothing was done; Unknown for a write that may
        have been done; AuthFailed after a second 401. No message holds a body, a query or a token.
        """
        call.check()
        seconds = self.limits.timeout if call.deadline is None else call.deadline
        until = time.monotonic() + seconds
        token = self.tokens.token() if self.tokens and call.auth else ""
        raw = self._paced(call, token, until)
        if raw.status == 401 and self.tokens and call.auth and 401 not in call.expect:
            raw = self._paced(call, self.tokens.refresh(token), until)
        return self._judge(call, raw)

    def _paced(self, call: Call, token: str, until: float) -> Raw:
        self._wait(call, until)
        request = self._request(call, token)
        with self._passage(call, until):
            started = time.monotonic()
            raw = self._exchange(call, request, until)
        log.debug(
            "call",
            route=call.name,
            status=raw.status,
            ms=round((time.monotonic() - started) * 1000),
            request_id=request_id(raw.headers),
        )
        self._report(call, raw)
        return raw

    def _wait(self, call: Call, until: float) -> None:
        if self._budget is None or not call.budgets:
            return
        wait = self._budget.take(call.budgets, effective(call.priority), call.cost)
        # at least half of the time stays for the call itself, or a write would end unknown
        if wait > max(0.0, until - time.monotonic()) / 2:
            raise Throttled(f"{call.name}: the quota has no slot in time", retry_after=wait)
        if wait > 0:
            time.sleep(wait)

    @contextmanager
    def _passage(self, call: Call, until: float) -> Iterator[None]:
        """Be one of the calls that the vendor answers at the same time."""
        told = self.limits.at_once
        if told is None or self._budget is None:
            yield
            return
        # as with the quota: half of the time stays for the call itself
        half = (time.monotonic() + until) / 2
        with self._budget.passage(told.calls, effective(call.priority), half) as entered:
            if not entered:
                raise Throttled(
                    f"{call.name}: as many calls are on their way as the vendor answers at once "
                    f"({told.calls}); not sent, and tried again later",
                    retry_after=1.0,
                )
            yield

    def _request(self, call: Call, token: str) -> httpx.Request:
        headers = {"user-agent": self._agent, "accept": "application/json"}
        headers |= {"accept-encoding": "gzip", "connection": "keep-alive"}
        body = call.body
        try:
            if call.json is not None:
                body = jsonx.dumps(call.json)
                headers["content-type"] = "application/json"
            headers |= {k.lower(): v for k, v in call.headers.items()}
            if token and call.auth:
                name, value = self._dress(token)
                headers[name.lower()] = value
            content = body if body or call.method in ("POST", "PUT", "PATCH") else None
            request = httpx.Request(
                call.method, self._url(call), params=_pairs(call), headers=headers, content=content
            )
        except (ValueError, httpx.InvalidURL) as error:
            what = "cannot be written as a request" if isinstance(error, UnicodeError) else error
            raise Refused(f"{call.name}: {what}; not sent", code="bad_call") from None
        return self._pinned(call, request)

    def _url(self, call: Call) -> str:
        return str(self.base).rstrip("/") + call.path

    def _pinned(self, call: Call, request: httpx.Request) -> httpx.Request:
        url = request.url
        if (url.scheme, url.host, url.port) != (self.base.scheme, self.base.host, self.base.port):
            raise Refused(f"{call.name}: would leave {self.base.host}; not sent", code="bad_call")
        return request

    def _exchange(self, call: Call, request: httpx.Request, until: float) -> Raw:
        left = until - time.monotonic()
        if left <= 0:
            raise Unavailable(f"{call.name}: the deadline passed before it was sent; try later")
        request.extensions["timeout"] = httpx.Timeout(left).as_dict()
        try:
            with within(until):
                return self._round_trip(request)
        except _NOT_SENT as error:
            raise self._not_sent(call, error) from None
        except httpx.LocalProtocolError:
            raise Refused(f"{call.name}: is no valid request; not sent", code="bad_call") from None
        except httpx.TimeoutException:
            raise broken(call, "no whole answer within the deadline", late=True) from None
        except BodyTooLong as error:
            raise broken(call, f"the answer {error}", large=True) from None
        except BodyError as error:
            raise broken(call, f"the answer {error}") from None
        except (httpx.TransportError, httpx.StreamError) as error:
            raise broken(call, f"the connection broke ({type(error).__name__})") from None

    def _round_trip(self, request: httpx.Request) -> Raw:
        response = self._wire.handle_request(request)
        try:
            body = read_body(response, self.limits.body)
        finally:
            response.close()
        return Raw(response.status_code, response.headers, body)

    def _not_sent(self, call: Call, error: BaseException) -> ConnectorError:
        host = self.base.host
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return AuthFailed(
                    f"{call.name}: {host} has no certificate that this machine trusts, nothing "
                    "was sent; look for a proxy in between or a wrong host name"
                )
            cause = cause.__cause__ or cause.__context__
        return Unavailable(f"{call.name}: {host} cannot be reached, nothing was sent; try later")

    def _report(self, call: Call, raw: Raw) -> None:
        if self._budget is None:
            return
        wait = retry_after(raw.headers) if raw.status in (429, 503, 477) else None
        if wait is not None:
            for name in call.budgets:
                if not self._daily.get(name, False):
                    self._budget.feedback(name, retry_after=wait, remaining=None, limit=None)
        for usage in self._usages(raw):
            for name in call.budgets:
                if self._daily.get(name) == usage.daily:
                    self._budget.feedback(
                        name, retry_after=None, remaining=usage.remaining, limit=usage.limit
                    )

    def _usages(self, raw: Raw) -> Iterable[Usage]:
        try:
            return tuple(self._quota(raw.headers)) if self._quota else ()
        except ODD:
            return ()

    def _judge(self, call: Call, raw: Raw) -> Answer:
        if raw.status in call.expect and raw.status not in _FOLLOWABLE:
            return read_answer(call, raw)
        data = lenient(raw)
        raise self._classified(raw, data) or verdict(call, raw.status, raw.headers, data)

    def _classified(self, raw: Raw, data: object) -> ConnectorError | None:
        """What the vendor's own reader makes of an error; nothing when it cannot read its shape."""
        try:
            return self._classify(raw.status, raw.headers, data) if self._classify else None
        except ODD:
            return None


def _pairs(call: Call) -> list[tuple[str, Primitive]]:
    items = call.params.items() if isinstance(call.params, Mapping) else call.params
    pairs: list[tuple[str, Primitive]] = []
    for key, value in items:
        each = [str(value)] if isinstance(value, str | int) else value
        pairs += [(key, str(item)) for item in each]
    return pairs
