"""The words a mapping may use for a lead's fields: facts that come in, results that go out."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from crmbridge.model.lead import FIELDS

RESULTS: Mapping[str, str] = {
    "stage": "text",
    "cycle": "number",
    "reason": "text",
    "track": "text",
    "contact": "text",
    "waiting": "text",
    "engagement": "number",
    "score_fit": "number",
    "grade": "text",
    "rating": "text",
    "definition": "text",
    "outcome": "text",
    "loops": "number",
    "trips": "text",
    "cool_off_until": "datetime",
    "ready_at": "datetime",
    "handed_at": "datetime",
    "accepted_at": "datetime",
    "returned_at": "datetime",
    "won_amount": "number",
    "won_currency": "text",
    "won_at": "datetime",
    "won_deals": "number",
    "first_touch": "text",
    "last_touch": "text",
    "owner_email": "text",
    "brief": "text",
}
"""What crmbridge knows of a lead and can write out; never read in."""


def is_fact(word: str) -> bool:
    """Whether the word is a fact that a system may tell us."""
    return word in FIELDS or word.startswith("x_")


def check_word(word: str, way: str) -> None:
    """Raise `ValueError`, with the nearest word, when a mapping may not use this one this way."""
    if is_fact(word):
        return
    if word in RESULTS:
        if way != "out":
            raise ValueError(f'{word!r} is decided by crmbridge and only goes out: way = "out"')
        return
    near = get_close_matches(word, [*FIELDS, *RESULTS], n=1)
    hint = f"did you mean {near[0]!r}?" if near else "name a field of your own x_<name>"
    raise ValueError(f"unknown lead field {word!r}; {hint}")
