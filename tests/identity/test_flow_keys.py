"""Our key in a vendor's field is believed only where it fits what else is known."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.store import leads
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import kinds, ready, rebuilds_equal, rest

UWE = "uwe@other.example"


def _passes(play: Play, times: int = 3) -> None:
    for _ in range(times):
        play.later(minutes=5)
        rest(play)


def _create(play: Play, obj: str = "Lead", **fields: Any) -> None:
    company = {"Company": "Other"} if obj == "Lead" else {}
    play.box.sales.act("create", object=obj, fields=fields | company)


def _leads(play: Play) -> int:
    with play.company.ledger.read() as tx:
        found = leads.get_many(tx, leads.ids(tx)).values()
    return sum(row.stage != "merged" for row in found)


@pytest.fixture
def known(play: Play) -> Play:
    """Jo, whom marketing alone knows."""
    play.contact(JO, firstname="Jo", lastname="Kern", company="Buyer")
    rest(play)
    return play


def _key(play: Play) -> str:
    return str(play.person(JO)["crmbridge_id"])


def test_a_record_with_our_key_and_another_persons_address_and_name_is_another_person(
    known: Play,
) -> None:
    key = _key(known)
    _create(known, Email=UWE, FirstName="Uwe", LastName="Vogel", CrmBridge_Id__c=key)
    _passes(known)
    assert _leads(known) == 2
    assert known.lead(UWE)["CrmBridge_Id__c"] != key
    assert known.person(JO)["email"] == JO
    known.box.sales.act("edit", object="Lead", id=known.lead(UWE)["Id"], fields={"Phone": "+1 2"})
    _passes(known)
    assert not known.person(JO).get("phone")
    assert rebuilds_equal(known)


@pytest.mark.parametrize(
    "fields",
    [
        {"Email": JO, "LastName": "Unknown"},
        {"Email": "jo.new@buyer.example", "FirstName": "JO", "LastName": "Kern "},
        {"LastName": "Kern"},
    ],
    ids=["its address", "its name", "no address"],
)
def test_a_record_with_our_key_that_fits_is_the_leads(known: Play, fields: dict[str, str]) -> None:
    _create(known, CrmBridge_Id__c=_key(known), **fields)
    _passes(known)
    assert _leads(known) == 1
    assert known.sf()[0]["CrmBridge_Id__c"] == _key(known)


def test_a_copy_of_a_record_with_another_address_is_no_second_record(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    row = play.lead(JO)
    copied = {name: row[name] for name in ("FirstName", "LastName", "Company")}
    play.contact(AL, lastname="Kern", company="Buyer")
    rest(play)
    play.box.sales.act(
        "create",
        object="Contact",
        fields={
            "FirstName": copied["FirstName"],
            "LastName": "Vogel",
            "Email": AL,
            "CrmBridge_Id__c": row["CrmBridge_Id__c"],
        },
    )
    _passes(play)
    (contact,) = play.sf("Contact")
    assert contact["CrmBridge_Id__c"] == play.person(AL)["crmbridge_id"]
    assert play.lead(JO)["CrmBridge_Id__c"] == play.person(JO)["crmbridge_id"]
    assert not kinds(play)
    play.box.marketing.act("opt_out", email=AL)
    _passes(play)
    assert play.person(JO).get("hs_email_optout") != "true"
    assert play.sf("Contact")[0]["HasOptedOutOfEmail"] is True


def test_a_key_of_nobody_is_taken_for_none(known: Play) -> None:
    _create(known, Email=JO, LastName="Kern", CrmBridge_Id__c="f" * 32)
    _passes(known)
    assert _leads(known) == 1
    assert known.sf()[0]["CrmBridge_Id__c"] == _key(known)
