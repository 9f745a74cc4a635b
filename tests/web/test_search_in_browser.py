"""A search by name while the names of all leads are read: it says so, and goes on by itself."""

from __future__ import annotations

import threading

from playwright.sync_api import Browser, expect

from crmbridge.clock import FixedClock
from crmbridge.web import serve
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.browser import window
from tests.web.site import settings_of


def test_a_search_goes_on_by_itself_once_the_names_are_read(browser: Browser, year: Line) -> None:
    site = serve(settings_of(year), clock=FixedClock(NOW))
    others = threading.Event()
    site.board.figures.get("of others", "", others.wait, patience=0)
    try:
        with window(browser, site.url) as seen:
            seen.page.goto(f"{site.url}/c/acme/leads")
            box = seen.page.get_by_label("Name, e-mail address, account")
            box.fill("Person 12")
            box.press("Enter")
            expect(seen.page.get_by_text("The search goes on by itself")).to_be_visible()
            assert "Person" not in seen.page.url
            others.set()
            expect(seen.page.get_by_role("link", name="Person 12").first).to_be_visible()
            assert (seen.said, seen.foreign) == ([], [])
    finally:
        others.set()
        site.stop()
