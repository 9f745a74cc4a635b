"""Parts of a page: whoever goes from one to the next still sees what was chosen."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from crmbridge.web.board.pages import PAGES
from tests.web.site import Caller

_TABS = re.compile(r'<nav class="tabs".*?</nav>', re.DOTALL)
CHOSEN = {"days": "all", "team": "dach", "source": "paid search"}
"""What may be chosen on a page, where it knows the word."""


@pytest.mark.parametrize("name", [one.name for one in PAGES])
def test_each_part_of_a_page_keeps_what_was_chosen(director: Caller, name: str) -> None:
    page = next(one for one in PAGES if one.name == name)
    kept = {word: value for word, value in CHOSEN.items() if word in ("days", "team", *page.words)}
    query = "&".join(f"{word}={value}" for word, value in kept.items())
    answer = director.get(f"/c/acme/{name}?{query}")
    assert answer.status_code == 200
    tabs = _TABS.search(answer.text)
    for href in re.findall(r'href="([^"]+)"', tabs[0]) if tabs else ():
        words = dict(parse_qsl(urlsplit(html.unescape(href)).query))
        assert words | kept == words, href
