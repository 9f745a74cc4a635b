"""The lists behind figures: as many leads as the figure says, page by page, each with a link."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from crmbridge.report.behind.spots import Spot
from crmbridge.web.board.pages.leads_behind import cut, place_of
from tests.web.browser import PHONE, WIDE, window
from tests.web.site import Caller, words
from tests.web.year import LONG, SCRIPT

_CELL = re.compile(r'<td class="number"[^>]*><a href="([^"]+)">([\d,]+)</a>')
_NEXT = re.compile(r'href="([^"]+)" rel="next"')
_BEFORE = re.compile(r'href="([^"]+)" rel="prev"')


def cells(director: Caller, page: str) -> list[tuple[str, int]]:
    """The figures of a page that lead somewhere, with the addresses."""
    found = _CELL.findall(director.get(page).text)
    return [(html.unescape(href), int(n.replace(",", ""))) for href, n in found]


def lines(page: str) -> list[str]:
    """The lines of a list, as people read them."""
    _, _, body = page.partition("<tbody>")
    rows = body.partition("</tbody>")[0].split("<tr>")[1:]
    return [words(row) for row in rows]


def listed(director: Caller, path: str) -> list[str]:
    """All lines of a list, over all of its pages."""
    found: list[str] = []
    while path:
        answer = director.get(path)
        assert answer.status_code == 200, words(answer.text)
        found += lines(answer.text)
        more = _NEXT.search(answer.text)
        path = html.unescape(more[1]) if more else ""
    return found


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("sources", 8),
        ("sources?of=campaigns", 8),
        ("contribution", 8),
        ("handoff", 4),
        ("handoff?of=reps", 6),
        ("content", 4),
        ("loop", 8),
        ("loop?of=speed", 8),
        ("loop?of=back", 2),
        ("sources?team=dach", 2),
        ("sources?source=paid+search", 3),
        ("sources?of=campaigns&source=paid+search", 2),
        ("content?source=paid+search", 2),
        ("content?team=dach", 2),
        ("loop?team=dach", 4),
        ("loop?of=speed&source=paid+search", 3),
        ("loop?of=back&source=paid+search", 2),
    ],
)
def test_each_figure_leads_to_as_many_as_it_says(director: Caller, page: str, least: int) -> None:
    found = cells(director, f"/c/acme/{page}{'&' if '?' in page else '?'}days=all")
    assert len(found) >= least
    for href, number in found:
        assert len(listed(director, href)) == number, href


def test_the_leads_of_a_source_say_why_they_are_there(director: Caller) -> None:
    rejected = listed(director, "/c/acme/leads?what=rejected&source=paid+search&days=all")
    assert len(rejected) == 24
    assert all("Sales rejected it: no fit" in line for line in rejected)
    accepted = director.get("/c/acme/leads?what=accepted&source=paid+search&days=all").text
    assert len(lines(accepted)) == 6
    assert "Source: paid search." in words(accepted)
    assert len(re.findall(r'<a href="/c/acme/leads/[0-9a-f]{32}\?days=all"', accepted)) == 6


def test_a_list_is_turned_on_and_back_again(director: Caller) -> None:
    first = director.get("/c/acme/leads?what=handed&days=all").text
    assert "63 leads, of which 1 to 50 are shown here." in words(first)
    second = director.get(html.unescape(_NEXT.search(first)[1])).text  # type: ignore[index]
    assert len(lines(second)) == 13
    again = director.get(html.unescape(_BEFORE.search(second)[1])).text  # type: ignore[index]
    assert lines(again) == lines(first)
    assert not _BEFORE.search(again)


def test_a_page_ends_where_the_next_one_begins() -> None:
    found = [Spot(n // 3, f"{n % 3}", n % 2, "") for n in range(11)]
    found.sort()
    seen: list[Spot] = []
    page = cut(found, "", "", 4)
    seen += page.spots
    while not page.is_last:
        page = cut(found, place_of(page.spots[-1]), "", 4)
        seen += page.spots
    assert seen == found
    back = cut(found, "", place_of(page.spots[0]), 4)
    assert list(back.spots) == found[4:8]


def test_a_stage_is_listed_as_it_is_now(director: Caller) -> None:
    stage = "/c/acme/leads?what=stage&stage=customer"
    assert len(listed(director, stage)) == 7
    assert "Leads in stage" in director.text(stage)
    assert director.text("/c/acme/leads?what=customer") == director.text(stage)


def test_a_stage_of_many_is_turned_like_any_other_list(director: Caller) -> None:
    counts = re.findall(
        r'<b><a href="([^"]+)">([\d,]+)</a></b>', director.get("/c/acme/leads").text
    )
    assert counts
    for href, number in counts:
        assert len(listed(director, html.unescape(href))) == int(number)


def test_a_deal_of_nobody_says_what_to_do(director: Caller) -> None:
    found = cells(director, "/c/acme/contribution?days=all")
    told = {line for href, _ in found for line in listed(director, href)}
    lonely = {line.split(" ", 1)[0] for line in told if "or enter the account" in line}
    assert lonely == {"N1"}
    with_people = {line.split(" ", 1)[0] for line in told if "Person" in line}
    assert with_people == {"B0", *(f"G{n}" for n in range(6))}


def test_names_that_are_attacks_are_cut_and_escaped(director: Caller) -> None:
    for name in (SCRIPT, LONG):
        query = urlencode({"what": "handed", "days": "all", "source": name})
        page = director.get(f"/c/acme/leads?{query}").text
        assert SCRIPT not in page
        assert len(lines(page)) == 1
        (line,) = lines(page)
        assert line.startswith(name[:80])
        assert LONG not in line


def test_a_list_of_attacks_is_good_in_a_browser(browser: Browser, site: str) -> None:
    paths = [
        f"/c/acme/leads?{urlencode({'what': 'handed', 'days': 'all', 'source': name})}"
        for name in (SCRIPT, LONG)
    ]
    paths += ["/c/acme/leads?what=stage&stage=customer", "/c/acme/leads?what=open-deals"]
    for dark, size in ((True, WIDE), (False, PHONE)):
        with window(browser, site, dark=dark, size=size) as seen:
            for path in paths:
                seen.go(path)
                assert not seen.is_too_wide(), path
                assert seen.faults() == [], path
                assert "owned" not in seen.page.title()
            assert seen.said == []


def test_what_is_not_there_is_said_in_a_sentence(director: Caller) -> None:
    for path, said in (
        ("what=hande", "did you mean 'handed'?"),
        ("what=stage&stage=acepted", "did you mean 'accepted'?"),
        ("what=handed&after=nonsense", "address is not whole"),
        ("what=stage&stage=engaged&after=nonsense", "address is not whole"),
        ("what=deals&definition=none&measure=revenue", "No definition"),
        ("what=cohort&step=handed&end=never", "No stay ends by"),
    ):
        answer = director.get(f"/c/acme/leads?days=all&{path}")
        assert answer.status_code == 400, path
        assert said in words(answer.text), path
    empty = director.text("/c/acme/leads?what=handed&source=nobody&days=all")
    assert "Nobody is in this list. Choose other days above." in empty


def test_nothing_is_counted_for_a_ledger_of_nothing(empty: Caller) -> None:
    assert "No lead is known yet" in empty.text("/c/acme/leads")
    for what in ("handed", "waiting", "late", "clocks", "moved", "deals-won", "ready"):
        assert "Nobody is in this list" in empty.text(f"/c/acme/leads?what={what}")


def test_no_name_stands_in_an_address(director: Caller) -> None:
    for page in ("sources", "handoff?of=reps", "contribution", "loop", "leads?what=handed"):
        joined = "&" if "?" in page else "?"
        text = director.get(f"/c/acme/{page}{joined}days=all").text
        addresses = " ".join(re.findall(r'href="([^"]+)"', text))
        assert "Person" not in addresses
        assert "buyer" not in addresses


def test_a_list_and_a_history_say_names_and_no_ids(director: Caller) -> None:
    page = director.get("/c/acme/leads?what=had&whose=dach&rep=ann&days=all").text
    assert "Team: Germany, Austria, Switzerland. Rep: Ann Becker." in words(page)
    lead = re.search(r'<a href="(/c/acme/leads/[0-9a-f]{32})', page)
    assert lead
    history = director.text(lead[1])
    assert "Ann Becker" in history
    assert not re.search(r"\b(to|by|team) (ann|dach)\b", history)
