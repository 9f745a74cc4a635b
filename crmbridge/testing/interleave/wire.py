"""Emulated vendors in the process of the company that talks to them: no socket, no wait.

The wire stands below `net.transport`, so all of ours is at work: deadlines, judging, budgets and
the vendors' own client libraries. What a vendor spoils on purpose (fault rules) arrives here as
httpx would have it from a socket.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx

from crmbridge.testing.emulator.client import Remote
from crmbridge.testing.emulator.door import Door
from crmbridge.testing.emulator.vendor import Refusal, Request, Response
from crmbridge.testing.emulator.wire import Wire, encode
from crmbridge.testing.emulator.world import World

Passing = Callable[[str], None]
"""Told of each call before it reaches the vendor, and again before its answer is read."""


def _quiet(where: str) -> None:
    pass


class InnerDoor(Door):
    """A vendor whose delays cost no time."""

    def pause(self, seconds: float) -> None:
        """Wait for nothing: there is nobody on a line."""


class Ahead(World):
    """A world whose clock runs so many seconds ahead of another one, or behind it."""

    def __init__(self, world: World, seconds: float = 0.0) -> None:
        super().__init__(world.now())
        self._world = world
        self.ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Return what the vendor takes for the present instant."""
        return self._world.now() + self.ahead


class InnerWire(httpx.BaseTransport):
    """Carries requests to a vendor in this process; `passing` is told of each, there and back."""

    def __init__(self, door: Door, passing: Passing = _quiet) -> None:
        self._door = door
        self._passing = passing

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the vendor answer; raises httpx's own errors for what a fault rule spoils."""
        asked = _request(request)
        name = f"{self._door.vendor.name} {request.method}"
        self._passing(f"{name} sent")
        wire = self._door.answer(asked)
        self._passing(f"{name} answered")
        if wire.answer is None:
            raise httpx.ReadError(f"the vendor's end: {wire.how}", request=request)
        return _response(request, wire, wire.answer, self._door.vendor.world.now())


def _request(request: httpx.Request) -> Request:
    body = request.read()
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    raw = request.url.raw_path.decode("ascii")
    path, _, query = raw.partition("?")
    return Request(
        method=request.method,
        path=unquote(path),
        raw_path=raw,
        query=parse_qs(query, keep_blank_values=True),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _response(request: httpx.Request, wire: Wire, answer: Response, at: datetime) -> httpx.Response:
    stock = {"date": format_datetime(at, usegmt=True), "content-type": "application/json"}
    headers = stock | {name.lower(): value for name, value in answer.headers.items()}
    body = b"" if request.method == "HEAD" or answer.status == 204 else encode(answer.body)
    if wire.ends:
        cut = _Cut(body[: max(1, len(body) // 2)], short=wire.how == "short")
        return httpx.Response(answer.status, headers=headers, stream=cut, request=request)
    stream = httpx.ByteStream(body)
    return httpx.Response(answer.status, headers=headers, stream=stream, request=request)


class _Cut(httpx.SyncByteStream):
    """Half of a body; where its length was told, the end of the line comes as an error."""

    def __init__(self, half: bytes, *, short: bool) -> None:
        self._half = half
        self._short = short

    def __iter__(self) -> Iterator[bytes]:
        yield self._half
        if self._short:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete body")


class InnerRemote(Remote):
    """The control API of a vendor in this process."""

    def __init__(self, door: Door, url: str) -> None:
        super().__init__(url)
        self._door = door

    def _raw(self, method: str, name: str, body: Any = None) -> bytes:
        data = b"" if body is None else json.dumps(body).encode()
        request = Request(method=method, path=f"/__emulator__/{name}", body=data)
        answer = self._door.control.handle(request)
        said = encode(answer.body)
        if answer.status >= 400:
            raise Refusal(f"{method} {name}: {said.decode()}")
        return said


def ways(doors: Mapping[str, Door], passing: Passing) -> Callable[[str], InnerWire | None]:
    """The way to each vendor by its base address, for `net.wire.inside`."""
    known = {base: InnerWire(door, passing) for base, door in doors.items()}
    return known.get
