"""A real browser for the pages: what it complains of, what it loads, and what a page is like."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
SERIOUS = ("serious", "critical")
WIDE, PHONE = (1280, 900), (390, 844)

# A page is loaded before it is painted, and a busy machine paints late: whoever asks waits.
PAINTED = """
() => new Promise((done, failed) => {
  setTimeout(() => failed(new Error("nothing was painted in 20 seconds")), 20000)
  new PerformanceObserver((seen) => {
    const first = seen.getEntriesByName("first-contentful-paint")[0]
    if (first) done(first.startTime)
  }).observe({type: "paint", buffered: true})
})
"""


def chromium() -> str:
    """The browser's file; where there is none, the test fails in CI and is left out elsewhere."""
    found = os.environ.get("CRMBRIDGE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if found:
        return found
    what = "no Chromium here: no page is looked at; install it, or name it in CRMBRIDGE_CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(what)
    warnings.warn(pytest.PytestWarning(what), stacklevel=1)
    pytest.skip(what)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser without a window."""
    path = chromium()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """A window, and all that went wrong in it: `said` are errors, `foreign` addresses elsewhere."""

    page: Page
    url: str
    said: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    weight: dict[str, int] = field(default_factory=dict)

    def go(self, path: str) -> None:
        """Open a page, and wait until its figures and charts are there."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("body:not(:has([data-counting]))", timeout=60_000)
        # by a selector: what is asked of the page in a text again and again, its policy forbids
        self.page.wait_for_selector("body:not(:has(.chart:not([data-drawn])))", timeout=20_000)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.foreign.append(request.url)

    def faults(self) -> list[str]:
        """What axe-core finds of this page that is serious, a line each; see also `wide`."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['help']}: {node['html'][:200]}"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]

    def is_too_wide(self) -> bool:
        """Whether the page itself must be moved sideways."""
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
            )
        )

    def first_paint(self) -> float:
        """Milliseconds from the request until the browser showed something, once it has."""
        return float(self.page.evaluate(PAINTED))


@contextmanager
def window(
    browser: Browser, url: str, *, dark: bool = False, size: tuple[int, int] = WIDE
) -> Iterator[Window]:
    """A window of its own: light or dark, wide or a phone."""
    context = browser.new_context(
        color_scheme="dark" if dark else "light",
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
    )
    page = context.new_page()
    made = Window(page, url)
    page.on("console", made.heard)
    page.on("pageerror", lambda error: made.said.append(str(error)))
    page.on("request", made.asked)
    try:
        yield made
    finally:
        context.close()
