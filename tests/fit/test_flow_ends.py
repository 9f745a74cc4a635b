"""What is held by cause: what people do about it, and what follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.errors import CrmBridgeError
from crmbridge.files import CompanyFiles
from crmbridge.flows.held.answers import resolve, retry, shown
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.operate.survey import survey
from crmbridge.flows.operate.turn import Turn, deliver
from crmbridge.report.operate.status import status
from crmbridge.store import outbox
from tests.fit.stage import LONG, about, archived, causes, field, on, quiet, restored
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import edit, kinds, look, ready, rebuilds_equal, rest, retouch, told, turns

TITLE = {"name": "Title", "type": "picklist", "picklistValues": ["Head"]}


def picky(play: Play, *more: str) -> None:
    """Sales makes the title a list of choices."""
    play.box.sales.act(
        "add_field",
        object="Lead",
        field=TITLE | {"picklistValues": ["Head", *more], "restrictedPicklist": True},
    )


def ruled(play: Play, *titles: str, on_field: str = "Title") -> None:
    """Sales has a rule for each of these titles, or other values."""
    play.box.sales.config(
        validation_rules=[
            {
                "object": "Lead",
                "when": [{"field": on_field, "op": "equals", "value": title}],
                "message": "not that one",
                "field": on_field,
            }
            for title in titles
        ]
    )


def test_a_plan_shows_what_is_sent_and_why(play: Play) -> None:
    play.contact(JO, lastname="Kern", company=LONG, jobtitle="T" * 200)
    play.form(JO)
    look_only(play)
    (write,) = [one for one in plan(play.company).writes if one["action"] == "handoff"]
    planned = {one["field"]: (one["after"], one["rule"]) for one in write["changes"]}
    assert planned["Company"][0] == "A" * 255
    assert planned["Company"][1].endswith("cut: it is 300 characters, 255 fit")
    assert planned["Title"][0] == "T" * 128


def look_only(play: Play) -> None:
    from crmbridge.flows.read.pull import pull

    for side in ("marketing", "sales"):
        pull(play.company, side, sleep=lambda _s: None)


def test_a_required_field_whose_value_does_not_fit_gets_its_default(play: Play) -> None:
    field(play, "Company", "picklist", picklistValues=["[not given]"], restrictedPicklist=True,
          nillable=False)  # fmt: skip
    play.later(hours=1)
    play.contact(JO, lastname="Kern", company="Odd")
    play.form(JO)
    rest(play)
    assert play.lead(JO)["Company"] == "[not given]"
    (one,) = causes(play)
    assert (one.field, one.count) == ("Company", 1)
    assert shown(one)["detail"]["choices"] == ["Odd"]
    assert "Odd" not in one.advice
    field(play, "Company", "string", nillable=False)
    on(play)
    assert play.lead(JO)["Company"] == "Odd"
    assert play.person(JO)["company"] == "Odd"
    assert not kinds(play)
    quiet(play)


def test_a_field_that_became_another_between_two_looks_costs_itself_alone(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with about(acme, tmp_path, {"x_it": "It__c"}, {"x_it": "city"}) as play:
        field(play, "It__c")
        play.go_live()
        ready(play, "jo", city="Ulm")
        rest(play)
        play.later(minutes=2)
        retouch(play, JO, city="Bonn", phone="+49 1")
        look(play)
        field(play, "It__c", "date")  # after the look: JSON_PARSER_ERROR, without a field's name
        rest(play)
        assert play.lead(JO)["Phone"] == "+49 1"
        (no,) = told(play, "field_refused")
        assert (list(no["values"]), no["code"]) == (["It__c"], "JSON_PARSER_ERROR")
        on(play)
        (one,) = causes(play)
        assert "takes a date, and ours is none" in one.advice
        field(play, "It__c")
        on(play)
        assert play.lead(JO)["It__c"] == "Bonn"
        assert not kinds(play)


def test_one_lead_at_a_time_is_offered_again_and_all_once_it_is_taken(play: Play) -> None:
    ruled(play, "Bad", "Worse")
    ready(play, "jo", jobtitle="Bad")
    ready(play, "al", jobtitle="Worse")
    rest(play)
    (one,) = causes(play)
    assert (one.field, one.count) == ("Title", 2)
    tried = play.written()
    play.later(minutes=2)
    rest(play)
    assert play.written() == tried  # not yet
    on(play)
    on(play)
    assert causes(play)[0].count == 2
    ruled(play, "Bad")
    on(play)
    on(play)
    (one,) = causes(play)
    assert one.count == 1
    assert play.lead(AL)["Title"] == "Worse"
    ruled(play)
    on(play)
    assert play.lead(JO)["Title"] == "Bad"
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_a_value_that_is_another_by_then_is_offered_at_once(play: Play) -> None:
    ruled(play, "Bad")
    ready(play, "jo", "al", jobtitle="Bad")
    rest(play)
    retouch(play, JO, jobtitle="Good")
    play.later(minutes=1)
    rest(play)
    assert play.lead(JO)["Title"] == "Good"
    (one,) = causes(play)
    assert one.count == 1


@pytest.mark.parametrize("answer", [retry, resolve])
def test_a_person_may_have_all_offered_again_or_let_it_be(play: Play, answer: object) -> None:
    ruled(play, "Bad")
    ready(play, "jo", "al", jobtitle="Bad")
    rest(play)
    (one,) = causes(play)
    ruled(play)
    answer(play.company, one.id)  # type: ignore[operator]
    rest(play)
    assert not kinds(play)
    wanted = "Bad" if answer is retry else None
    assert {row.get("Title") for row in play.sf()} == {wanted}
    on(play)
    assert {row.get("Title") for row in play.sf()} == {wanted}
    with pytest.raises(CrmBridgeError, match="resolved already"):
        retry(play.company, one.id)
    assert rebuilds_equal(play)


def test_a_retry_that_is_refused_again_is_the_same_piece(play: Play) -> None:
    ruled(play, "Bad")
    ready(play, "jo", "al", jobtitle="Bad")
    rest(play)
    (one,) = causes(play)
    retry(play.company, one.id)
    rest(play)
    (again,) = causes(play)
    assert (again.id, again.count) == (one.id, 2)


def test_a_lead_that_is_deleted_is_waited_for_no_more(play: Play) -> None:
    picky(play)
    ready(play, "jo", jobtitle="Chief")
    rest(play)
    assert len(causes(play)) == 1
    play.box.sales.act("delete", object="Lead", id=play.lead(JO)["Id"])
    ident = play.person(JO)["id"]
    play.box.marketing.act("archive", object="contacts", id=ident)
    on(play, days=2)
    assert not causes(play)


def test_an_opt_out_passes_whatever_a_field_is_said_to_be(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    play.box.sales.act("revoke_fls", object="Lead", field="HasOptedOutOfEmail", read_only=True)
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    look(play)
    turns(play, 2)
    assert kinds(play)["opt_out_refused"] == 1
    play.box.sales.act("grant_fls", object="Lead", field="HasOptedOutOfEmail")
    play.later(hours=2)
    rest(play)
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert not kinds(play)


def test_an_opt_out_that_a_person_enters_where_it_is_refused_is_waited_for_no_more(
    play: Play,
) -> None:
    ready(play, "jo")
    rest(play)
    refused = {"object": "Lead", "code": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": "out"}
    play.box.sales.config(row_faults=[refused])
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    turns(play, 2)
    assert kinds(play)["opt_out_refused"] == 1
    edit(play, JO, HasOptedOutOfEmail=True)
    on(play)
    assert "opt_out_refused" not in kinds(play)
    play.box.sales.config(row_faults=[])
    on(play)
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert not kinds(play)
    quiet(play)


def test_a_hand_off_that_nobody_wants_any_more_waits_for_no_cause(play: Play) -> None:
    ruled(play, JO, on_field="Email")
    ready(play, "jo")
    rest(play)
    assert kinds(play) == {"address_refused": 1}
    play.box.marketing.act("opt_out", email=JO)
    on(play)
    on(play)
    assert not kinds(play)
    assert play.sf() == []


def test_a_hand_off_to_a_record_that_is_there_goes_without_the_value_at_fault(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    on(play)
    play.later(days=60)
    play.box.sales.config(
        validation_rules=[
            {
                "object": "Lead",
                "when": [{"field": "Title", "op": "equals", "value": "Bad"}],
                "message": "not that one",
            }
        ]
    )
    retouch(play, JO, jobtitle="Bad")
    play.form(JO, "https://acme.example/contact")
    rest(play)
    assert play.lead(JO)["Status"] == "Open - Not Contacted"
    (one,) = causes(play)
    assert (one.field, one.kind) == ("Title", "field_refused")
    with play.company.ledger.read() as tx:
        assert outbox.counts(tx) == {}


def test_status_says_what_is_not_taken_and_since_when(play: Play) -> None:
    emails = ready(play, "jo", "al")
    rest(play)
    archived(play, "crmbridge_reason")
    for email in emails:
        play.box.sales.act("reject", id=play.lead(email)["Id"])
    on(play)
    (one,) = status(play.company)["causes"]
    assert (one["system"], one["object"], one["field"]) == (
        *("marketing", "contacts"),
        "crmbridge_reason",
    )
    assert (one["kind"], one["leads"]) == ("field_missing", 2)
    assert one["since"] == "2026-03-02T09:05:00.000000Z"
    restored(play, "crmbridge_reason")
    on(play)
    assert status(play.company)["causes"] == []


def test_a_check_of_the_mapping_says_what_will_be_cut_turned_or_missing(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    lines = {
        "handed_at": {"field": "Handed_On__c", "way": "out"},
        "won_amount": {"field": "Won__c", "way": "out"},
        "reason": {"field": "Reason__c", "way": "out"},
        "stage": {"field": "Stage__c", "way": "out"},
    }
    with about(acme, tmp_path, lines) as play:
        field(play, "Handed_On__c", "date")
        field(play, "Won__c", "double", precision=4, scale=0)
        field(play, "Reason__c", "string", length=10)
        field(play, "Stage__c", "picklist", picklistValues=["ready"], restrictedPicklist=True)
        field(play, "Region__c", "string", nillable=False)
        found = {one.field: str(one) for one in survey(play.company, "sales")}
    assert "the instant's day in the company's zone" in found["Handed_On__c"]
    assert "digits" in found["Won__c"]
    assert "longer ones are cut to fit" in found["Reason__c"]
    assert "does not allow" in found["Stage__c"]
    assert "wants 'Region__c' in every new record" in found["Region__c"]
    assert len(found) == 5


def test_an_edit_by_sales_of_what_was_cut_is_an_edit_though_nobody_wins_conflicts(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with about(acme, tmp_path, {"x_it": "It__c"}, {"x_it": "city"}) as play:
        field(play, "It__c", length=20)
        play.go_live()
        ready(play, "jo", city="x" * 50)
        rest(play)
        edit(play, JO, It__c="Ulm")
        on(play)
        assert play.person(JO)["city"] == "Ulm"
        assert not kinds(play)


@pytest.mark.parametrize("times", [1, 2])
def test_a_hand_off_that_was_refused_for_a_field_goes_when_the_field_is_another_at_once(
    play: Play, times: int
) -> None:
    """The cause ends before anybody decided about the lead without the field."""
    play.contact(JO, lastname="Kern", company="B", jobtitle="Chief")
    play.form(JO)
    look(play)
    for number in range(times):
        picky(play, f"other {number}")
        deliver(play.company, Turn())
        assert play.sf() == []
        play.later(minutes=5)
        picky(play, f"other {number}", "Chief")
        look(play)
    rest(play)
    assert play.lead(JO)["Title"] == "Chief"
    assert not kinds(play)
    quiet(play)
