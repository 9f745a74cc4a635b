"""Serves emulated vendors on loopback: one port for each vendor, one world clock for all."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import struct
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from crmbridge.testing.emulator.door import Door
from crmbridge.testing.emulator.vendor import Request, Response, Vendor
from crmbridge.testing.emulator.wire import Wire, render
from crmbridge.testing.emulator.world import World


class Port(Door):
    """One vendor on one port of loopback."""

    def __init__(self, vendor: Vendor, world: World, port: int) -> None:
        super().__init__(vendor, world)
        self.stopping = threading.Event()
        self.http = _Http(("127.0.0.1", port), _Handler)
        self.http.port = self
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self._thread = threading.Thread(
            target=self.http.serve_forever, args=(0.05,), name=f"emulator-{vendor.name}"
        )

    def pause(self, seconds: float) -> None:
        """Let a client wait, until the port stops."""
        self.stopping.wait(seconds)

    def start(self) -> None:
        """Begin to answer, on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and close every connection, kept-alive ones too."""
        self.stopping.set()
        if self._thread.is_alive():
            self.http.shutdown()
            self._thread.join()
        self.http.server_close()
        self.http.drop_all()


class Server:
    """Serves vendors by name; also a context manager.

    One vendor is at the root of `url`. Several have a port each (`port`, `port` + 1, …, or any
    free ones for 0) and share the world's clock; `urls` has them all. Raises `OSError` when a
    port is taken.
    """

    def __init__(self, vendors: Mapping[str, Vendor], world: World, port: int = 0) -> None:
        self.world = world
        self.ports: dict[str, Port] = {}
        try:
            for place, (name, vendor) in enumerate(vendors.items()):
                self.ports[name] = Port(vendor, world, port + place if port else 0)
        except OSError:
            self.stop()
            raise

    @property
    def urls(self) -> dict[str, str]:
        """The root of each vendor's API, without a slash at the end."""
        return {name: port.url for name, port in self.ports.items()}

    @property
    def url(self) -> str:
        """The root of the first vendor's API, without a slash at the end."""
        return next(iter(self.ports.values())).url

    def start(self) -> Server:
        """Begin to answer on all ports."""
        for port in self.ports.values():
            port.start()
        return self

    def stop(self) -> None:
        """Stop all ports; repeated calls do no harm."""
        for port in self.ports.values():
            port.stop()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    port: Port

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._open: set[socket.socket] = set()
        self._gate = threading.Lock()
        super().__init__(*args, **kwargs)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._gate:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._gate:
            self._open.discard(request)

    def drop_all(self) -> None:
        with self._gate:
            waiting = list(self._open)
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        until = time.monotonic() + 2
        while self._open and time.monotonic() < until:
            time.sleep(0.002)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http
    _methods: ClassVar[tuple[str, ...]] = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")

    def _serve(self) -> None:
        port = self.server.port
        try:
            request = self._request()
        except (ValueError, OSError, EOFError) as problem:
            wire = Wire(answer=Response(status=400, body={"message": f"bad body: {problem}"}))
        else:
            wire = port.answer(request)
        zips = "gzip" in self.headers.get("Accept-Encoding", "")
        data = render(wire, at=port.world.now(), method=self.command, zips=zips)
        self.close_connection = self.close_connection or wire.ends
        with contextlib.suppress(OSError):
            self._send(wire, data)

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            raw_path=self.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers=headers,
            body=body,
        )

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, wire: Wire, data: bytes) -> None:
        if wire.how == "reset":
            # linger of nothing makes the kernel send RST; detach, because rfile keeps the socket
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        elif wire.how == "drip":
            self._drip(data, wire.pace)
        elif data:
            self.wfile.write(data)

    def _drip(self, data: bytes, pace: float) -> None:
        step = max(1, round(pace / 20))
        for start in range(0, len(data), step):
            self.wfile.write(data[start : start + step])
            if self.server.port.stopping.wait(step / pace):
                self.close_connection = True
                return

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr; the audit has it all."""


for _method in _Handler._methods:
    setattr(_Handler, f"do_{_method}", _Handler._serve)
