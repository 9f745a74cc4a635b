"""Sockets with an absolute deadline, and bodies with a byte cap."""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from crmbridge.net.host import is_loopback

STEP = 64 * 1024
"""Bytes unpacked at a time: a bomb is seen before it is unpacked. Source: reliability.md T10."""
CONNECT = 10.0
"""Longest wait for a connection, in seconds."""

_local = threading.local()


class BodyError(Exception):
    """The body cannot be used: too long, not decodable or cut."""


class BodyTooLong(BodyError):
    """The body is longer than we take."""


@contextmanager
def within(until: float) -> Iterator[None]:
    """Bind all network waits of this thread to an instant on the monotonic clock."""
    before = getattr(_local, "until", None)
    _local.until = until
    try:
        yield
    finally:
        _local.until = before


def _left(timeout: float | None, late: type[Exception]) -> float:
    until = getattr(_local, "until", None)
    left = timeout if until is None else until - time.monotonic()
    if left is None:
        raise late("a network wait outside of any deadline")
    if left <= 0:
        raise late("deadline passed")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A socket on which each wait ends at the thread's deadline (reliability.md T9)."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        sock = self._inner.get_extra_info("socket")
        view = memoryview(buffer)
        try:
            while view:
                sock.settimeout(_left(timeout, httpcore.WriteTimeout))
                view = view[sock.send(view) :]
        except TimeoutError:
            raise httpcore.WriteTimeout("deadline passed while sending") from None
        except OSError:
            raise httpcore.WriteError("connection broke while sending") from None

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens sockets of the kind above; name look-up itself cannot be cut short."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = min(_left(timeout, httpcore.ConnectTimeout), CONNECT)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Wire(httpx.HTTPTransport):
    """httpx's pooled HTTP/1.1 transport on those sockets: no proxy, no redirect, no retry."""

    def __init__(self, context: ssl.SSLContext, connections: int) -> None:
        super().__init__(verify=context, trust_env=False)
        # httpx has no argument for the network backend; the pool is what it would build itself
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=_Backend(),
        )


Found = Callable[[str], httpx.BaseTransport | None]
_inside: ContextVar[Found | None] = ContextVar("inside", default=None)


@contextmanager
def inside(found: Found) -> Iterator[None]:
    """Let transports that are made meanwhile, in this thread, go where `found` says.

    It is asked with the base address, of loopback alone, and returns `None` for the network. For
    test engines that have the vendor in their own process.
    """
    token = _inside.set(found)
    try:
        yield
    finally:
        _inside.reset(token)


def way_to(base: httpx.URL, context: ssl.SSLContext, connections: int) -> httpx.BaseTransport:
    """Return the way to a host: sockets, unless a test engine has the vendor in its process."""
    found = _inside.get()
    known = found(str(base).rstrip("/")) if found and is_loopback(base.host) else None
    return known or Wire(context, connections)


def read_body(response: httpx.Response, cap: int) -> bytes:
    """Read a whole body, unpacking gzip and deflate in small steps.

    Raises `BodyError` when it is longer than `cap` bytes, cut, or packed in another way.
    """
    kind = response.headers.get("content-encoding", "identity").strip().lower()
    chunks = response.iter_raw()
    found = bytearray()
    for piece in chunks if kind in ("identity", "") else _unpack(chunks, kind):
        found += piece
        if len(found) > cap:
            raise BodyTooLong(f"is longer than {cap} bytes")
    return bytes(found)


def _unpack(chunks: Iterable[bytes], kind: str) -> Iterator[bytes]:
    bits = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(kind)
    if bits is None:
        raise BodyError("is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(bits)
    empty = True
    try:
        for chunk in chunks:
            rest = chunk
            empty = empty and not chunk
            while rest:
                piece = unpacker.decompress(rest, STEP)
                yield piece
                rest = unpacker.unconsumed_tail
                if not piece and rest:
                    break
    except zlib.error:
        raise BodyError("cannot be unpacked") from None
    if not (unpacker.eof or empty):
        raise BodyError("ends before its packing does")
