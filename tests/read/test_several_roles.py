"""One vendor's object in several roles is read once, and gives what each of them makes of it."""

from __future__ import annotations

from dataclasses import replace

from crmbridge.flows.read.pull import due_objects
from crmbridge.flows.read.reconcile import CHANGES, kinds
from crmbridge.model.campaign import Member
from crmbridge.model.lead import Ref
from crmbridge.model.record import Page, Record
from crmbridge.model.touch import Gone, Touch
from crmbridge.store.rows import DealRow, RoleRow, TouchRow
from crmbridge.store.seen_rows import BelongingRow, CampaignRow, FirmRow, MemberRow
from tests.mapping.conftest import RAW, changed
from tests.stages.kept import is_rebuilt, rows
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.rest import rest


def test_a_campaign_member_is_read_once_as_touch_and_membership(play: Play) -> None:
    sales = play.company.systems["sales"]
    assert sales.roles("CampaignMember") == {"touch.campaigns", "member"}
    fields = sales.objects["CampaignMember"]
    assert len(fields) == len(set(fields))
    assert {"Campaign.Name", "Status", "FirstRespondedDate"} <= set(fields)
    record = Record(
        obj="CampaignMember",
        id="00vA",
        values={"CampaignId": "701A", "LeadId": "00QA", "CreatedDate": START, "Status": "Sent"},
    )
    page = Page(records=(record, replace(record, deleted=True)), cursor="", more=False)
    made = sales.translate("CampaignMember", page).items
    assert [type(one) for one in made] == [Touch, Member, Gone, Member]
    assert [one.live for one in made if isinstance(one, Member)] == [True, False]


def test_an_object_in_several_roles_is_compared_as_what_is_known_best(play: Play) -> None:
    assert kinds(play.company.systems["sales"]) == {
        **{"Lead": "people", "Contact": "people", "Opportunity": "deals"},
        **{"OpportunityContactRole": "roles", "Campaign": "campaign", "Account": "firm"},
        **{"CampaignMember": "member", "Task": "happenings"},
    }


def test_users_that_are_more_than_users_are_swept_and_compared_too(play: Play) -> None:
    firm = {**RAW["sales"]["firm"], "object": "User"}
    raw = {**RAW, "sales": {**RAW["sales"], "firm": firm}}
    sales = changed(play.company, raw).systems["sales"]
    assert sales.roles("User") == {"rep", "firm"}
    assert kinds(sales)["User"] == "firm"
    assert "User" not in kinds(play.company.systems["sales"])


def test_what_stands_around_deals_and_people_is_read_from_salesforce(play: Play) -> None:
    act = play.box.sales.act
    account = act("create", object="Account", fields={"Name": "Buyer", "Website": "buyer.example"})
    cost = {"Name": "Fair", "Type": "Conference", "ActualCost": 5000, "StartDate": "2026-03-01"}
    campaign = act("create", object="Campaign", fields=cost)["id"]
    person = {"LastName": "Kern", "Email": "k@buyer.example", "AccountId": account["id"]}
    contact = act("create", object="Contact", fields=person)["id"]
    member = act("add_to_campaign", campaign=campaign, contact=contact)["id"]
    won = {
        **{"Name": "Twelve seats", "StageName": "Prospecting", "CloseDate": "2026-06-30"},
        **{"AccountId": account["id"], "CampaignId": campaign, "Amount": 1000},
    }
    deal = act("create", object="Opportunity", fields=won)["id"]
    on = {"OpportunityId": deal, "ContactId": contact, "Role": "Evaluator", "IsPrimary": True}
    act("create", object="OpportunityContactRole", fields=on)
    rest(play)
    company = play.company
    (firm,) = rows(company, FirmRow)
    assert (firm.id, firm.name, firm.domain) == (
        f"sales:Account:{account['id']}",
        "Buyer",
        "buyer.example",
    )
    (fair,) = [one for one in rows(company, CampaignRow) if one.name == "Fair"]
    assert (fair.channel, fair.cost_minor, fair.currency) == ("Conference", 500_000, "EUR")
    (touch,) = rows(company, TouchRow)
    (joined,) = rows(company, MemberRow)
    assert touch.campaign == joined.campaign == fair.id
    assert (joined.person, joined.status) == (f"sales:Contact:{contact}", "Sent")
    assert (joined.responded, joined.live, joined.first_at) == (False, True, touch.at)
    (row,) = rows(company, DealRow)
    assert (row.stage, row.account, row.campaign, row.name) == (
        "Prospecting",
        firm.id,
        fair.id,
        "Twelve seats",
    )
    assert row.owner.startswith("sales:User:005")
    (role,) = rows(company, RoleRow)
    assert (role.role, role.is_primary) == ("Evaluator", True)
    (belongs,) = rows(company, BelongingRow)
    assert (belongs.person, belongs.account, belongs.until) == (joined.person, firm.id, None)

    play.later(minutes=5)
    act("edit", object="CampaignMember", id=member, fields={"Status": "Responded"})
    rest(play)
    (joined,) = rows(company, MemberRow)
    assert (joined.status, joined.responded) == ("Responded", True)
    assert joined.responded_at is not None

    play.later(hours=1)
    act("delete", object="CampaignMember", id=member)
    play.later(minutes=16)
    rest(play)
    assert [one.live for one in rows(company, MemberRow)] == [False]
    assert [one.lead for one in rows(company, TouchRow)] == [None]
    assert is_rebuilt(company)


def test_every_object_is_due_in_each_look(play: Play) -> None:
    sales = play.company.systems["sales"]
    assert set(due_objects(play.company, "sales", CHANGES)) == set(sales.objects)
    assert sales.ref("Campaign", "1") == Ref(system="sales", obj="Campaign", id="1")
