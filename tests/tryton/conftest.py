"""The Tryton of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tryton.server import Tryton, made, serving


@pytest.fixture(scope="module")
def tryton(request: pytest.FixtureRequest) -> Iterator[Tryton]:
    home = made(request.config.cache.mkdir("tryton"))
    with serving(home) as server:
        yield server
