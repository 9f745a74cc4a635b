"""Tryton keeps the contract: a real server, behind the fault proxy."""

from __future__ import annotations

import pytest

from crmbridge.testing.contract import ConnectorContract

pytestmark = pytest.mark.slow


class TestTryton(ConnectorContract):
    """The contract, inherited; the account is that of `conftest`."""
