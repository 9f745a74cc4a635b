"""Sends calls through a vendor's library that is made on requests, over our own transport."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmbridge.errors import Refused
from crmbridge.kit.rest import Rest
from crmbridge.net.call import Answer, Call
from crmbridge.net.jsonx import dumps
from crmbridge.net.options import CallOptions, using

if TYPE_CHECKING:
    import requests

Keep = Callable[..., None]
"""A response hook that keeps the answer."""


class Requesting(Rest):
    """An account that a library calls through the session `_session`.

    The library's calls beside ours have the budgets and the route of `Rest`, too.
    """

    _session: requests.Session

    def bind(self, host: str, headers: Mapping[str, str]) -> None:
        """Make the session for the name by which the library knows the vendor.

        `headers` lie on the session, where no retry can drop them (reliability.md T7).
        """
        from crmbridge.net.requests_adapter import TransportAdapter, session

        self._session = session(TransportAdapter(self.transport, host, self._shape))
        self._session.headers.update(headers)

    @abstractmethod
    def through(self, call: Call, data: bytes | None, keep: Keep) -> None:
        """Make a call by the library, with `keep` as its hook for responses."""

    def tolerant(self) -> AbstractContextManager[object]:
        """Return what keeps back the library's own errors, when our answer is already here."""
        return nullcontext()

    def send(self, call: Call) -> Answer:
        """Send a call through the library; a status that it expects is an answer."""
        # urllib3 would silently resolve `..` before our adapter sees it
        call.check()
        options = CallOptions(
            expect=call.expect,
            content=call.content,
            budgets=call.budgets,
            priority=call.priority,
            idempotent=call.idempotent,
            deadline=call.deadline,
            route=call.route,
        )
        answers: list[Answer] = []

        def keep(response: requests.Response, **_: Any) -> None:
            answers.append(response.__dict__["answer"])

        data = _payload(call)
        with using(options), self.tolerant():
            self.through(call, data, keep)
        return answers[0]

    def _shape(self, call: Call, options: CallOptions) -> Call:
        drawn = self.drawn(call.path) if options.budgets is None else options.budgets
        return replace(call, budgets=drawn, route=options.route or self.route(call.path))


def _payload(call: Call) -> bytes | None:
    if call.json is None:
        return call.body or None
    try:
        return dumps(call.json)
    except ValueError as error:
        raise Refused(f"{call.name}: {error}; not sent", code="bad_call") from None
