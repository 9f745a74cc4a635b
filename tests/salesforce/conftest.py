"""An emulated org for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.salesforce.desk import Desk, desk


@pytest.fixture
def org() -> Iterator[Desk]:
    with desk() as made:
        yield made
