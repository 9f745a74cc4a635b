"""What an emulated vendor is: a base class, and the requests and responses that it sees."""

from __future__ import annotations

import json
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmbridge.testing.emulator.world import World


class Refusal(Exception):
    """The control API was asked for something that makes no sense; its text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it arrived.

    `path` is decoded and has no query. `query` holds every value of a parameter, in order.
    `headers` has lower-case names. `body` is already unzipped.
    """

    method: str
    path: str
    raw_path: str = ""
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """Read the body as JSON. Raises `ValueError` for anything else, an empty body too."""
        return json.loads(self.body)

    def one(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """What a request that was taken asked of one record, in the vendor's own values.

    `fields` are those that it named, also where the vendor kept what it had. `before` is what the
    record held of them; one that is new held nothing.
    """

    object: str
    record: str
    fields: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As a line of the audit has it."""
        return {
            "object": self.object,
            "record": self.record,
            "fields": dict(self.fields),
            "before": dict(self.before),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the vendor says of a request for the audit.

    `rows` counts the records that the answer holds or that the request wrote. `quota` holds the
    vendor's counters after the request. `ops` are the ids of operations found in the request.
    `committed` says that state changed, `writes` what was asked of which record, in order.
    """

    route: str = ""
    object: str = ""
    rows: int = 0
    quota: Mapping[str, Any] = field(default_factory=dict)
    ops: Sequence[str] = ()
    committed: bool = False
    writes: Sequence[Wrote] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer.

    `body` is bytes sent as they are, or anything that JSON can hold; `None` is no body. It is
    encoded after the vendor's lock is released, so it must not share state that changes.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    note: Note = field(default_factory=Note)


class Vendor(ABC):
    """One emulated vendor account.

    The server holds `lock` around every method, so a vendor needs no locks of its own. All
    randomness comes from `random`, all time from `world`; short quota windows may use real
    monotonic time.
    """

    name = "vendor"

    def __init__(self, world: World, *, seed: int = 0) -> None:
        self.world = world
        self.random = random.Random(seed)  # noqa: S311  # a fake vendor is no cryptography
        self.lock = threading.RLock()

    @classmethod
    def credentials(cls, url: str) -> dict[str, str]:
        """Return what a connector signs in with at the emulator behind an address, by name."""
        return {"BASE_URL": url}

    @abstractmethod
    def handle(self, request: Request) -> Response:
        """Answer one request of the vendor's own API."""

    @abstractmethod
    def seed(self, object: str, records: Sequence[Mapping[str, Any]]) -> int:
        """Add records in the vendor's own shape; return how many. Raises `Refusal`."""

    @abstractmethod
    def act(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person does in the vendor's screens. Raises `Refusal`."""

    @abstractmethod
    def state(self, object: str) -> list[dict[str, Any]]:
        """Return the truth: every stored record of an object. Raises `Refusal`."""

    def configure(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Change options; return all of them as they are now. `{}` only reads. Raises `Refusal`."""
        if options:
            raise Refusal(f"{self.name} has no options, not even {', '.join(sorted(options))}")
        return {}

    def route(self, request: Request) -> str:
        """Name the route of a request, for fault rules; empty when it has no name."""
        return ""

    def error(self, status: int) -> Any:
        """Return the body that this vendor sends with an error status, for fault rules."""
        return {"message": f"injected status {status}"}
