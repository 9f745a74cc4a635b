"""A vendor's account behind one way of calling it: paths, quotas, names for logs, and its token."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol

from crmbridge.errors import Throttled
from crmbridge.model.limits import PROBE_EVERY, Limits
from crmbridge.net.auth import Dress, TokenSource, bearer
from crmbridge.net.budget import Budgets
from crmbridge.net.call import (
    NO_HEADERS,
    READS,
    Answer,
    Call,
    Content,
    Params,
    plain_route,
    split_query,
)
from crmbridge.net.options import SUCCESS
from crmbridge.net.usage import Usage
from crmbridge.net.verdict import request_id, retry_after

if TYPE_CHECKING:
    from crmbridge.net.transport import Classify, Quota


class Calls(Protocol):
    """The part of `Rest` that most calls need."""

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] = ...,
        idempotent: bool | None = None,
        expect: Iterable[int] = ...,
    ) -> Answer:
        """Make one call; see `Rest.call`."""
        ...


class Rest:
    """One account of a vendor, on a transport that is bound to its host.

    A vendor's own class says where a path stands, which quotas it draws on and which calls only
    read, and may send a call by the vendor's own library. `classify`, `quota` and `dress` are those
    of `Transport`.
    """

    success: ClassVar[frozenset[int]] = SUCCESS
    """Statuses that are an answer where a call names none."""

    def __init__(
        self,
        base_url: str,
        *,
        version: str,
        limits: Limits,
        budget: Budgets | None,
        tokens: TokenSource | None,
        classify: Classify,
        quota: Quota,
        dress: Dress = bearer,
    ) -> None:
        from crmbridge.net.transport import Transport  # no command that calls nobody loads it

        self.version = version
        self.transport = Transport(
            base_url,
            limits=limits,
            budget=budget,
            tokens=tokens,
            classify=classify,
            quota=quota,
            dress=dress,
        )
        self._budgets = frozenset(one.name for one in limits.budgets)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.transport!r}, {self.version})"

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
        body: bytes = b"",
        priority: int = 2,
        budgets: tuple[str, ...] | None = None,
        idempotent: bool | None = None,
        expect: Iterable[int] | None = None,
        content: Content = "json",
        deadline: float | None = None,
        route: str = "",
    ) -> Answer:
        """Make one call and return its answer; errors are those of `Transport.send`.

        `path` is put where it stands by `whole`, and may carry its own query instead of `params`.
        `budgets=None` draws on what the vendor counts for such a path, `idempotent=None` goes by
        what only reads. A status in `expect` is an answer; without it those of `success` are.
        """
        path, query = split_query(path)
        path = self.whole(path)
        return self.send(
            Call(
                method=method,
                path=path,
                route=route or self.route(path),
                params=query or params,
                headers=headers,
                json=json,
                body=body,
                deadline=deadline,
                expect=self.success if expect is None else frozenset(expect),
                content=content,
                budgets=self.drawn(path) if budgets is None else budgets,
                priority=priority,
                idempotent=self.reads(method, path) if idempotent is None else idempotent,
            )
        )

    def send(self, call: Call) -> Answer:
        """Send a call that is made up; by the transport, unless the vendor's library does it."""
        return self.transport.send(call)

    def whole(self, path: str) -> str:
        """Return the whole path of one that a call names."""
        return path

    def route(self, path: str) -> str:
        """Return a whole path as logs name it, without ids and values."""
        return plain_route(path)

    def drawn(self, path: str) -> tuple[str, ...]:
        """Return the quotas that a call to a whole path draws on: all that there are."""
        return tuple(sorted(self._budgets))

    def reads(self, method: str, path: str) -> bool:
        """Whether such a call changes nothing, so that it may be sent twice."""
        return method in READS


def spent(vendor: str, headers: Mapping[str, str]) -> Throttled:
    """Return the error for a day's quota that is used up: one probe an hour until it is not."""
    return throttled(vendor, "the daily limit is reached", headers, PROBE_EVERY, daily=True)


def throttled(
    vendor: str, what: str, headers: Mapping[str, str], pause: float, *, daily: bool = False
) -> Throttled:
    """Return the error for a quota that is used up; the vendor's own wait goes before `pause`."""
    wait = retry_after(headers)
    return Throttled(
        f"{vendor}: {what}",
        retry_after=pause if wait is None else wait,
        daily=daily,
        request_id=request_id(headers),
    )


def stated(headers: Mapping[str, str], top: str, left: str, *, daily: bool) -> list[Usage]:
    """Return what two headers state of a quota: its calls in all (`top`), and those `left`."""
    limit, remaining = (
        int(found) if re.fullmatch(r"\d{1,12}", found := headers.get(name, "")) else None
        for name in (top, left)
    )
    if limit is None and remaining is None:
        return []
    return [Usage(daily=daily, remaining=remaining, limit=limit)]
