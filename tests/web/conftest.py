"""The browser, started once for all tests of pages, and a company of which something is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.stages.line import Line
from tests.web.browser import started
from tests.web.site import Caller, caller, served
from tests.web.year import a_year


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture
def year(bare: Line) -> Line:
    """A command line over a company that had a year."""
    a_year(bare)
    return bare


@pytest.fixture
def site(year: Line) -> Iterator[str]:
    """The address of that company's dashboard, where no token is needed."""
    with served(year) as url:
        yield url


@pytest.fixture
def director(site: str) -> Iterator[Caller]:
    """Somebody at that dashboard."""
    with caller(site) as found:
        yield found


@pytest.fixture
def empty(bare: Line) -> Iterator[Caller]:
    """Somebody at the dashboard of a company of which nothing is known yet."""
    with served(bare) as url, caller(url) as found:
        yield found
