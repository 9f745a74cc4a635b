"""Whom a lead should go to: the rep who had it, who owns its record, who works its account."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.routing import preferred
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from tests.stages.play import Play
from tests.stages.rest import rest


def wanted(play: Play, name: str) -> str:
    with play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        lead = find_lead(play.company, tx, f"{name}@buyer.example")
        look = view(scene, lead)
        return preferred.wanted(scene, look) or preferred.account_owner(scene, look)


def person(play: Play, name: str, account: str | None = "Buyer GmbH", **more: Any) -> None:
    said = {"company": account} if account else {}
    play.contact(f"{name}@buyer.example", lastname=name.title(), **said, **more)


def handed(play: Play, name: str, account: str | None = "Buyer GmbH") -> str:
    """A person who asked for a demo, with sales; returns our id of their rep."""
    play.later(minutes=1)
    person(play, name, account)
    play.form(f"{name}@buyer.example")
    rest(play)
    owner = play.lead(f"{name}@buyer.example")["OwnerId"]
    (rep,) = [one for one in play.sf("User") if one["Id"] == owner]
    return str(rep["Email"]).split(".")[0]


def edit(play: Play, name: str, **fields: Any) -> None:
    play.box.sales.act(
        "edit", object="Lead", id=play.lead(f"{name}@buyer.example")["Id"], fields=fields
    )


def give(play: Play, name: str, rep: str) -> None:
    """A person of sales passes a lead to another rep."""
    (user,) = [one for one in play.sf("User") if str(one["Email"]).startswith(f"{rep}.")]
    edit(play, name, OwnerId=user["Id"])


@pytest.mark.parametrize("account", ["U.S. Bank", "us bank ", "US Bank Inc.", "The US-BANK"])
def test_another_spelling_of_an_account_is_for_the_rep_who_works_it(
    play: Play, account: str
) -> None:
    rep = handed(play, "jo", "US Bank")
    person(play, "al", account)
    rest(play)
    assert wanted(play, "al") == rep


def test_a_name_that_names_nothing_brings_nobody_together(play: Play) -> None:
    handed(play, "jo", "n/a")
    person(play, "al", "N/A")
    rest(play)
    assert wanted(play, "al") == ""


def test_a_new_person_of_an_account_is_for_the_rep_who_works_it(play: Play) -> None:
    rep = handed(play, "jo")
    person(play, "al", "  buyer gmbh ")
    person(play, "em", "Another AG")
    person(play, "ed", None)
    rest(play)
    assert wanted(play, "al") == rep
    assert wanted(play, "em") == ""
    assert wanted(play, "ed") == ""


def test_the_stand_in_for_an_account_that_nobody_knows_is_no_account(play: Play) -> None:
    handed(play, "jo", None)
    edit(play, "jo", Phone="1")
    play.later(minutes=5)
    person(play, "al", "[not given]")
    rest(play)
    assert wanted(play, "al") == ""


def test_of_two_reps_of_an_account_the_one_who_is_further_owns_it(play: Play) -> None:
    handed(play, "jo")
    handed(play, "al")
    give(play, "jo", "ann")
    give(play, "al", "bob")
    edit(play, "al", Status="Working - Contacted")
    play.later(minutes=5)
    person(play, "em")
    rest(play)
    assert wanted(play, "em") == "bob"


@pytest.mark.parametrize(
    ("reason", "expect"), [("Bad timing", "ann"), ("No answer", ""), ("Needs nurture", "")]
)
def test_a_lead_that_came_back_is_for_its_last_rep_where_its_row_says_so(
    play: Play, reason: str, expect: str
) -> None:
    handed(play, "jo")
    give(play, "jo", "ann")
    play.later(minutes=5)
    rest(play)
    ident = play.lead("jo@buyer.example")["Id"]
    play.box.sales.act("reject", id=ident, reason=reason, reason_field="Rejection_Reason__c")
    play.later(minutes=5)
    rest(play)
    assert wanted(play, "jo") == expect


def test_who_is_to_be_avoided_does_not_come_back_as_the_owner_of_the_account(play: Play) -> None:
    for name in ("jo", "al"):
        handed(play, name)
        give(play, name, "ann")
    play.later(minutes=5)
    rest(play)
    ident = play.lead("jo@buyer.example")["Id"]
    play.box.sales.act("reject", id=ident, reason="No answer", reason_field="Rejection_Reason__c")
    play.later(minutes=5)
    person(play, "em")
    rest(play)
    assert wanted(play, "jo") == ""
    assert wanted(play, "em") == "ann"


def test_the_owner_of_a_persons_own_record_comes_before_the_accounts(play: Play) -> None:
    handed(play, "jo")
    give(play, "jo", "ann")
    (user,) = [one for one in play.sf("User") if str(one["Email"]).startswith("bob.")]
    play.box.sales.seed(
        Contact=[{"LastName": "Al", "Email": "al@buyer.example", "OwnerId": user["Id"]}]
    )
    person(play, "al")
    rest(play)
    assert wanted(play, "al") == "bob"
