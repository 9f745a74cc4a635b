"""Values that a field cannot hold as they are: what is written, what is held, and how that ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from tests.fit.stage import LONG, about, archived, causes, field, on, prop, quiet, restored, writes
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest, retouch


def test_a_company_name_that_is_too_long_is_cut_and_its_lead_is_handed_over(play: Play) -> None:
    play.contact(JO, lastname="Kern", company=LONG)
    play.form(JO)
    rest(play)
    assert play.lead(JO)["Company"] == "A" * 255
    assert not kinds(play)
    quiet(play)
    edit(play, JO, Phone="+49 1", Title="Head")  # somebody works on the record
    on(play)
    assert play.person(JO)["company"] == LONG
    assert play.person(JO)["jobtitle"] == "Head"
    edit(play, JO, Company="Buyer GmbH")  # now it is an edit
    on(play)
    assert play.person(JO)["company"] == "Buyer GmbH"
    assert rebuilds_equal(play)
    assert not kinds(play)


def test_an_edit_of_a_cut_text_on_the_other_side_goes_through(play: Play) -> None:
    play.contact(JO, lastname="Kern", company=LONG)
    play.form(JO)
    rest(play)
    retouch(play, JO, company="B" * 400)
    on(play)
    assert play.lead(JO)["Company"] == "B" * 255
    assert play.person(JO)["company"] == "B" * 400
    quiet(play)


def test_a_day_field_takes_an_instant_and_holds_up_no_other_value(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    line = {"handed_at": {"field": "Handed_On__c", "way": "out"}}
    with about(acme, tmp_path, line) as play:
        field(play, "Handed_On__c", "date")
        play.go_live()
        play.box.set_time(play.company.now().replace(hour=23, minute=30))  # next day in Berlin
        ready(play, "jo")
        rest(play)
        on(play)
        assert play.lead(JO)["Handed_On__c"] == "2026-03-03"
        retouch(play, JO, phone="+49 1")
        on(play)
        assert play.lead(JO)["Phone"] == "+49 1"
        assert not kinds(play)
        quiet(play)


def test_the_same_choices_in_another_order_are_the_same(acme: CompanyFiles, tmp_path: Path) -> None:
    with about(acme, tmp_path, {"x_topics": "Topics__c"}, {"x_topics": "topics"}) as play:
        field(play, "Topics__c", "multipicklist", picklistValues=["alpha", "beta", "gamma"])
        prop(play, "topics", "enumeration", "checkbox", "gamma", "beta", "alpha")
        play.contact(JO, lastname="Kern", company="B", topics="gamma;alpha")
        told = {"LastName": "Kern", "Company": "B", "Email": JO, "Topics__c": "alpha;gamma"}
        play.box.sales.act("create", object="Lead", fields=told)
        play.go_live()
        rest(play)
        assert play.lead(JO)["Topics__c"] == "alpha;gamma"
        assert play.person(JO)["topics"] == "gamma;alpha"
        assert not kinds(play)
        edit(play, JO, Topics__c="alpha;beta")
        on(play)
        assert set(play.person(JO)["topics"].split(";")) == {"alpha", "beta"}
        quiet(play)


def test_a_property_that_is_gone_is_one_piece_of_held_work_until_it_is_back(play: Play) -> None:
    names = [f"p{n}" for n in range(12)]
    emails = ready(play, *names)
    rest(play)
    archived(play, "crmbridge_reason")
    for email in emails:
        play.box.sales.act("reject", id=play.lead(email)["Id"])
    on(play)
    (one,) = causes(play)
    assert one.kind == "field_missing"
    assert "HubSpot has no property crmbridge_reason any more" in one.advice
    assert "12 leads" in one.advice
    assert one.count == len(one.detail["leads"]) == 12
    assert play.person(emails[0])["crmbridge_outcome"]  # the others were written
    before = writes(play)
    on(play)
    assert writes(play) == before
    restored(play, "crmbridge_reason")
    on(play)
    assert not causes(play)
    assert all(play.person(one)["crmbridge_reason"] for one in emails)
    assert rebuilds_equal(play)


def refused_for_its_address(play: Play, message: str) -> None:
    """Somebody is ready whose address a rule of sales refuses."""
    rule = {
        "object": "Lead",
        "when": [{"field": "Email", "op": "equals", "value": JO}],
        "message": message,
        "field": "Email",
    }
    play.box.sales.config(validation_rules=[rule])
    play.contact(JO, lastname="Kern", company="B")
    play.form(JO)
    rest(play)


def test_an_address_that_sales_refuses_holds_the_hand_off_until_it_is_right(play: Play) -> None:
    refused_for_its_address(play, "We know this address")
    assert play.sf() == []
    (one,) = causes(play)
    assert (one.kind, one.count) == ("address_refused", 1)
    assert "We know this address" in one.advice
    assert JO not in one.advice
    on(play)
    assert play.sf() == []
    play.box.sales.config(validation_rules=[])
    on(play)
    assert play.lead(JO)["LastName"] == "Kern"
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_an_address_that_was_corrected_goes_to_sales(play: Play) -> None:
    refused_for_its_address(play, "not this one")
    retouch(play, JO, email="jo.kern@buyer.example")
    on(play)
    assert play.lead("jo.kern@buyer.example")["LastName"] == "Kern"
    assert not kinds(play)


def bad_title(play: Play, **more: str) -> None:
    """A rule or a trigger of sales that does not take a title, and names no field."""
    when = [{"field": "Title", "op": "equals", "value": "Bad"}]
    play.box.sales.config(validation_rules=[{"object": "Lead", "when": when, **more}])


@pytest.mark.parametrize(
    "code",
    [
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    ],
)
def test_a_refusal_that_names_no_field_costs_the_field_at_fault_alone(
    play: Play, code: str
) -> None:
    bad_title(play, code=code, message="no such thing")
    ready(play, "jo", jobtitle="Bad", phone="+49 1")
    ready(play, "al", jobtitle="Good", phone="+49 2")
    rest(play)
    lead = play.lead(JO)
    assert (lead["LastName"], lead["Phone"], lead.get("Title")) == ("Kern", "+49 1", None)
    (one,) = causes(play)
    assert (one.field, one.count, one.kind) == ("Title", 1, "field_refused")
    assert "no such thing" in one.advice
    retouch(play, JO, phone="+49 3")
    on(play)
    assert play.lead(JO)["Phone"] == "+49 3"
    play.box.sales.config(validation_rules=[])
    on(play)
    assert play.lead(JO)["Title"] == "Bad"
    assert not kinds(play)
    quiet(play)
    assert rebuilds_equal(play)


def test_two_fields_that_are_refused_in_the_same_words_hold_up_no_hand_off(play: Play) -> None:
    rules = [
        {
            "object": "Lead",
            "when": [{"field": name, "op": "equals", "value": "Bad"}],
            "message": "x",
        }
        for name in ("Title", "Phone")
    ]
    play.box.sales.config(validation_rules=rules)
    play.contact(JO, lastname="Kern", company="B", jobtitle="Bad")
    play.contact(AL, lastname="Kern", company="B", phone="Bad")
    play.form(JO)
    play.form(AL)
    rest(play)
    assert len(play.sf()) == 2
    assert {one.field for one in causes(play)} == {"Title", "Phone"}
    play.box.sales.config(validation_rules=[])
    on(play)
    assert (play.lead(JO)["Title"], play.lead(AL)["Phone"]) == ("Bad", "Bad")
    assert not kinds(play)


def test_spaces_say_nothing(play: Play) -> None:
    play.contact(JO, lastname=" ", company="\t ", jobtitle="  ")
    play.form(JO)
    rest(play)
    lead = play.lead(JO)
    found = (lead["LastName"], lead["Company"], lead.get("Title"))
    assert found == ("[not given]", "[not given]", None)
    assert not kinds(play)
    retouch(play, JO, company="Firm", jobtitle="Head")
    on(play)
    retouch(play, JO, company=" ", jobtitle=" ")
    on(play)
    assert (play.lead(JO)["Company"], play.lead(JO).get("Title")) == ("Firm", None)
    assert not kinds(play)
    quiet(play)


def test_many_leads_with_one_nameless_cause_are_one_piece_and_few_calls(play: Play) -> None:
    bad_title(play, message="not this title")
    ready(play, *(f"p{n}" for n in range(20)), jobtitle="Bad")
    rest(play)
    assert len(play.sf()) == 20
    (one,) = causes(play)
    assert (one.field, one.count) == ("Title", 20)
    play.box.sales.config(validation_rules=[])
    on(play)
    assert {row["Title"] for row in play.sf()} == {"Bad"}
    assert not kinds(play)


def test_a_trigger_that_refuses_whatever_is_written_is_one_piece(play: Play) -> None:
    bad = {"object": "Lead", "code": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": "out"}
    play.box.sales.config(row_faults=[bad])
    ready(play, "jo", "al", "bo")
    rest(play)
    assert play.sf() == []
    (one,) = causes(play)
    assert (one.kind, one.count) == ("refused", 3)
    play.box.sales.config(row_faults=[])
    on(play)
    assert len(play.sf()) == 3
    assert not kinds(play)


def test_a_custom_field_that_is_required_holds_hand_offs_until_it_is_not(play: Play) -> None:
    field(play, "Region__c", "string", nillable=False)
    ready(play, "jo", "al")
    rest(play)
    assert play.sf() == []
    (one,) = causes(play)
    assert (one.kind, one.count, one.field) == ("refused", 2, "Region__c")
    assert "Region__c" in one.advice
    field(play, "Region__c", "string")
    on(play)
    assert len(play.sf()) == 2
    assert not kinds(play)


def test_a_field_that_we_may_not_write_any_more_is_one_piece(play: Play) -> None:
    ready(play, "jo", "al")
    rest(play)
    play.box.sales.act("revoke_fls", object="Lead", field="Title", read_only=True)
    for email in (JO, "al@buyer.example"):
        retouch(play, email, jobtitle="Head", phone="+49 9")
    on(play)
    assert {row["Phone"] for row in play.sf()} == {"+49 9"}
    (one,) = causes(play)
    assert (one.field, one.count) == ("Title", 2)
    assert "cannot be written by us" in one.advice
    play.box.sales.act("grant_fls", object="Lead", field="Title")
    on(play)
    assert {row["Title"] for row in play.sf()} == {"Head"}
    assert not kinds(play)
