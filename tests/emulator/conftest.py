"""A portal of the emulated HubSpot and an org of the emulated Salesforce, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.hubspot_portal import Portal, running
from tests.emulator.salesforce_desk import Desk, desk


@pytest.fixture
def portal() -> Iterator[Portal]:
    with running() as one:
        yield one


@pytest.fixture
def org() -> Iterator[Desk]:
    with desk() as made:
        yield made
