"""Whoever opted out stays out: in both systems, whatever a system says afterwards."""

from __future__ import annotations

from crmbridge.flows.deliver import drain
from crmbridge.flows.read.pull import pull
from crmbridge.store import outbox
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, kinds, look, ready, rebuilds_equal, rest, retouch


def test_an_opt_out_between_decision_and_sending_stops_the_hand_off(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    look(play)
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=1)
    pull(play.company, "marketing", sleep=lambda _s: None)
    drain(play.company, "sales", sleep=lambda _s: None)
    assert play.sf() == []
    rest(play)
    assert play.sf() == []


def test_an_opt_out_between_decision_and_sending_stops_the_enrolment(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    look(play)
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=1)
    pull(play.company, "marketing", sleep=lambda _s: None)
    rest(play)
    assert play.person(JO)["lists"] == []


def test_a_system_that_opts_the_person_in_again_is_told_and_never_heard(play: Play) -> None:
    ready(play, "jo")
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    rest(play)
    for _ in range(5):
        retouch(play, JO, hs_email_optout="false")
        edit(play, JO, HasOptedOutOfEmail=False)
        play.later(minutes=5)
        rest(play)
    assert play.person(JO)["hs_email_optout"] == "true"
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert rebuilds_equal(play)


def test_an_opt_out_leaves_although_another_field_of_its_record_is_refused(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.config(
        validation_rules=[
            {
                "object": "Lead",
                "when": [{"field": "Title", "op": "equals", "value": "Bad"}],
                "message": "no such title",
                "field": "Title",
            }
        ]
    )
    retouch(play, JO, jobtitle="Bad")
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    rest(play)
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert play.lead(JO).get("Title") is None


def test_a_person_who_opted_out_leaves_the_nurture_list(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    rest(play)
    assert len(play.person(JO)["lists"]) == 1
    edit(play, JO, HasOptedOutOfEmail=True)
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["lists"] == []


def test_a_person_who_opts_out_of_a_converted_contact_is_out_everywhere(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity=False)
    play.later(minutes=5)
    rest(play)
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    rest(play)
    (contact,) = [one for one in play.sf("Contact") if one["Id"] == made["contactId"]]
    assert contact["HasOptedOutOfEmail"] is True


def test_an_opt_out_is_told_to_a_doubled_record_that_waits_for_a_person(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.seed(Lead=[{"LastName": "K", "Company": "Other", "Email": JO}])
    play.later(minutes=5)
    rest(play)
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    rest(play)
    assert all(row["HasOptedOutOfEmail"] for row in play.sf())


def test_an_opt_out_that_a_system_refuses_is_shown_to_a_person_and_tried_on(play: Play) -> None:
    ready(play, "jo")
    scope = {"status": "error", "category": "MISSING_SCOPES", "message": "no scope"}
    play.box.marketing.faults(
        {"kind": "status", "route": "consent.optout", "status": 403, "body": scope}
    )
    play.box.sales.act(
        "edit", object="Lead", id=play.lead(JO)["Id"], fields={"HasOptedOutOfEmail": True}
    )
    play.later(minutes=5)
    play.turn()
    assert "opt_out_refused" in kinds(play)
    with play.company.ledger.read() as tx:
        assert outbox.pending(tx, "marketing") == 1
