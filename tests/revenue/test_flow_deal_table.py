"""One deal's states in both systems: whatever was seen in between, the end is the same."""

from __future__ import annotations

import random
from itertools import pairwise, product
from typing import Any

import pytest

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import ready, rebuilds_equal, rest

LOST = {"StageName": "Closed Lost", "Loss_Reason__c": "No budget"}
SHAPES = {
    "open": {"StageName": "Prospecting", "Loss_Reason__c": None},
    "won": {"StageName": "Closed Won", "Loss_Reason__c": None},
    "lost": LOST,
}
STATES = (*SHAPES, "deleted")
GAPS = {"one instant": {}, "an hour": {"hours": 1}}
# marketing's record: stage, outcome and reason of the last trip that ended, track, revenue, lists
ENDS: dict[str, tuple[Any, ...]] = {
    "open": ("opportunity", None, None, None, None, 0),
    "won": ("customer", None, None, None, "1000.00", 0),
    "lost": ("lead", "lost", "no_budget_now", "budget", None, 1),
    "deleted": ("lead", "lost", "other", "general", None, 1),
}


def set_state(play: Play, deal: str, now: str, wanted: str) -> None:
    """Sales brings a deal from one state to another, restoring it first where it is deleted."""
    act = play.box.sales.act
    if now == "deleted" and wanted != "deleted":
        act("undelete", object="Opportunity", id=deal)
        # a vendor brings the roles back with their deal; the emulator leaves them in the bin
        act("add_role", opportunity=deal, contact=play.sf("Contact")[0]["Id"])
    if wanted == "deleted":
        if now != "deleted":
            act("delete", object="Opportunity", id=deal)
        return
    act("edit", object="Opportunity", id=deal, fields=SHAPES[wanted])


def converted(play: Play) -> str:
    ready(play, "jo")
    rest(play)
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"])
    deal = str(made["opportunityId"])
    play.box.sales.act("edit", object="Opportunity", id=deal, fields={"Amount": 1000})
    return deal


def end(play: Play) -> tuple[Any, ...]:
    who = play.person(JO)
    names = ("outcome", "reason", "track", "won_amount")
    told = [who.get(f"crmbridge_{name}") or None for name in names]
    return (who["lifecyclestage"], *told, len(who["lists"]))


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize(("first", "then"), list(product(STATES, STATES)))
def test_a_deal_ends_the_same_whether_or_not_the_state_before_was_seen(
    play: Play, first: str, then: str, gap: str
) -> None:
    deal = converted(play)
    rest(play)
    set_state(play, deal, "open", first)
    rest(play)
    play.later(**GAPS[gap])
    set_state(play, deal, first, then)
    rest(play)
    assert end(play) == ENDS[then]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("steps", random.Random(7).sample(list(product(STATES, repeat=3)), 8))
def test_three_changes_between_two_looks_end_as_the_last_of_them(
    play: Play, steps: tuple[str, ...]
) -> None:
    deal = converted(play)
    rest(play)
    play.later(hours=1)
    for before, then in pairwise(("open", *steps)):
        set_state(play, deal, before, then)
    rest(play)
    assert end(play) == ENDS[steps[-1]]


def second_deal(play: Play, name: str) -> str:
    contact = play.sf("Contact")[0]["Id"]
    return str(play.box.sales.act("create_deal", name=name, contact=contact, amount=500)["id"])


def test_somebody_on_overlapping_deals_is_a_customer_from_the_first_win_on(play: Play) -> None:
    """The deals that are still open go on; marketing's own stage does not fall below customer."""
    first = converted(play)
    rest(play)
    others = [second_deal(play, name) for name in ("second", "third")]
    rest(play)
    stages = []
    for deal, state in ((first, "won"), (others[0], "lost"), (others[1], "won")):
        play.later(hours=1)
        set_state(play, deal, "open", state)
        rest(play)
        who = play.person(JO)
        stages.append((who["lifecyclestage"], who["crmbridge_won_amount"], who["lists"]))
    assert stages == [
        ("customer", "1000.00", []),
        ("customer", "1000.00", []),
        ("customer", "1500.00", []),
    ]
    assert rebuilds_equal(play)
