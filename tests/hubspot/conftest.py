"""An emulated portal for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hubspot.portal import Portal, running


@pytest.fixture
def portal() -> Iterator[Portal]:
    with running() as one:
        yield one
