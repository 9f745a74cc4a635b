"""Odoo keeps the contract: the real server, where one is named, and recordings of it always."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from crmbridge.testing.contract import Account, ConnectorContract
from crmbridge.testing.upstream import Server
from tests.odoo.account import OdooAccount

URL = os.environ.get("CRMBRIDGE_ODOO", "")


@pytest.mark.slow
class TestOdoo(ConnectorContract):
    """A server that `scripts/odoo` started."""

    @pytest.fixture
    def account(self) -> Iterator[Account]:
        if not URL:
            pytest.skip("start a server by scripts/odoo and name it in CRMBRIDGE_ODOO")
        server = Server(URL)
        account = OdooAccount(server, os.environ["CRMBRIDGE_ODOO_KEY"])
        with account.proxy:
            yield account
        server.close()
