"""What salespeople do that was not foreseen: statuses, reasons, deals and owners."""

from __future__ import annotations

from crmbridge.flows.recycle.run import may_return
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.policy.recycle import Reentry
from crmbridge.store import leads
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, holds, kinds, ready, rebuilds_equal, rest


def won(play: Play, amount: float = 1000) -> dict[str, str]:
    """Jo's lead converted and its deal won."""
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": amount})
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    play.later(minutes=5)
    rest(play)
    return made


def later(play: Play) -> dict[str, object]:
    """Five minutes on, at rest: Jo's marketing record."""
    play.later(minutes=5)
    rest(play)
    return play.person(JO)


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


def test_a_deal_that_is_reopened_takes_its_revenue_back(play: Play) -> None:
    made = won(play)
    assert float(play.person(JO)["crmbridge_won_amount"]) == 1000
    play.box.sales.act(
        "edit", object="Opportunity", id=made["opportunityId"], fields={"StageName": "Prospecting"}
    )
    person = later(play)
    assert not person.get("crmbridge_won_amount")
    assert person["lifecyclestage"] == "opportunity"
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True, amount=700)
    person = later(play)
    assert float(str(person["crmbridge_won_amount"])) == 700
    assert person["lifecyclestage"] == "customer"
    assert rebuilds_equal(play)


def test_an_amount_that_changes_after_the_win_follows_on_the_marketing_record(play: Play) -> None:
    made = won(play)
    play.box.sales.act(
        "edit", object="Opportunity", id=made["opportunityId"], fields={"Amount": 1234.56}
    )
    assert float(str(later(play)["crmbridge_won_amount"])) == 1234.56


def test_a_won_deal_that_is_deleted_takes_its_revenue_with_it(play: Play) -> None:
    made = won(play)
    play.box.sales.act("delete", object="Opportunity", id=made["opportunityId"])
    person = later(play)
    assert not person.get("crmbridge_won_amount")
    assert not person.get("crmbridge_won_deals")
    assert person["lifecyclestage"] != "customer"
    assert rebuilds_equal(play)


def test_a_deal_without_an_amount_makes_a_customer_with_no_amount(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={})
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    person = later(play)
    assert person["lifecyclestage"] == "customer"
    assert not person.get("crmbridge_won_amount")


def test_two_people_on_one_deal_share_its_amount_to_the_cent(play: Play) -> None:
    ready(play, "jo", "al")
    first = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 100.01})
    second = play.box.sales.act(
        "convert",
        id=play.lead("al@buyer.example")["Id"],
        account=first["accountId"],
        opportunity=False,
    )
    play.box.sales.act("add_role", opportunity=first["opportunityId"], contact=second["contactId"])
    play.later(days=1)
    play.box.sales.act("close_deal", id=first["opportunityId"], won=True)
    person = later(play)
    other = play.person("al@buyer.example")
    amounts = sorted(float(str(one["crmbridge_won_amount"])) for one in (person, other))
    assert amounts == [50.0, 50.01]


def test_a_rep_who_left_gets_no_leads_and_the_lead_goes_to_another(play: Play) -> None:
    for name in ("ann", "bob", "cat"):
        users = [u for u in play.sf("User") if str(u["Email"]).startswith(name)]
        play.box.sales.act("deactivate_user", user=users[0]["Id"])
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    rest(play)
    owner = play.lead(JO)["OwnerId"]
    (dev,) = [u["Id"] for u in play.sf("User") if str(u["Email"]).startswith("dev")]
    assert owner == dev


def test_a_rep_who_leaves_between_the_look_and_the_write_loses_the_lead_to_another(
    play: Play,
) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    play.box.sales.config(
        row_faults=[
            {"object": "Lead", "times": 1, "code": "INACTIVE_OWNER_OR_USER", "message": "gone"}
        ]
    )
    rest(play)
    assert play.lead(JO)["Status"] == "Open - Not Contacted"
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"


def test_all_reps_full_leaves_the_lead_in_the_line_with_a_reason(play: Play) -> None:
    for user in play.sf("User"):
        if str(user["Email"]).endswith("acme.example"):
            play.box.sales.act("deactivate_user", user=user["Id"])
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    rest(play)
    assert play.sf() == []
    assert play.person(JO)["crmbridge_waiting"]


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
