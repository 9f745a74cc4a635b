"""A proxy on loopback in front of a real server, which makes it fail by the contract's rules.

It counts the calls that come, and puts the true credential where they carry a made-up one: so a
test can look for the made-up one in every text, and the true one is in none.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from crmbridge.testing.contract.account import Fault, Trouble
from crmbridge.testing.upstream import Asked, Told, Upstream

SLOW = 1.2
"""Seconds that a slow answer takes; the contract waits half of it."""

_STATUS = {
    Trouble.UNAUTHORISED: 401,
    Trouble.FORBIDDEN: 403,
    Trouble.NOT_FOUND: 404,
    Trouble.THROTTLED: 429,
    Trouble.SERVER_ERROR: 500,
    Trouble.UNAVAILABLE: 503,
}
_PAGE = Told(
    status=200, headers={"content-type": "text/html"}, body=b"<html><body>Sorry.</body></html>"
)
_CUT = Told(status=200, headers={"content-type": "application/json"}, body=b'{"result": [1, 2, 3]}')


def nothing(status: int) -> bytes:
    """The body of a refusal that says nothing beside its status."""
    return b'{"message": "no"}'


class Proxy:
    """A server that passes calls on, or fails them; also a context manager.

    `kind` says of a call whether it carries records of the main object: `read`, `write`, or
    nothing. `swap` maps made-up credentials to the true ones, for headers, Basic and the like
    included. `refusal` makes the body of a status that the vendor would answer with. Calls reach
    the upstream one after another.
    """

    def __init__(
        self,
        upstream: Upstream,
        *,
        kind: Callable[[Asked], str],
        swap: Mapping[str, str],
        refusal: Callable[[int], bytes] = nothing,
        slow: float = SLOW,
    ) -> None:
        self.calls = 0
        self._upstream, self._kind, self._swap = upstream, kind, swap
        self._refusal, self._slow = refusal, slow
        self._rules: list[_Rule] = []
        self._gate, self._one = threading.Lock(), threading.Lock()
        self._stopping = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.proxy = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="fault-proxy"
        )

    def fault(self, rules: Sequence[Fault]) -> None:
        """Replace the rules of failure, see `Account.fault`."""
        with self._gate:
            self._rules = [_Rule(rule) for rule in rules]

    def ask(self, asked: Asked) -> Told:
        """Answer a call past all rules and uncounted, as what a person does in the screens."""
        true = {name: swapped(value, self._swap) for name, value in asked.headers.items()}
        with self._one:
            return self._upstream.ask(replace(asked, headers=true))

    def answer(self, asked: Asked) -> tuple[Told | None, bool]:
        """Return what goes over the line, nothing for a broken connection, and whether it is cut.

        Raises `OSError` where the server gave no answer.
        """
        fault = self._due(asked)
        if fault is None:
            return self.ask(asked), False
        done = self.ask(asked) if fault.after else None
        if fault.trouble is Trouble.SLOW:
            self._stopping.wait(self._slow)
            return done or self.ask(asked), False
        if fault.trouble is Trouble.RESET:
            return None, True
        if fault.trouble is Trouble.TRUNCATED:
            return done or _CUT, True
        return self._refused(fault), False

    def _refused(self, fault: Fault) -> Told:
        if fault.trouble is Trouble.HTML:
            return _PAGE
        status = _STATUS[fault.trouble]
        headers = {"content-type": "application/json"}
        if fault.retry_after is not None:
            headers["retry-after"] = str(fault.retry_after)
        return Told(status=status, headers=headers, body=self._refusal(status))

    def _due(self, asked: Asked) -> Fault | None:
        """Count a call; return the first rule that is due on it."""
        kind = self._kind(asked)
        with self._gate:
            self.calls += 1
            due = [rule.fault for rule in self._rules if rule.counted(kind)]
        return due[0] if due else None

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._thread.join()
        with self._one:  # what the server is doing is done before anybody looks at it
            self._http.drop_all()
        self._http.server_close()


class _Rule:
    """A rule, and how many calls it has seen."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0

    def counted(self, kind: str) -> bool:
        """Count a call; return whether it fails."""
        if kind != self.fault.on:
            return False
        self._seen += 1
        number = self._seen - self.fault.skip
        return number > 0 and (not self.fault.times or number <= self.fault.times)


def swapped(value: str, swap: Mapping[str, str]) -> str:
    """Return a header with the true credentials, also where they are packed, as in Basic."""
    for made_up, true in swap.items():
        value = value.replace(made_up, true)
    scheme, _, packed = value.partition(" ")
    try:
        text = base64.b64decode(packed, validate=True).decode() if packed else ""
    except (binascii.Error, UnicodeError):
        return value
    if not any(made_up in text for made_up in swap):
        return value
    for made_up, true in swap.items():
        text = text.replace(made_up, true)
    return f"{scheme} {base64.b64encode(text.encode()).decode()}"


class _Http(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True
    block_on_close = False
    proxy: Proxy

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args, **kwargs)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._open.discard(request)

    def drop_all(self) -> None:
        """Close the connections that clients keep open."""
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(method=self.command, path=self.path, headers=headers, body=body)
        try:
            told, cut = self.server.proxy.answer(asked)
        except OSError:
            told, cut = None, True
        self.close_connection = self.close_connection or cut
        with contextlib.suppress(OSError):
            if told is None:
                self._reset()
            else:
                self._send(told, cut=cut)

    def _send(self, told: Told, *, cut: bool) -> None:
        self.send_response_only(told.status)
        if "date" not in told.headers:
            self.send_header("date", self.date_time_string())
        for name, value in told.headers.items():
            self.send_header(name, value)
        if told.status != 204:
            self.send_header("content-length", str(len(told.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told.body[: max(1, len(told.body) // 2)] if cut else told.body)

    def _reset(self) -> None:
        # linger of nothing makes the kernel send RST; detach, because rfile keeps the socket
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"):
    setattr(_Handler, f"do_{_method}", _Handler._serve)
