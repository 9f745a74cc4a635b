"""Odoo keeps the contract: by recordings of a real server, and on the server where one is named.

`scripts/odoo` starts one and prints the two variables. With `CRMBRIDGE_RECORD=1` besides, the run
is recorded anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.testing.contract import Account, ConnectorContract
from crmbridge.testing.recorded import Recording
from crmbridge.testing.upstream import Server
from tests.odoo.account import OdooAccount

URL = os.environ.get("CRMBRIDGE_ODOO", "")
FILE = Path(__file__).with_name("contract.jsonl.gz")
CUTS = ((re.compile(r'"debug": "(?:[^"\\]|\\.)*"'), '"debug": ""'),)
"""Odoo's errors come with a trace, which names files of the machine."""


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    recording = Recording(CUTS)
    yield recording
    if os.environ.get("CRMBRIDGE_RECORD") and recording.scenes:
        recording.save(FILE)


class TestOdooAsRecorded(ConnectorContract):
    """What a real server answered; see the file's date."""

    recording = Recording.load(FILE, CUTS) if FILE.exists() else Recording()

    @pytest.fixture
    def account(self, request: pytest.FixtureRequest) -> Iterator[Account]:
        account = OdooAccount(self.recording.replay(request.node.name), "no key")
        with account.proxy:
            yield account


if URL:

    @pytest.mark.slow
    class TestOdoo(ConnectorContract):
        """A server that `scripts/odoo` started."""

        @pytest.fixture
        def account(
            self, request: pytest.FixtureRequest, recording: Recording
        ) -> Iterator[Account]:
            server, aside = Server(URL), Server(URL)
            upstream = recording.record(request.node.name, server)
            account = OdooAccount(upstream, os.environ["CRMBRIDGE_ODOO_KEY"], aside)
            with account.proxy:
                yield account
            server.close()
            aside.close()

else:

    def test_the_real_server_keeps_it_too() -> None:
        pytest.skip("no server: scripts/odoo starts one, CRMBRIDGE_ODOO names it")
