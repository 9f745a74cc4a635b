"""requests on top of our transport, so that a vendor's library can sit on it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from crmbridge.errors import Refused
from crmbridge.net.call import Answer, Call
from crmbridge.net.jsonx import dumps
from crmbridge.net.options import SUCCESS, CallOptions, current
from crmbridge.net.transport import Transport

_OURS = frozenset(
    {"host", "connection", "content-length", "accept-encoding", "user-agent", "transfer-encoding"}
)
Shape = Callable[[Call, CallOptions], Call]


class TransportAdapter(BaseAdapter):
    """Sends every request of a session through a `Transport`.

    `host` is the name under which the SDK knows the vendor; any other is refused before sending
    (reliability.md T5). When the transport's base is loopback, requests for `host` go there.
    `shape` may fill in what the vendor needs, such as budgets and a route. Errors are ours, and
    so is every 3xx: requests never sees one that it could follow (T4).
    """

    def __init__(self, transport: Transport, host: str, shape: Shape | None = None) -> None:
        super().__init__()
        self._transport = transport
        self._host = host.lower()
        self._shape = shape

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request; returns a response with the `Answer` as its attribute `answer`."""
        options = current()
        call = self._call(request, options)
        if self._shape:
            call = self._shape(call, options)
        return _response(request, self._transport.send(call))

    def close(self) -> None:
        """Leave the transport open: it belongs to whoever made it."""

    def _call(self, request: requests.PreparedRequest, options: CallOptions) -> Call:
        parts = urlsplit(request.url or "")
        if parts.scheme != "https" or parts.netloc.lower() != self._host:
            raise Refused(
                f"a request for a host other than {self._host} was not sent; look for an id or a "
                "link that is not the vendor's",
                code="bad_call",
            )
        return Call(
            method=request.method or "GET",
            path=parts.path or "/",
            route=options.route,
            params=parse_qsl(parts.query, keep_blank_values=True),
            headers=_headers(request.headers, managed=self._transport.tokens is not None),
            body=_body(request.body),
            deadline=options.deadline,
            expect=options.expect or SUCCESS,
            content=options.content,
            budgets=options.budgets or (),
            priority=options.priority,
            idempotent=options.idempotent,
        )


def session(adapter: TransportAdapter) -> requests.Session:
    """Return a session that has no way out but the adapter, and ignores the environment (T12)."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = 0
    made.adapters.clear()
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


def _headers(headers: Mapping[str, str], *, managed: bool) -> dict[str, str]:
    dropped = _OURS | {"authorization"} if managed else _OURS
    # an SDK accepts "*/*"; the transport's own Accept says JSON
    return {k: v for k, v in headers.items() if k.lower() not in dropped and v != "*/*"}


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        try:
            return body.encode("utf-8")
        except UnicodeEncodeError:
            raise Refused("a body with a lone surrogate was not sent", code="bad_call") from None
    if isinstance(body, bytes):
        return body
    raise Refused("only bodies of text or bytes can be sent", code="bad_call")


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    made = requests.Response()
    made.status_code = answer.status
    made.headers = CaseInsensitiveDict(answer.headers)
    made.headers.pop("content-encoding", None)
    made.encoding = "utf-8"
    made.request = request
    made.url = request.url or ""
    body = dumps(answer.data) if answer.cleaned else answer.body
    made.raw = io.BytesIO(body)
    made._content = body
    made.__dict__["answer"] = answer
    return made
