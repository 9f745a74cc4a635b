"""Every page in a real browser: light, dark and phone, no error, nothing from elsewhere, axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from crmbridge.web.board.pages import PAGES
from tests.web.browser import PHONE, WIDE, window
from tests.web.site import Caller
from tests.web.year import LONG, SCRIPT

NAMES = [one.name for one in PAGES]


def test_every_page_is_good_in_a_browser(browser: Browser, site: str) -> None:
    for dark, size in ((False, WIDE), (True, WIDE), (False, PHONE)):
        with window(browser, site, dark=dark, size=size) as seen:
            for name in NAMES:
                seen.go(f"/c/acme/{name}?days=all")
                told = f"{name}, {'dark' if dark else 'light'}, {size}"
                assert not seen.is_too_wide(), told
                assert seen.faults() == [], told
                assert "owned" not in seen.page.title(), told
            assert seen.said == []
            assert seen.foreign == []


def test_a_page_weighs_little_after_the_first(browser: Browser, site: str) -> None:
    with window(browser, site) as seen:
        weights: list[int] = []
        session = seen.page.context.new_cdp_session(seen.page)
        session.send("Network.enable")
        session.on(
            "Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"])
        )
        seen.go("/c/acme/sources?days=all")
        assert sum(weights) < 2_000_000
        weights.clear()
        seen.go("/c/acme/contribution?days=all")
        assert sum(weights) < 100_000


def test_something_is_seen_within_a_second(browser: Browser, site: str) -> None:
    """The quickest of a few looks: a busy machine delays any one of them."""
    with window(browser, site) as seen:
        for name in NAMES:
            paints: list[float] = []
            while min(paints, default=1_000) >= 1_000 and len(paints) < 6:
                seen.go(f"/c/acme/{name}?days=all")
                paints.append(seen.first_paint())
            assert min(paints) < 1_000, (name, paints)


def test_a_paint_that_is_still_to_come_is_waited_for(browser: Browser, site: str) -> None:
    with window(browser, site) as seen:
        for name in NAMES:
            seen.page.goto(f"{site}/c/acme/{name}?days=all", wait_until="commit")
            assert seen.first_paint() > 0


@pytest.mark.parametrize("name", NAMES)
def test_every_page_of_an_empty_ledger_says_what_to_do(empty: Caller, name: str) -> None:
    answer = empty.get(f"/c/acme/{name}")
    assert answer.status_code == 200
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_attacks_are_only_names(director: Caller, name: str) -> None:
    page = director.get(f"/c/acme/{name}?days=all").text
    assert SCRIPT not in page
    assert "<img src=x" not in page
    assert LONG not in director.get(f"/c/acme/{name}?days=all").request.url.path


def test_the_director_reads_what_to_stop(director: Caller) -> None:
    said = director.text("/c/acme/sources?days=all")
    assert "What should we stop?" in said
    assert "paid search" in said.lower()


@pytest.mark.parametrize(
    "asked",
    [
        "days=someday",
        "days=9999-w52",
        "days=9999",
        "since=9999-12-31",
        "since=2026-06&until=2026-01",
    ],
)
def test_days_that_are_none_are_said_in_a_sentence(director: Caller, asked: str) -> None:
    answer = director.get(f"/c/acme/sources?{asked}")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_an_odd_place_in_a_list_is_said_in_a_sentence(director: Caller) -> None:
    for place in ("9" * 5000 + "~1~x", "1~" + "9" * 5000 + "~x", "x", "1~1~"):
        answer = director.get(f"/c/acme/leads?what=handed&days=all&after={place}")
        assert answer.status_code == 400
