"""Odoo keeps the contract: by recordings of a real server, and on the server where one is named.

`scripts/odoo` starts one and prints the variables that name it. `crmbridge connector record` keeps
its answers anew, see the README of the connector.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmbridge.testing.contract import Account, ConnectorContract
from crmbridge.testing.recorded import Recording
from tests.odoo.recordings import CUTS, URL, played, replayed, served


class TestOdooAsRecorded(ConnectorContract):
    """What a real server answered."""

    recording = played("contract")

    @pytest.fixture
    def account(self, request: pytest.FixtureRequest) -> Iterator[Account]:
        with replayed(self.recording, request.node.name) as account:
            yield account


if URL:

    @pytest.mark.slow
    class TestOdoo(ConnectorContract):
        """A server that `scripts/odoo` started."""

        @pytest.fixture
        def account(self, request: pytest.FixtureRequest) -> Iterator[Account]:
            with served(Recording(CUTS), request.node.name) as account:
                yield account

else:

    def test_the_real_server_keeps_it_too() -> None:
        pytest.skip("no server: scripts/odoo starts one, CRMBRIDGE_ODOO names it")
