"""The page of content: what wins had read, what nobody touches, and what is in no catalogue."""

from __future__ import annotations

from tests.web.site import Caller


def test_the_first_lines_answer(director: Caller) -> None:
    said = director.text("/c/acme/content?days=all")
    assert "Read most by leads that are won:" in said
    assert "in no catalogue" in said
    assert said.index("Read most by leads") < said.index("Reach, and the leads")


def test_days_without_touches_say_so(director: Caller, empty: Caller) -> None:
    for one in (director, empty):
        assert "Nobody touched any content in these days." in one.text("/c/acme/content")
