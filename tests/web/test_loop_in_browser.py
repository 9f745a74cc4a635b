"""The loop's chart in a real browser: whatever is chosen, all of it can be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.revenue.small_world import eur
from tests.stages.line import Line
from tests.web.browser import PHONE, WIDE, Window, window
from tests.web.site import happening, served

OUTSIDE = """
() => {
  const frame = document.querySelector(".flows .main-svg").getBoundingClientRect()
  const parts = document.querySelectorAll(".flows .node-rect, .flows .node-label")
  const over = one => Math.max(
    frame.top - one.top, one.bottom - frame.bottom, frame.left - one.left, one.right - frame.right)
  return [...parts].map(one => [one.textContent || "a bar", over(one.getBoundingClientRect())])
    .filter(([_, much]) => much > -4)
}
"""
"""What of the chart lies outside its frame, or touches it, and by how many pixels."""


def outside(seen: Window, query: str) -> list[object]:
    seen.go(f"/c/acme/loop?days=all{query}")
    found: list[object] = seen.page.evaluate(OUTSIDE)
    return found


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_nothing_of_the_flows_is_cut_off(
    browser: Browser, bare: Line, size: tuple[int, int]
) -> None:
    """Nearly all go one way, so that every column is as tall as the chart."""
    with happening(bare) as world:
        for n in range(16):
            world.person(f"p{n}", "01-10", source="PAID_SEARCH")
            world.handed(f"p{n}", "02-01")
            world.accepted(f"p{n}", "02-02")
            if n < 15:
                ends = {"won": "05-03"} if n < 11 else {"lost": "05-03"}
                world.deal(f"D{n}", eur(90), f"p{n}", made="02-03", **ends)
    with served(bare) as url, window(browser, url, size=size) as seen:
        assert outside(seen, "") == []
        assert outside(seen, "&source=paid+search") == []
