"""Tokens: a fixed one, or one that is fetched once for all threads, and the header for them."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from typing import Protocol

from crmbridge.errors import AuthFailed, ConnectorError

PAUSE = 10.0
"""A failed fetch is not repeated within this many seconds. Source: what airbyte does."""


Dress = Callable[[str], tuple[str, str]]
"""Makes the header of a call, its name and its value, out of a token."""


def bearer(token: str) -> tuple[str, str]:
    """Return the header that most vendors take a token in."""
    return "authorization", f"Bearer {token}"


class TokenSource(Protocol):
    """Where a transport gets its token."""

    def token(self) -> str:
        """Return the present token, fetching the first one."""
        ...

    def refresh(self, stale: str) -> str:
        """Return a token other than `stale`; raises `AuthFailed` when there can be none."""
        ...


class FixedToken:
    """A token that never changes, such as a service key."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "FixedToken(…)"

    def token(self) -> str:
        """Return the token."""
        return self._token

    def refresh(self, stale: str) -> str:
        """Raise `AuthFailed`: a fixed token has no successor."""
        raise AuthFailed("the access token was not accepted; set a new one for this system")


class FetchedToken:
    """A token from `fetch`; however many threads find it stale, it is fetched once.

    A failed fetch answers for ten seconds, so that a wrong credential is not tried by each
    thread in turn (the vendor counts logins).
    """

    def __init__(self, fetch: Callable[[], str]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = ""
        self._failed: tuple[float, ConnectorError] | None = None

    def __repr__(self) -> str:
        return "FetchedToken(…)"

    def token(self) -> str:
        """Return the present token, fetching the first one."""
        return self._token or self.refresh("")

    def refresh(self, stale: str) -> str:
        """Return a token other than `stale`; one thread fetches, the others wait for it."""
        with self._lock:
            if self._token == stale:
                self._token = self._fetched()
            return self._token

    def _fetched(self) -> str:
        if self._failed and time.monotonic() - self._failed[0] < PAUSE:
            raise copy.copy(self._failed[1])
        try:
            token = self._fetch()
        except ConnectorError as error:
            self._failed = (time.monotonic(), error)
            raise
        self._failed = None
        return token
