"""The loop's page: what goes in comes out, the first lines answer, and sources are told apart."""

from __future__ import annotations

import json
import re
from collections import Counter

from tests.web.site import Caller
from tests.web.test_leads_behind import cells, listed

_FIGURE = re.compile(r'<script type="application/json" id="flows-figure">(.*?)</script>', re.DOTALL)


def moves(director: Caller, query: str = "") -> dict[tuple[str, str], int]:
    """The moves of the chart, by the names of places without their counts."""
    found = _FIGURE.search(director.get(f"/c/acme/loop?days=all{query}").text)
    assert found
    (trace,) = json.loads(found[1])["data"]
    names = [one.rsplit(" ", 1)[0] for one in trace["node"]["label"]]
    link = trace["link"]
    ways = zip(link["source"], link["target"], link["value"], strict=True)
    return {(names[start], names[end]): many for start, end, many in ways}


def test_what_comes_to_a_place_goes_on_or_ends_there(director: Caller) -> None:
    found = moves(director)
    came, went = Counter[str](), Counter[str]()
    for (start, end), many in found.items():
        went[start] += many
        came[end] += many
    inside = set(came) & set(went)
    assert inside == {"ready", "handed", "accepted", "opportunity"}
    assert {name: came[name] for name in inside} == {name: went[name] for name in inside}
    starts = sum(went[name] for name in set(went) - set(came))
    ends = sum(came[name] for name in set(came) - set(went))
    assert starts == ends == 63


def test_the_chart_says_what_the_table_says(director: Caller) -> None:
    found = moves(director)
    table = {
        href: n for href, n in cells(director, "/c/acme/loop?days=all") if "what=moved" in href
    }
    assert sorted(table.values()) == sorted(found.values())
    assert found["handed", "accepted"] == 24
    assert found["handed", "ruled out: no fit"] == 36
    assert found["opportunity", "won"] == 7


def test_the_first_lines_answer(director: Caller) -> None:
    said = director.text("/c/acme/loop?days=all")
    assert "Of 63 leads handed to sales, sales accepted 24 (38.1 % [27.1, 50.4])." in said
    assert "36 of these leads came back, most because of: no fit (36)." in said
    assert "7 of them are won, and 20 are still under way." in said
    assert "Half were answered within 24 h." in said
    speed = director.text("/c/acme/loop?days=all&of=speed")
    assert "From handed to accepted: half moved on or came back within 1 day." in speed
    back = director.text("/c/acme/loop?days=all&of=back")
    assert "36 leads came back; most often because of: no fit (36)." in back


def test_a_source_is_told_apart(director: Caller) -> None:
    assert moves(director, "&source=paid+search")["handed", "accepted"] == 6
    found = cells(director, "/c/acme/loop?days=all&source=paid+search")
    assert len(found) >= 6
    for href, number in found:
        assert "source=paid+search" in href
        assert len(listed(director, href)) == number


def test_no_key_and_no_hash_is_shown(director: Caller) -> None:
    for of in ("", "speed", "back"):
        said = director.text(f"/c/acme/loop?days=all&of={of}")
        assert not re.search(r"\b[a-z]+_[a-z]+\b", said), of
        assert not re.search(r"\b[0-9a-f]{12}\b", said), of


def test_days_without_leads_say_so(director: Caller, empty: Caller) -> None:
    assert "No lead became ready for sales in these days." in director.text("/c/acme/loop")
    assert "Nothing moved in these days." in empty.text("/c/acme/loop?of=speed")
    assert "Nothing came back from sales in these days." in empty.text("/c/acme/loop?of=back")
