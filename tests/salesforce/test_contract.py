"""The Salesforce connector keeps the contract against the emulated org, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmbridge.testing.contract import ConnectorContract
from tests.salesforce.org import Org, serve_org


@pytest.fixture
def account() -> Iterator[Org]:
    yield from serve_org()


class TestSalesforce(ConnectorContract):
    """What every connector owes."""
