"""A lead goes round the whole loop between two real servers."""

from __future__ import annotations

from tests.stages.play import Play


def test_a_ready_lead_reaches_its_rep(play: Play) -> None:
    play.contact("jo@buyer.example", firstname="Jo", lastname="Kern", company="Buyer GmbH")
    play.form("jo@buyer.example")
    play.turn()
    lead = play.lead("jo@buyer.example")
    assert lead["LastName"] == "Kern"
    assert lead["Company"] == "Buyer GmbH"
    assert lead["CrmBridge_Id__c"]
    person = play.person("jo@buyer.example")
    assert person["lifecyclestage"] == "marketingqualifiedlead"
    assert person["crmbridge_id"] == lead["CrmBridge_Id__c"]
    assert play.turn().writes == 0


def test_a_rejected_lead_goes_to_nurture_with_its_reason_and_comes_back(play: Play) -> None:
    play.contact("jo@buyer.example", firstname="Jo", lastname="Kern", company="Buyer GmbH")
    play.form("jo@buyer.example")
    play.turn()
    lead = play.lead("jo@buyer.example")
    first = lead["OwnerId"]
    play.later(hours=3)
    play.box.sales.act(
        "reject", id=lead["Id"], reason="Bad timing", reason_field="Rejection_Reason__c"
    )
    play.later(minutes=5)
    play.turn()
    person = play.person("jo@buyer.example")
    assert person["crmbridge_reason"] == "bad_timing"
    assert person["crmbridge_track"] == "timing"
    assert person["lifecyclestage"] == "lead"
    assert len(person["lists"]) == 1
    play.later(days=30)
    play.turn()
    assert play.lead("jo@buyer.example")["Status"] == "Closed - Not Converted"
    play.form("jo@buyer.example", "https://acme.example/demo/again")
    play.turn()
    again = play.lead("jo@buyer.example")
    assert again["Status"] == "Open - Not Contacted"
    assert again.get("Rejection_Reason__c") is None
    assert again["OwnerId"] == first
    assert play.person("jo@buyer.example")["lists"] == []


def test_revenue_comes_home_to_the_marketing_record(play: Play) -> None:
    play.contact(
        "jo@buyer.example", lastname="Kern", company="Buyer GmbH", hs_analytics_source="PAID_SEARCH"
    )
    play.form("jo@buyer.example")
    play.turn()
    lead = play.lead("jo@buyer.example")
    play.later(hours=1)
    play.box.sales.act(
        "edit", object="Lead", id=lead["Id"], fields={"Status": "Working - Contacted"}
    )
    play.later(minutes=2)
    play.turn()
    assert play.person("jo@buyer.example")["lifecyclestage"] == "salesqualifiedlead"
    play.later(days=2)
    made = play.box.sales.act("convert", id=lead["Id"], opportunity={"Amount": 12500.5})
    play.later(minutes=2)
    play.turn()
    assert play.person("jo@buyer.example")["lifecyclestage"] == "opportunity"
    play.later(days=20)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    play.later(minutes=2)
    play.turn()
    person = play.person("jo@buyer.example")
    assert person["lifecyclestage"] == "customer"
    assert float(person["crmbridge_won_amount"]) == 12500.5
    assert person["crmbridge_won_currency"] == "EUR"
    assert person["crmbridge_first_touch"] == "PAID_SEARCH / /demo"
    assert play.turn().writes == 0


def test_an_opt_out_passes_in_both_directions(play: Play) -> None:
    for name in ("jo", "al"):
        play.contact(f"{name}@buyer.example", lastname=name, company="Buyer GmbH")
        play.form(f"{name}@buyer.example")
    play.turn()
    play.box.marketing.act("opt_out", email="jo@buyer.example")
    al = play.lead("al@buyer.example")
    play.box.sales.act("edit", object="Lead", id=al["Id"], fields={"HasOptedOutOfEmail": True})
    play.later(minutes=5)
    play.turn()
    assert play.lead("jo@buyer.example")["HasOptedOutOfEmail"] is True
    assert play.person("al@buyer.example")["hs_email_optout"] == "true"


def test_a_lead_that_nobody_touches_comes_back_and_goes_to_another_rep(play: Play) -> None:
    play.contact("jo@buyer.example", lastname="Kern", company="Buyer GmbH")
    play.form("jo@buyer.example")
    play.turn()
    first = play.lead("jo@buyer.example")["OwnerId"]
    play.later(days=6)
    play.turn()
    assert play.lead("jo@buyer.example")["OwnerId"] != first
    assert play.turn().writes == 0
