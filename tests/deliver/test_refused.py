"""Fields that a vendor refuses, and records that are another or gone when the write comes."""

from __future__ import annotations

import pytest

from crmbridge.flows.held.answers import retry
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import (
    edit,
    emails,
    holds,
    kinds,
    look,
    ready,
    rebuilds_equal,
    rest,
    retouch,
)


def test_a_picklist_value_that_is_not_allowed_holds_its_field_and_the_hand_off_goes_through(
    play: Play,
) -> None:
    restrict_source(play)
    ready(play, "jo", hs_analytics_source="PAID_SEARCH")
    rest(play)
    lead = play.lead(JO)
    assert lead["LastName"] == "Kern"
    assert kinds(play) == {"field_refused": 1}
    (one,) = holds(play)
    assert "LeadSource" in one.advice
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"


def test_each_of_two_leads_with_a_value_that_is_not_allowed_is_handed_over(play: Play) -> None:
    restrict_source(play)
    for name in ("jo", "al", "bo"):
        play.contact(f"{name}@buyer.example", lastname=name, company="B", hs_analytics_source="X")
        play.form(f"{name}@buyer.example")
    rest(play)
    assert sum(emails(play.sf()).values()) == 3
    edit(play, JO, Status="Working - Contacted")
    play.later(minutes=5)
    rest(play)
    assert kinds(play) == {"field_refused": 1}
    assert rebuilds_equal(play)


def restrict_source(play: Play) -> None:
    """Let Salesforce refuse the lead sources that HubSpot has."""
    play.box.sales.seed(
        **{
            "describe/Lead": [
                {
                    "name": "LeadSource",
                    "type": "picklist",
                    "picklistValues": ["Web"],
                    "restrictedPicklist": True,
                }
            ]
        }
    )


def test_a_picklist_value_that_is_not_allowed_any_more_leaves_the_other_fields_written(
    play: Play,
) -> None:
    ready(play, "jo")
    play.box.sales.config(
        validation_rules=[
            {
                "object": "Lead",
                "when": [{"field": "Title", "op": "equals", "value": "Bad"}],
                "message": "not that one",
                "field": "Title",
            }
        ]
    )
    retouch(play, JO, jobtitle="Bad", phone="+49 1")
    play.later(minutes=5)
    rest(play)
    assert play.lead(JO)["Phone"] == "+49 1"
    assert kinds(play) == {"field_refused": 1}
    retouch(play, JO, jobtitle="Good")
    play.later(minutes=5)
    rest(play)
    assert play.lead(JO)["Title"] == "Good"


def test_a_value_that_the_vendor_takes_after_all_is_offered_again_when_a_person_says_so(
    play: Play,
) -> None:
    restrict_source(play)
    ready(play, "jo", hs_analytics_source="PAID_SEARCH")
    rest(play)
    play.box.sales.act("add_picklist_value", object="Lead", field="LeadSource", value="PAID_SEARCH")
    (one,) = holds(play)
    retry(play.company, one.id)
    rest(play)
    assert play.lead(JO)["LeadSource"] == "PAID_SEARCH"
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_a_re_hand_off_with_a_refused_field_goes_through_without_it(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    rest(play)
    play.later(days=60)
    play.box.sales.config(
        validation_rules=[
            {
                "object": "Lead",
                "when": [{"field": "Title", "op": "equals", "value": "Bad"}],
                "message": "not that one",
                "field": "Title",
            }
        ]
    )
    retouch(play, JO, jobtitle="Bad")
    play.form(JO, "https://acme.example/contact")
    rest(play)
    assert play.lead(JO)["Status"] == "Open - Not Contacted"


def test_a_record_that_is_converted_between_decision_and_write_is_followed(play: Play) -> None:
    ready(play, "jo")
    retouch(play, JO, jobtitle="Owner", phone="+49 2")
    play.later(minutes=5)
    look(play)
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity=False)
    rest(play)
    play.later(minutes=5)
    rest(play)
    (contact,) = [c for c in play.sf("Contact") if c["Id"] == made["contactId"]]
    assert contact["Phone"] == "+49 2"
    assert len(play.sf()) == 1
    assert rebuilds_equal(play)


@pytest.mark.parametrize("how", ["delete", "merge"])
def test_a_record_that_goes_between_decision_and_write_is_not_brought_back(
    play: Play, how: str
) -> None:
    ready(play, "jo", "al")
    retouch(play, JO, phone="+49 2")
    play.later(minutes=5)
    look(play)
    jo, al = play.lead(JO)["Id"], play.lead("al@buyer.example")["Id"]
    if how == "delete":
        play.box.sales.act("delete", object="Lead", id=jo)
    else:
        play.box.sales.act("merge", winner=al, losers=[jo])
    rest(play)
    play.later(minutes=5)
    rest(play)
    assert emails(play.sf()) == {"al@buyer.example": 1}
    assert rebuilds_equal(play)
