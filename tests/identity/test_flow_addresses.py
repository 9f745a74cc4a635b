"""One person under several addresses: found by each, halves joined, corrections left standing."""

from __future__ import annotations

import pytest

from crmbridge.flows.held.answers import retry
from crmbridge.store import leads
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import (
    edit,
    holds,
    kinds,
    ready,
    rebuilds_equal,
    rest,
    retouch,
    told,
    turns,
)

HOME = "jo.private@home.example"
TYPO = "al@buyr.example"


def _sales(play: Play, email: str, **fields: object) -> str:
    row = {"LastName": "Kern", "Company": "Buyer", "Email": email, **fields}
    play.box.sales.seed(Lead=[row])
    return next(str(one["Id"]) for one in play.sf() if one["Email"] == email)


def _edit(play: Play, ident: str, **fields: object) -> None:
    play.box.sales.act("edit", object="Lead", id=ident, fields=fields)


def _record(play: Play, ident: str, obj: str = "Lead") -> dict[str, object]:
    return next(one for one in play.sf(obj) if one["Id"] == ident)


def _passes(play: Play, times: int = 3) -> None:
    for _ in range(times):
        play.later(minutes=5)
        rest(play)


def _many(play: Play) -> int:
    """Leads that are somebody, without those that live on as another."""
    with play.company.ledger.read() as tx:
        rows = leads.get_many(tx, leads.ids(tx))
    return sum(row.stage != "merged" for row in rows.values())


