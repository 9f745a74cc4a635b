"""One call to a vendor and its answer, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal
from urllib.parse import parse_qsl, unquote

from crmbridge.errors import Refused

Content = Literal["json", "none", "any"]
Params = Mapping[str, str | int | Sequence[str]] | Sequence[tuple[str, str]]

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
OK = frozenset({200})
READS = frozenset({"GET", "HEAD"})
METHODS = READS | {"POST", "PUT", "PATCH", "DELETE"}

_BAD_PATH = re.compile(r"[\x00-\x20\x7f\\?#]|^(?!/)|^//|^/*[A-Za-z][A-Za-z0-9+.-]*:")
_BAD_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_.-]{0,40}|v\d+(\.\d+)?|\d{4}-\d{2}(-beta)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP call.

    `path` starts with `/` and is already percent-encoded; the host is the transport's own.
    `json` is written strictly; `body` is sent as it is, when there is no `json`. `deadline` is in
    seconds for the whole call, waiting for quota and reading the body included; `None` takes the
    limit of the connector. `expect` are the statuses that count as an answer, `content` what the
    body must be: `json`, `none` (empty), or `any` (left in `Answer.body`). `budgets` name the
    quotas that the call draws on, `cost` is what it takes of each, `priority` runs from 0 (first)
    to 3. `idempotent` says that a repeat does no harm; `None` means by method, GET and HEAD only.
    `route` names the call in logs and errors, without ids or personal data. `auth=False` sends no
    token.
    """

    method: str
    path: str
    route: str = ""
    params: Params = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    body: bytes = b""
    deadline: float | None = None
    expect: frozenset[int] = OK
    content: Content = "json"
    budgets: tuple[str, ...] = ()
    cost: int = 1
    priority: int = 2
    idempotent: bool | None = None
    auth: bool = True

    @property
    def repeatable(self) -> bool:
        """Whether the call may be sent twice without harm."""
        return self.method in READS if self.idempotent is None else self.idempotent

    @property
    def name(self) -> str:
        """The call's name for logs and errors, free of ids and personal data."""
        return f"{self.method} {self.route or plain_route(self.path)}"

    def __repr__(self) -> str:
        return f"Call({self.name})"

    def check(self) -> None:
        """Raise `Refused` (code `bad_call`) when the call could leave its host or its path."""
        if self.method not in METHODS:
            raise Refused("a call with an unknown method was not sent", code="bad_call")
        dots = any(unquote(part) in (".", "..") for part in self.path.split("/"))
        if dots or _BAD_PATH.search(self.path):
            raise Refused(
                f"{self.method}: the path is no plain path below the vendor's host, nothing was "
                "sent; look for an id or a link that is not the vendor's",
                code="bad_call",
            )
        if any(_BAD_HEADER.search(f"{k}{v}") for k, v in self.headers.items()):
            raise Refused(f"{self.name}: a header holds control characters", code="bad_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the vendor answered to a call that went as expected.

    `headers` are looked up without regard to case. `data` is the strictly parsed JSON, `None`
    when the body was empty or not JSON. `body` is what came, unpacked. `cleaned` counts
    characters that were removed or replaced in `data`. `date` is the vendor's own clock, from
    the Date header.
    """

    status: int
    headers: Mapping[str, str]
    data: object = None
    body: bytes = b""
    request_id: str = ""
    date: datetime | None = None
    cleaned: int = 0

    def __repr__(self) -> str:
        return f"Answer({self.status}, request_id={self.request_id or 'unknown'})"


def split_query(path: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a path that carries a query into the path and its parameters."""
    plain, _, query = path.partition("?")
    return plain, parse_qsl(query, keep_blank_values=True)


def plain_route(path: str) -> str:
    """Return a path with every part masked that could be an id or a person: `/crm/v3/*`."""
    parts = path.split("?")[0].split("/")
    return "/".join(p if not p or _PLAIN.fullmatch(p) else "*" for p in parts)
