"""Pages speak as people in marketing and sales do; statistics' own words stand in a note, once."""

from __future__ import annotations

import re

import pytest

from tests.web.site import Caller, words

TERMS = (
    *("Kaplan", "Aalen", "at risk", "incidence", "censored", "median", "cohort", "quantile"),
    *("W-shaped", "U-shaped", "Markov", "Shapley", "Wilson", "Newcombe", "breached"),
    "95 % interval",
)
PAGES = (
    *("today", "loop", "loop?of=speed", "loop?of=back", "sources", "sources?of=campaigns"),
    *("contribution", "handoff", "handoff?of=reps", "handoff?of=fairness", "content", "meeting"),
)
_NOTE = re.compile(r'<p class="note".*?</p>', re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_a_term_of_the_field_stands_in_a_note_if_anywhere_and_once(
    director: Caller, page: str
) -> None:
    day = "&days=all" if "?" in page else "?days=all"
    text = director.get(f"/c/acme/{page}{day}").text
    notes = words(" ".join(dict.fromkeys(_NOTE.findall(text))))
    rest = words(_NOTE.sub(" ", text))
    for term in TERMS:
        found = re.compile(rf"(?<![-\w]){re.escape(term)}", re.IGNORECASE)
        assert not found.findall(rest), term
        assert len(found.findall(notes)) <= 1, (term, notes)


def test_what_a_note_says_of_terms_is_said_in_words_first(director: Caller) -> None:
    speed = director.text("/c/acme/loop?of=speed&days=all")
    assert "Still there after 7 d" in speed
    assert "Half within" in speed
    assert "A cycle is one way of a lead through the loop." in speed
    content = director.text("/c/acme/content?days=all")
    assert "Revenue credited to it" in content
    assert "W-shaped means: 30 % each to the first touch" in content
