"""Statuses and reasons that were not foreseen, and leads that sales takes back or loses twice."""

from __future__ import annotations

from crmbridge.flows.recycle.run import may_return
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.policy.recycle import Reentry
from crmbridge.store import leads
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, holds, kinds, later, ready, rebuilds_equal, rest


def test_a_status_without_a_type_is_held_once_and_moves_no_lead(play: Play) -> None:
    ready(play, "jo", "al")
    play.box.sales.seed(
        LeadStatus=[{"MasterLabel": "On ice", "SortOrder": 9, "IsConverted": False}]
    )
    edit(play, JO, Status="On ice")
    edit(play, "al@buyer.example", Status="On ice")
    person = later(play)
    assert kinds(play) == {"unmapped_status": 1}
    (one,) = holds(play)
    assert "On ice" in one.advice
    assert "mapping.toml" in one.advice
    assert person["lifecyclestage"] == "marketingqualifiedlead"
    edit(play, JO, Status="Working - Contacted")
    assert later(play)["lifecyclestage"] == "salesqualifiedlead"


def test_a_reason_unknown_to_the_mapping_takes_the_general_row_and_is_reported_once(
    play: Play,
) -> None:
    ready(play, "jo")
    play.box.sales.act(
        "add_picklist_value", object="Lead", field="Rejection_Reason__c", value="Moon phase"
    )
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Moon phase", reason_field="Rejection_Reason__c"
    )
    person = later(play)
    assert person["crmbridge_reason"] == "missing_reason"
    assert person["crmbridge_track"] == "general"
    assert kinds(play) == {"unmapped_reason": 1}
    assert "Moon phase" in holds(play)[0].advice


def test_a_status_set_back_by_the_rep_keeps_the_lead_with_sales(play: Play) -> None:
    ready(play, "jo")
    edit(play, JO, Status="Working - Contacted")
    later(play)
    edit(play, JO, Status="Open - Not Contacted")
    assert later(play)["lifecyclestage"] == "salesqualifiedlead"
    assert play.lead(JO)["Status"] == "Open - Not Contacted"


def test_a_rejection_that_the_rep_takes_back_gives_the_lead_back_to_the_rep(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    assert later(play)["lifecyclestage"] == "lead"
    edit(play, JO, Status="Working - Contacted")
    person = later(play)
    assert person["lifecyclestage"] == "salesqualifiedlead"
    assert person["lists"] == []


def lost(play: Play, deal: str, reason: str) -> None:
    """A deal is lost for a reason, and we come to rest."""
    fields = {"Loss_Reason__c": reason}
    play.box.sales.act("close_deal", id=deal, won=False, fields=fields)
    play.later(minutes=5)
    rest(play)


def test_a_deal_lost_again_is_routed_by_its_second_reason(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(days=1)
    deal = made["opportunityId"]
    lost(play, deal, "Bad timing")
    assert play.person(JO)["crmbridge_track"] == "timing"
    play.later(days=1)
    play.box.sales.act("edit", object="Opportunity", id=deal, fields={"StageName": "Prospecting"})
    assert later(play)["lists"] == []
    play.later(days=30)
    lost(play, deal, "No budget")
    assert play.person(JO)["crmbridge_reason"] == "no_budget_now"
    assert play.person(JO)["crmbridge_track"] == "budget"
    assert rebuilds_equal(play)


def test_a_customer_is_on_no_nurture_track_of_an_earlier_trip(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act(
        "reject",
        id=play.lead(JO)["Id"],
        reason="Bad timing",
        reason_field="Rejection_Reason__c",
    )
    later(play)
    play.later(days=1)
    play.form(JO, "https://acme.example/contact")
    rest(play)
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    person = later(play)
    assert person["lifecyclestage"] == "customer"
    assert person["lists"] == []
    assert not person.get("crmbridge_track")
    with play.company.moment(), play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        (lead,) = leads.ids(tx)
        bought = view(scene, lead)
        assert bought.returned is not None
        assert bought.bound is None
        assert may_return(scene, bought, ready=True).decision is Reentry.REENTER
