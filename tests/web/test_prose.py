"""Sentences that commands are named in, as pages tell them to people who type nothing."""

from __future__ import annotations

import pytest

from crmbridge.flows.deliver.messages import UNSURE
from crmbridge.flows.recycle.repair import ADVICE
from crmbridge.store import held
from crmbridge.web.board.prose import prose
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.site import Caller, words
from tests.web.test_attention import PAGE, hold

ROOM = "It is late; `crmbridge capacity show` tells who has room."
FULL = "It waits. `crmbridge capacity show --team dach` tells who is full."


def told(text: str, *, operates: bool = True, here: bool = False) -> str:
    return "".join(one.text for one in prose(text, operates=operates, here=here))


@pytest.mark.parametrize("operates", [True, False])
def test_what_the_page_today_shows_is_not_looked_up_by_a_command(operates: bool) -> None:
    assert told(ROOM, operates=operates) == "It is late; the page Today tells who has room."
    assert told(FULL, operates=operates) == "It waits. The page Today tells who is full."
    last = "Look at the reps named here and at `crmbridge capacity show`."
    assert told(last, operates=operates).endswith("named here and at the page Today.")


def test_what_a_button_does_is_said_by_the_button() -> None:
    fix = ADVICE["repair"]
    assert told(fix, here=True).endswith("The button “Resolve” below sends it on as it is.")
    assert told(fix).endswith("The button “Resolve” on its own page sends it on as it is.")
    assert told(fix, operates=False).endswith(
        "The button “Resolve” of whoever operates sends it on as it is."
    )
    assert told(UNSURE, here=True).endswith(
        "the button “Try again” below sends it again, the button “Resolve” below leaves it."
    )
    choices = "`crmbridge held show` lists the choices."
    assert told(choices, here=True) == "This page lists the choices."
    assert told(choices) == "Its own page lists the choices."


def test_what_no_page_does_stays_a_command_for_who_operates() -> None:
    join = "Then `crmbridge identity join a b`; `held_word` is none."
    assert [one.text for one in prose(join, operates=True) if one.code] == [
        "crmbridge identity join a b",
        "held_word",
    ]
    assert "a command of whoever runs crmbridge" in told(join, operates=False)


def test_no_page_tells_anybody_to_type_what_it_does_itself(year: Line, director: Caller) -> None:
    for kind, advice in (
        ("fix_data", ADVICE["repair"]),
        ("message_unsure", UNSURE),
        ("late", ROOM),
    ):
        (ident,) = hold(year, kind, advice=advice)
        with year.ledger() as ledger, ledger.read() as tx:
            (row,) = held.find(tx, kind=kind)
        for path in (PAGE, f"{PAGE}/{ident}", f"/c/acme/leads/{row.lead}"):
            page = director.get(path)
            assert page.status_code == 200
            said = words(page.text)
            for typed in ("capacity show", "held resolve", "held retry"):
                assert typed not in said, path
        assert row.first_at == NOW
        piece = words(director.get(f"{PAGE}/{ident}").text)
        assert "Resolve" in piece
