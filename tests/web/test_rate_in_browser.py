"""The page of a rating in a real browser: it sends what was filled in, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crmbridge.files import CompanyFiles
from tests.content.stage import Site, company_in, given, site_of, token
from tests.web.browser import PHONE, WIDE, window


@pytest.fixture
def site(acme: CompanyFiles, tmp_path: Path) -> Iterator[Site]:
    with site_of(company_in(acme, tmp_path)) as found:
        yield found


def test_the_page_is_good_light_dark_and_on_a_phone(browser: Browser, site: Site) -> None:
    for dark, size in ((False, WIDE), (True, WIDE), (False, PHONE)):
        with window(browser, site.served.url, dark=dark, size=size) as seen:
            seen.go(f"/rate/{token()}")
            assert seen.faults() == []
            assert not seen.is_too_wide()
            assert (seen.said, seen.foreign) == ([], [])


def test_somebody_rates_by_keyboard_and_once(browser: Browser, site: Site) -> None:
    with window(browser, site.served.url) as seen:
        seen.go(f"/rate/{token()}")
        seen.page.get_by_role("radio").nth(2).press("Space")
        seen.page.get_by_role("textbox").fill("It helped.")
        seen.page.get_by_role("button").press("Enter")
        seen.page.get_by_role("heading", name="Thank you").wait_for()
        (row,) = given(site.company)
        assert (row.stars, row.comment) == (3, "It helped.")
        seen.go(f"/rate/{token()}")
        assert "rated already" in seen.page.inner_text("body")
