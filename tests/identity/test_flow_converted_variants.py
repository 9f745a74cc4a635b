"""A conversion into a contact that exists already: joined or held, and never written over."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.store import leads
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import kinds, look, ready, rebuilds_equal, rest

OTHER = "old.contact@buyer.example"
OWN = ("Email", "FirstName", "LastName")


def _passes(play: Play, times: int = 3) -> None:
    for _ in range(times):
        play.later(minutes=5)
        rest(play)


def _contact(play: Play, **fields: object) -> dict[str, Any]:
    """A contact with an account that sales has had for long."""
    play.box.sales.seed(Account=[{"Name": "Buyer"}])
    (account,) = play.sf("Account")
    row = {"LastName": "Kern", "FirstName": "Jo", "AccountId": account["Id"], **fields}
    play.box.sales.seed(Contact=[row])
    return play.sf("Contact")[-1]


def _convert(play: Play, email: str, contact: dict[str, Any], *, deal: bool) -> None:
    play.box.sales.act(
        "convert",
        id=play.lead(email)["Id"],
        account=contact["AccountId"],
        contact=contact["Id"],
        opportunity={"Amount": 10} if deal else False,
    )


def _now(play: Play, contact: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in play.sf("Contact") if one["Id"] == contact["Id"])


def _leads(play: Play) -> int:
    with play.company.ledger.read() as tx:
        found = leads.get_many(tx, leads.ids(tx)).values()
    return sum(row.stage != "merged" for row in found)


@pytest.mark.parametrize("deal", [False, True])
@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("address", [None, OTHER, JO])
def test_into_a_contact_of_nobody(
    play: Play, address: str | None, *, seen: bool, deal: bool
) -> None:
    ready(play, "jo")
    rest(play)
    contact = _contact(play, Email=address)
    if seen and address != JO:
        _passes(play, 1)
    _convert(play, JO, contact, deal=deal)
    _passes(play)
    after = _now(play, contact)
    assert after["Email"] == (address or JO)
    assert (after["FirstName"], after["LastName"]) == ("Jo", "Kern")
    assert after["CrmBridge_Id__c"] == play.person(JO)["crmbridge_id"]
    assert play.person(JO)["email"] == JO
    assert not kinds(play)
    assert rebuilds_equal(play)


@pytest.mark.parametrize("seen", [False, True])
def test_into_a_contact_whose_person_marketing_knows(play: Play, *, seen: bool) -> None:
    ready(play, "jo")
    rest(play)
    play.contact(OTHER, firstname="Jo", lastname="Kern", company="Buyer")
    _passes(play, 1)
    contact = _contact(play, Email=OTHER)
    if seen:
        _passes(play, 1)
    _convert(play, JO, contact, deal=False)
    _passes(play)
    after = _now(play, contact)
    assert after["Email"] == OTHER
    assert _leads(play) == 1
    assert kinds(play) == {"two_records": 1}  # marketing has the person twice
    play.box.marketing.act("opt_out", email=JO)
    _passes(play)
    assert _now(play, contact)["HasOptedOutOfEmail"] is True
    assert [play.person(one)["hs_email_optout"] for one in (JO, OTHER)] == ["true", "true"]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("seen", [False, True])
def test_into_a_contact_that_is_opted_out(play: Play, *, seen: bool) -> None:
    ready(play, "jo")
    rest(play)
    contact = _contact(play, Email=OTHER, HasOptedOutOfEmail=True)
    if seen:
        _passes(play, 1)
    _convert(play, JO, contact, deal=False)
    _passes(play)
    assert play.person(JO)["hs_email_optout"] == "true"
    assert _now(play, contact)["Email"] == OTHER


@pytest.mark.parametrize("seen", [False, True])
def test_into_a_contact_with_our_key_of_somebody_else(play: Play, *, seen: bool) -> None:
    ready(play, "jo", "al")
    rest(play)
    key = play.person(AL)["crmbridge_id"]
    play.box.sales.act(
        "edit", object="Lead", id=play.lead(AL)["Id"], fields={"Status": "Working - Contacted"}
    )
    _convert_away(play, AL)
    if seen:
        _passes(play, 1)
    (contact,) = play.sf("Contact")
    assert contact["Email"] == AL
    play.box.sales.act("edit", object="Contact", id=contact["Id"], fields={"CrmBridge_Id__c": key})
    _convert(play, JO, contact, deal=False)
    _passes(play)
    after = _now(play, contact)
    assert after["Email"] == AL
    assert after["CrmBridge_Id__c"] == key
    assert _leads(play) == 1
    assert rebuilds_equal(play)


def _convert_away(play: Play, email: str) -> None:
    play.box.sales.act("convert", id=play.lead(email)["Id"], opportunity=False)


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_two_leads_into_one_contact_in_any_order_of_looks(play: Play, looks: int) -> None:
    ready(play, "jo", "al")
    rest(play)
    contact = _contact(play, Email=OTHER)
    if looks == 2:
        _passes(play, 1)
    _convert(play, JO, contact, deal=False)
    if looks:
        look(play)
    _convert(play, AL, contact, deal=True)
    _passes(play)
    assert _now(play, contact)["Email"] == OTHER
    assert _leads(play) == 1
    assert kinds(play) == {"two_records": 1}
    keys = {play.person(one)["crmbridge_id"] for one in (JO, AL)}
    assert _now(play, contact)["CrmBridge_Id__c"] in keys
    play.box.marketing.act("opt_out", email=AL)
    _passes(play)
    assert _now(play, contact)["HasOptedOutOfEmail"] is True
    assert play.person(JO)["hs_email_optout"] == "true"
    assert rebuilds_equal(play)
