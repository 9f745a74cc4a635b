"""The Tryton of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Server
from tests.tryton.accounts import SLOW, TrytonAccount, kind
from tests.tryton.server import Tryton, made, serving


@pytest.fixture(scope="session")
def tryton_home(request: pytest.FixtureRequest) -> Path:
    """Where Tryton is installed: made once, and where that failed tried no second time."""
    return made(request.config.cache.mkdir("tryton"))


@pytest.fixture(scope="module")
def tryton(tryton_home: Path) -> Iterator[Tryton]:
    with serving(tryton_home) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(tryton: Tryton) -> Iterator[Proxy]:
    upstream = Server(tryton.url)
    with Proxy(upstream, kind=kind, swap={}, slow=SLOW) as one:
        yield one
    upstream.close()


@pytest.fixture
def account(tryton: Tryton, proxy: Proxy) -> Iterator[TrytonAccount]:
    account = TrytonAccount(tryton, proxy)
    yield account
    account.fault(())
