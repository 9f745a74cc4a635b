"""Where the calls of a contract run end: at a real server, by one way of asking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

DROPPED = frozenset(
    [
        *("host", "connection", "keep-alive", "transfer-encoding", "content-length"),
        *("content-encoding", "accept-encoding"),
    ]
)
"""Headers that are about one stretch of the way and not about the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call. `path` is what stands behind the host, with its query, percent-encoded.

    Names of headers are in lower case.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the server answered, unpacked."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Upstream(Protocol):
    """Whoever answers calls: a server, or a recording of one."""

    def ask(self, asked: Asked) -> Told:
        """Answer one call; called by one thread at a time. Raises `OSError` without an answer."""
        ...


class Server:
    """A server at an address. `patience` is how long one answer may take, in seconds."""

    def __init__(self, url: str, *, patience: float = 120.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=patience, trust_env=False)

    def ask(self, asked: Asked) -> Told:
        """Pass a call on; see `Upstream.ask`."""
        sent = {name: value for name, value in asked.headers.items() if name not in DROPPED}
        try:
            answer = self._client.request(
                asked.method, asked.path, headers=sent, content=asked.body
            )
        except httpx.HTTPError as error:
            raise OSError(f"the server behind the proxy gave no answer: {error}") from error
        told = {k.lower(): v for k, v in answer.headers.items() if k.lower() not in DROPPED}
        return Told(status=answer.status_code, headers=told, body=answer.content)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
