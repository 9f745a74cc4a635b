"""A key or an address that points at the wrong person makes nobody's record another's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stages.play import Play
from tests.stages.rest import kinds, rebuilds_equal, rest, retouch

JANE, JOHN = "jane@one.example", "john@two.example"
VICTOR, EVE = "victor@big.example", "eve@evil.example"
OBJECTS = ("Lead", "Contact")


def _on(play: Play) -> None:
    for _ in range(3):
        play.later(hours=1)
        rest(play)


def _at_sales(play: Play, obj: str, **fields: Any) -> None:
    told = fields if obj == "Lead" else {k: v for k, v in fields.items() if k != "Company"}
    play.box.sales.act("create", object=obj, fields=told)


def _row(play: Play, obj: str, email: str) -> dict[str, Any]:
    (found,) = [one for one in play.sf(obj) if one["Email"] == email]
    return found


@pytest.mark.parametrize("obj", OBJECTS)
@pytest.mark.parametrize("john_is_known", [True, False])
def test_a_slipped_key_on_a_namesakes_record_is_not_believed(
    play: Play, obj: str, john_is_known: bool
) -> None:
    jane = {"firstname": "Jane", "lastname": "Smith", "company": "One", "phone": "+1 555 0000001"}
    play.contact(JANE, **jane)
    if john_is_known:
        play.contact(JOHN, firstname="John", lastname="Smith", company="Two")
    _on(play)
    key = play.person(JANE)["crmbridge_id"]
    told = {"FirstName": "John", "LastName": "Smith", "Company": "Two", "Phone": "+1 555 0000002"}
    _at_sales(play, obj, Email=JOHN, CrmBridge_Id__c=key, **told)
    _on(play)
    assert {name: play.person(JANE)[name] for name in jane} == jane
    row = _row(play, obj, JOHN)
    assert row["CrmBridge_Id__c"] != key
    assert (row["FirstName"], row["Phone"]) == ("John", "+1 555 0000002")
    if john_is_known:
        assert row["CrmBridge_Id__c"] == play.person(JOHN)["crmbridge_id"]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("first", ["Jane", "J.", ""])
def test_a_key_is_believed_where_both_names_fit(play: Play, first: str) -> None:
    play.contact(JANE, firstname="Jane", lastname="Smith", company="One")
    _on(play)
    key = play.person(JANE)["crmbridge_id"]
    named = {"FirstName": first} if first else {}
    _at_sales(
        play, "Lead", Email=JOHN, LastName="Smith", Company="One", CrmBridge_Id__c=key, **named
    )
    _on(play)
    assert _row(play, "Lead", JOHN)["CrmBridge_Id__c"] == key


@pytest.mark.parametrize("obj", OBJECTS)
@pytest.mark.parametrize("out", [False, True])
def test_who_had_an_address_for_a_day_is_not_the_next_one_who_has_it(
    play: Play, obj: str, out: bool
) -> None:
    play.contact(VICTOR, firstname="Eve", lastname="Evil", company="Evil")
    _on(play)
    retouch(play, VICTOR, email=EVE)
    _on(play)
    if out:
        play.box.marketing.act("opt_out", email=EVE)
        _on(play)
    victim = {"FirstName": "Victor", "LastName": "Victim", "Phone": "+49 30 1111111"}
    _at_sales(play, obj, Email=VICTOR, Company="Big", **victim)
    _on(play)
    retouch(play, EVE, phone="+1 666 666 6666")
    play.contact(VICTOR, firstname="Victor", lastname="Victim", company="Big")
    _on(play)
    row = _row(play, obj, VICTOR)
    assert {name: row[name] for name in victim} == victim
    assert row["CrmBridge_Id__c"] == play.person(VICTOR)["crmbridge_id"]
    assert play.person(EVE)["crmbridge_id"] != row["CrmBridge_Id__c"]
    assert play.person(EVE)["lastname"] == "Evil"
    assert not kinds(play)
    # the address said no as long as Eve's record is the last that had it: the strictest counts
    assert row["HasOptedOutOfEmail"] is out
    assert rebuilds_equal(play)


def test_a_no_of_who_had_the_address_concerns_nobody_who_has_it_since(play: Play) -> None:
    play.contact(VICTOR, firstname="Eve", lastname="Evil", company="Evil")
    _on(play)
    retouch(play, VICTOR, email=EVE)
    _on(play)
    _at_sales(play, "Lead", Email=VICTOR, FirstName="Victor", LastName="Victim", Company="Big")
    _on(play)
    play.box.marketing.act("opt_out", email=EVE)
    _on(play)
    assert _row(play, "Lead", VICTOR)["HasOptedOutOfEmail"] is False


@pytest.mark.parametrize("first", [{"FirstName": "Jane"}, {"FirstName": "J."}, {}])
@pytest.mark.parametrize("last", ["Smith", "Married"])
def test_who_is_found_under_a_former_address_is_the_same_person(
    play: Play, first: dict[str, str], last: str
) -> None:
    """Another last name alone speaks against nobody; without a first name it does."""
    play.contact(JANE, firstname="Jane", lastname="Smith", company="One")
    _on(play)
    retouch(play, JANE, email=JOHN)
    _on(play)
    _at_sales(play, "Lead", Email=JANE, LastName=last, Company="One", **first)
    _on(play)
    (row,) = play.sf()
    same = row["CrmBridge_Id__c"] == play.person(JOHN)["crmbridge_id"]
    assert same is (bool(first) or last == "Smith")