def test_a_form_sent_with_a_second_address_is_the_persons(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer", hs_additional_emails=HOME)
    rest(play)
    play.form(HOME)
    _passes(play)
    assert [row["Email"] for row in play.sf()] == [JO]
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_a_form_that_waited_for_an_address_is_the_persons_once_the_address_is_told(
    play: Play,
) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.contact(HOME, lastname="Kern", company="Buyer")
    rest(play)
    ids = [play.person(one)["id"] for one in (JO, HOME)]
    play.box.marketing.act("merge", primary=ids[0], other=ids[1])
    play.form(HOME)
    _passes(play)
    assert [row["Email"] for row in play.sf()] == [JO]
    assert rebuilds_equal(play)


def test_sales_record_with_a_second_address_is_the_persons_and_hears_the_opt_out(
    play: Play,
) -> None:
    play.contact(JO, lastname="Kern", company="Buyer", hs_additional_emails=f"{HOME};{AL}")
    rest(play)
    ident = _sales(play, HOME)
    _passes(play)
    assert _many(play) == 1
    play.box.marketing.act("opt_out", email=JO)
    _passes(play)
    assert _record(play, ident)["HasOptedOutOfEmail"] is True


def test_an_address_with_an_invisible_character_is_no_second_person(play: Play) -> None:
    play.contact(f"{JO}\u200b", lastname="Kern", company="Buyer")
    play.form(f"{JO}\u200b")
    play.box.sales.seed(Lead=[{"LastName": "Kern", "Company": "Buyer", "Email": JO}])
    _passes(play)
    assert [row["Email"] for row in play.sf()] == [JO]
    assert _many(play) == 1
    assert not kinds(play)


def test_a_correction_by_sales_joins_the_halves_and_stands(play: Play) -> None:
    play.contact(AL, lastname="Kern", company="Buyer")
    ident = _sales(play, TYPO)
    _passes(play, 2)
    assert _many(play) == 2
    _edit(play, ident, Email=AL)
    _passes(play)
    assert _record(play, ident)["Email"] == AL
    assert _many(play) == 1
    play.box.marketing.act("opt_out", email=AL)
    _passes(play)
    assert _record(play, ident)["HasOptedOutOfEmail"] is True
    assert _record(play, ident)["Email"] == AL
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_a_correction_by_marketing_joins_the_halves_and_stands(play: Play) -> None:
    play.contact(TYPO, lastname="Kern", company="Buyer")
    ident = _sales(play, AL, HasOptedOutOfEmail=True)
    _passes(play, 2)
    retouch(play, TYPO, email=AL)
    _passes(play)
    assert _many(play) == 1
    assert play.person(AL)["hs_email_optout"] == "true"
    assert _record(play, ident)["Email"] == AL
    assert not kinds(play)
    assert play.company.ledger is not None
    assert rebuilds_equal(play)


def test_a_further_address_joins_the_halves(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    ident = _sales(play, HOME)
    _passes(play, 2)
    assert _many(play) == 2
    retouch(play, JO, hs_additional_emails=HOME)
    _passes(play)
    assert _many(play) == 1
    assert (_record(play, ident)["Email"], play.person(JO)["email"]) == (HOME, JO)
    assert len(told(play, "addressed")) == 0  # the address was the other half's already
    assert rebuilds_equal(play)


def test_an_address_of_two_people_with_records_in_both_systems_is_held(play: Play) -> None:
    ready(play, "jo", "al")
    rest(play)
    retouch(play, JO, hs_additional_emails=HOME)
    _passes(play, 1)
    edit(play, AL, Email=HOME)
    _passes(play)
    assert kinds(play) == {"address_taken": 1}
    assert sorted(str(one["Email"]) for one in play.sf()) == sorted([HOME, JO])
    play.box.marketing.act("opt_out", email=JO)
    _passes(play)
    assert {one["HasOptedOutOfEmail"] for one in play.sf()} == {True}


def test_an_address_that_was_corrected_joins_nobody_but_finds_its_person(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    retouch(play, JO, email=HOME)
    _passes(play, 1)
    play.form(JO, "https://acme.example/pricing")
    _passes(play)
    assert _many(play) == 1 or kinds(play)


def test_a_blank_address_at_sales_leaves_the_address_of_marketing(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    edit(play, JO, Email=None)
    _passes(play)
    assert play.person(JO)["email"] == JO
    with play.company.ledger.read() as tx:
        (row,) = leads.get_many(tx, leads.ids(tx)).values()
    assert row.state is not None
    assert JO in str(row.state["facts"])


@pytest.mark.parametrize("days", [0, 2])
def test_a_record_made_anew_takes_the_place_of_the_deleted_one_in_that_pass(
    play: Play, days: int
) -> None:
    ready(play, "jo")
    rest(play)
    play.box.marketing.act("archive", object="contacts", id=play.person(JO)["id"])
    play.later(minutes=30)
    play.contact(JO, lastname="Kern", company="Buyer")
    play.later(minutes=10)
    rest(play)
    play.later(days=days, hours=30)
    turns(play)  # the pass that learns of the deletion
    assert not kinds(play)
    rest(play)
    new = next(one for one in play.box.marketing.state("contacts") if not one.get("archived"))[
        "properties"
    ]
    assert new["crmbridge_id"] == play.lead(JO)["CrmBridge_Id__c"]
    assert new["lifecyclestage"] == "marketingqualifiedlead"
    assert rebuilds_equal(play)


def test_a_lead_and_a_contact_of_sales_with_one_address_are_held(play: Play) -> None:
    play.box.sales.seed(Contact=[{"LastName": "Kern", "Email": JO}])
    _passes(play, 1)
    _sales(play, JO)
    _passes(play)
    assert kinds(play) == {"two_records": 1}
    (one,) = holds(play)
    assert JO not in one.advice
    _edit(play, str(play.lead(JO)["Id"]), HasOptedOutOfEmail=True)
    _passes(play)
    assert _record(play, str(play.sf("Contact")[0]["Id"]), "Contact")["HasOptedOutOfEmail"] is True


def test_retrying_held_work_of_two_records_keeps_the_question_while_it_stands(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    _sales(play, JO)
    _passes(play, 1)
    (row,) = holds(play)
    retry(play.company, row.id)
    assert [one.id for one in holds(play)] == [row.id]
    _passes(play)
    assert kinds(play) == {"two_records": 1}
