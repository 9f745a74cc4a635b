"""One address in many records: an opt-out reaches them all in a few calls, each once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import rest, turns


def many(play: Play, obj: str, number: int) -> None:
    """Sales has Jo's address in so many records, and crmbridge knows them."""
    play.contact(JO, lastname="Kern")
    turns(play)
    more = {"Company": "B"} if obj == "Lead" else {}
    rows = [{"LastName": f"K{n}", "Email": JO} | more for n in range(number)]
    play.box.sales.seed(**{obj: rows})
    play.later(hours=1)
    rest(play)


def out(play: Play, obj: str) -> list[Any]:
    return [one for one in play.sf(obj) if one["HasOptedOutOfEmail"] is True]


def calls(play: Play, before: Counter[str]) -> int:
    """Calls that changed records of sales since."""
    made = play.written() - before
    return sum(n for route, n in made.items() if "/composite/sobjects" in route)


@pytest.mark.parametrize("obj", ["Lead", "Contact"])
@pytest.mark.parametrize(("number", "most"), [(3, 2), (60, 2), (450, 4)])
def test_an_opt_out_reaches_many_records_in_a_few_calls(
    play: Play, obj: str, number: int, most: int
) -> None:
    many(play, obj, number)
    before = play.written()
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    assert not turns(play).errors
    assert len(out(play, obj)) == number
    assert calls(play, before) <= most
    play.later(minutes=20)
    before = play.written()
    assert not turns(play, 2).errors
    assert calls(play, before) == 0
