"""Tryton keeps the contract: a real server, behind the fault proxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmbridge.testing.contract import Account, ConnectorContract
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Server
from tests.tryton.accounts import SLOW, TrytonAccount, kind
from tests.tryton.server import Tryton

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def proxy(tryton: Tryton) -> Iterator[Proxy]:
    upstream = Server(tryton.url)
    with Proxy(upstream, kind=kind, swap={}, slow=SLOW) as one:
        yield one
    upstream.close()


class TestTryton(ConnectorContract):
    """The contract, inherited."""

    @pytest.fixture
    def account(self, tryton: Tryton, proxy: Proxy) -> Iterator[Account]:
        account = TrytonAccount(tryton, proxy)
        yield account
        account.fault(())
