"""What stands around people and deals comes from the vendors' own objects, through real readers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from crmbridge.store.rows import ActivityRow, RoleRow
from crmbridge.store.seen_rows import BelongingRow, CampaignRow, FirmRow, MemberRow, ProductRow
from tests.stages.kept import is_rebuilt, rows
from tests.stages.play import Play, begun, example

HUBSPOT: dict[str, Any] = {
    "activity": {
        "meetings": {
            "object": "meetings",
            "kind": "meeting",
            "at": ["hs_meeting_start_time"],
            "people": {"associations.contacts": ["contacts"]},
            "outcome": "hs_meeting_outcome",
            "outcomes": {"COMPLETED": "held", "NO_SHOW": "no show"},
        },
        "calls": {
            "object": "calls",
            "kind": "call",
            "at": ["hs_timestamp"],
            "people": {"associations.contacts": ["contacts"]},
            "outcome": "hs_call_status",
        },
    },
    "firm": {"object": "companies", "name": "name", "domain": "domain", "industry": "industry"},
}
LINES = {
    "object": "OpportunityLineItem",
    "deal": "OpportunityId",
    "name": "Product2.Name",
    "code": "ProductCode",
    "quantity": "Quantity",
    "amount": "TotalPrice",
}


def files() -> CompanyFiles:
    """The worked example, whose HubSpot has meetings, calls and companies, too."""
    made = example()
    raw = made.mapping.model_dump()
    raw["marketing"] |= HUBSPOT
    raw["marketing"]["lead"] |= {
        "account_ref": "associatedcompanyid",
        "account_object": "companies",
    }
    raw["sales"]["product"] = LINES
    return replace(made, mapping=Mapping.model_validate(raw))


def test_hubspot_meetings_calls_and_companies_are_kept(tmp_path: Path) -> None:
    with begun(files(), tmp_path) as play:
        jo = play.contact("jo@buyer.example", lastname="Kern")
        _work(play, jo)
        play.turn()
        found = {(one.kind, one.outcome) for one in rows(play.company, ActivityRow)}
        assert found == {("meeting", "no show"), ("call", "COMPLETED")}
        (firm,) = rows(play.company, FirmRow)
        assert (firm.name, firm.domain) == ("Buyer", "buyer.example")
        (belongs,) = rows(play.company, BelongingRow)
        assert (belongs.person, belongs.account) == (f"marketing:contacts:{jo}", firm.id)
        (meeting,) = play.box.marketing.state("meetings")
        play.box.marketing.act(
            "edit",
            object="meetings",
            id=meeting["id"],
            properties={"hs_meeting_outcome": "COMPLETED"},
        )
        play.later(minutes=10)
        play.turn()
        found = {(one.kind, one.outcome) for one in rows(play.company, ActivityRow)}
        assert found == {("meeting", "held"), ("call", "COMPLETED")}
        assert is_rebuilt(play.company)


def _work(play: Play, jo: str) -> None:
    """Their company, a meeting that they missed, and a call that was held."""
    at = "2026-03-02T08:00:00Z"
    play.box.marketing.seed(
        companies=[
            {
                "properties": {"name": "Buyer", "domain": "buyer.example"},
                "associations": [{"to": jo, "object": "contacts"}],
            }
        ],
        meetings=[
            {
                "properties": {
                    "hs_meeting_start_time": at,
                    "hs_timestamp": at,
                    "hs_meeting_outcome": "NO_SHOW",
                },
                "associations": [{"to": jo, "object": "contacts"}],
            }
        ],
        calls=[
            {
                "properties": {"hs_timestamp": at, "hs_call_status": "COMPLETED"},
                "associations": [{"to": jo, "object": "contacts"}],
            }
        ],
    )
    (firm,) = play.box.marketing.state("companies")
    play.box.marketing.act(
        "edit", object="contacts", id=jo, properties={"associatedcompanyid": firm["id"]}
    )


def test_salesforce_lines_campaigns_members_and_roles_are_kept(tmp_path: Path) -> None:
    with begun(files(), tmp_path) as play:
        sales = play.box.sales
        sales.seed(Account=[{"Name": "Buyer", "Industry": "Banking"}])
        (account,) = sales.state("Account")
        sales.seed(
            Contact=[{"LastName": "Kern", "Email": "jo@buyer.example", "AccountId": account["Id"]}],
            Campaign=[{"Name": "Fair", "Type": "Trade Show", "ActualCost": 500}],
            Product2=[{"Name": "Seat", "ProductCode": "SEAT"}],
        )
        (jo,), (fair,), (seat,) = map(sales.state, ("Contact", "Campaign", "Product2"))
        sales.seed(
            Opportunity=[
                {
                    "Name": "Buyer, 12 seats",
                    "StageName": "Prospecting",
                    "CloseDate": "2026-06-30",
                    "AccountId": account["Id"],
                    "CampaignId": fair["Id"],
                }
            ],
            CampaignMember=[
                {"CampaignId": fair["Id"], "ContactId": jo["Id"], "Status": "Responded"}
            ],
        )
        (deal,) = sales.state("Opportunity")
        sales.seed(
            OpportunityLineItem=[
                {
                    "OpportunityId": deal["Id"],
                    "Product2Id": seat["Id"],
                    "Quantity": 12,
                    "UnitPrice": 50,
                }
            ],
            OpportunityContactRole=[
                {
                    "OpportunityId": deal["Id"],
                    "ContactId": jo["Id"],
                    "Role": "Decision Maker",
                    "IsPrimary": True,
                }
            ],
        )
        play.turn()
        (line,) = rows(play.company, ProductRow)
        assert (line.name, line.code, str(line.quantity)) == ("Seat", "SEAT", "12")
        assert (line.amount_minor, line.deal) == (60_000, f"sales:Opportunity:{deal['Id']}")
        (role,) = rows(play.company, RoleRow)
        assert (role.role, role.is_primary) == ("Decision Maker", True)
        (campaign,) = rows(play.company, CampaignRow)
        assert (campaign.name, campaign.channel, campaign.cost_minor) == (
            *("Fair", "Trade Show"),
            50_000,
        )
        (member,) = rows(play.company, MemberRow)
        assert (member.status, member.responded, member.campaign) == (
            *("Responded", True),
            campaign.id,
        )
        (firm,) = rows(play.company, FirmRow)
        assert (firm.name, firm.industry) == ("Buyer", "Banking")
        (belongs,) = rows(play.company, BelongingRow)
        assert (belongs.person, belongs.account) == (f"sales:Contact:{jo['Id']}", firm.id)
        assert is_rebuilt(play.company)
