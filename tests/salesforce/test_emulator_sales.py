"""Lines of deals, campaigns with their answers, events and calls of the emulated Salesforce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.salesforce.desk import Desk, desk, first_error

LINE = "OpportunityLineItem"
REPS = [
    {"Name": "Rep One", "Email": "one@acme.test"},
    {"Name": "Rep Two", "Email": "two@acme.test"},
]
OUTCOME = {
    "name": "Outcome__c",
    "type": "picklist",
    "picklistValues": ["Held", "No show", "Canceled"],
    "restrictedPicklist": True,
}
STATUSES = (("Registered", False), ("Attended", True), ("No show", False))


@pytest.fixture
def org() -> Iterator[Desk]:
    with desk() as made:
        made.remote.seed(
            User=REPS,
            Product2=[{"Name": "Seat", "ProductCode": "S-1", "IsActive": True}],
            Pricebook2=[{"Name": "Standard", "IsActive": True}],
        )
        seat, book = (made.remote.state(one)[0]["Id"] for one in ("Product2", "Pricebook2"))
        entry = {"Pricebook2Id": book, "Product2Id": seat, "UnitPrice": 100.0, "IsActive": True}
        made.remote.seed(PricebookEntry=[entry])
        yield made


def _entry(org: Desk) -> dict[str, Any]:
    return org.remote.state("PricebookEntry")[0]


def _user(org: Desk, name: str) -> str:
    return next(str(one["Id"]) for one in org.remote.state("User") if one["Name"] == name)


def _deal(org: Desk, **fields: Any) -> str:
    owner = {"OwnerId": _user(org, "Rep One")}
    return str(org.remote.act("create_deal", name="Big", fields={**owner, **fields})["id"])


def _line(org: Desk, deal: str, **fields: Any) -> str:
    body = {"OpportunityId": deal, "PricebookEntryId": _entry(org)["Id"], "Quantity": 2, **fields}
    answer = org.call("POST", f"sobjects/{LINE}", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_line_takes_product_name_and_price_from_its_entry(org: Desk) -> None:
    deal = _deal(org)
    line = _line(org, deal)
    soql = f"SELECT Id, Name, ProductCode, UnitPrice, TotalPrice, Product2.Name FROM {LINE}"
    row = org.query(soql).json()["records"][0]
    assert row["Id"] == line
    assert row["Product2"]["Name"] == "Seat"
    wanted = ("Big Seat", "S-1", 100.0, 200.0)
    assert (row["Name"], row["ProductCode"], row["UnitPrice"], row["TotalPrice"]) == wanted
    assert org.row("Opportunity", deal)["Pricebook2Id"] == _entry(org)["Pricebook2Id"]
    assert (_entry(org)["Name"], _entry(org)["ProductCode"]) == ("Seat", "S-1")


@pytest.mark.parametrize(
    ("change", "price", "total"),
    [
        ({"Quantity": 3}, 100.0, 300.0),
        ({"UnitPrice": 80}, 80.0, 160.0),
        ({"TotalPrice": 150}, 75.0, 150.0),
        ({"Discount": 25}, 100.0, 150.0),
    ],
)
def test_price_and_total_go_together(
    org: Desk, change: dict[str, float], price: float, total: float
) -> None:
    line = _line(org, _deal(org))
    assert org.call("PATCH", f"sobjects/{LINE}/{line}", change).status_code == 204
    row = org.row(LINE, line)
    assert (row["UnitPrice"], row["TotalPrice"]) == (price, total)


def test_a_line_needs_product_quantity_and_price(org: Desk) -> None:
    body: dict[str, Any] = {"OpportunityId": _deal(org), "Quantity": 1}
    refused = (400, "REQUIRED_FIELD_MISSING")
    assert first_error(org.call("POST", f"sobjects/{LINE}", body)) == refused
    body["Product2Id"] = _entry(org)["Product2Id"]
    assert first_error(org.call("POST", f"sobjects/{LINE}", body)) == refused
    assert org.call("POST", f"sobjects/{LINE}", {**body, "UnitPrice": 5}).status_code == 201
    no_quantity = {**body, "UnitPrice": 5, "Quantity": None}
    assert first_error(org.call("POST", f"sobjects/{LINE}", no_quantity)) == refused


def test_the_deal_follows_its_lines_and_ignores_another_amount(org: Desk) -> None:
    deal = _deal(org, Amount=5)
    assert org.row("Opportunity", deal)["HasOpportunityLineItem"] is False
    org.remote.clock(advance=60)
    first, second = _line(org, deal), _line(org, deal, UnitPrice=10)
    row = org.row("Opportunity", deal)
    assert (row["HasOpportunityLineItem"], row["Amount"], row["ExpectedRevenue"]) == (
        True, 220.0, 22.0,
    )  # fmt: skip
    assert row["SystemModstamp"] == "2026-11-21T10:01:00.000+0000"
    assert org.call("PATCH", f"sobjects/Opportunity/{deal}", {"Amount": 7}).status_code == 204
    assert org.row("Opportunity", deal)["Amount"] == 220.0
    assert org.call("DELETE", f"sobjects/{LINE}/{second}").status_code == 204
    assert org.row("Opportunity", deal)["Amount"] == 200.0
    assert org.ids(f"SELECT Id FROM {LINE}") == [first]
    assert set(org.ids(f"SELECT Id FROM {LINE}", everything=True)) == {first, second}
    amounts = [one.get("Amount") for one in org.remote.state("OpportunityHistory")]
    assert amounts == [5.0, 200.0, 220.0, 200.0]


def test_the_last_line_goes_comes_back_and_goes_for_good(org: Desk) -> None:
    deal = _deal(org)
    line = _line(org, deal)
    for verb, has in (("delete", False), ("undelete", True), ("hard_delete", False)):
        org.remote.act(verb, object=LINE, id=line, by="Rep Two")
        row = org.row("Opportunity", deal)
        assert row["HasOpportunityLineItem"] is has
        assert row["LastModifiedById"] == _user(org, "Rep Two")


def test_lines_go_with_their_deal(org: Desk) -> None:
    deal = _deal(org)
    line = _line(org, deal)
    org.remote.act("delete", object="Opportunity", id=deal)
    assert org.row(LINE, line)["IsDeleted"] is True
    assert org.row("Opportunity", deal)["Amount"] == 200.0


def test_the_owner_of_the_deal_changes_its_lines_when_nobody_is_named(org: Desk) -> None:
    deal = _deal(org)
    line = _line(org, deal)
    org.remote.act("edit", object=LINE, id=line, fields={"Quantity": 1})
    for obj, record in ((LINE, line), ("Opportunity", deal)):
        assert org.row(obj, record)["LastModifiedById"] == _user(org, "Rep One")


def test_seeded_lines_leave_stamps_and_a_given_amount(org: Desk) -> None:
    old = "2026-11-01T08:00:00.000+0000"
    for name, amount in (("A", 999.0), ("B", None)):
        given = {"Name": name, "StageName": "Closed Won", "CloseDate": "2026-11-01"}
        org.remote.seed(Opportunity=[{**given, "Amount": amount, "SystemModstamp": old}])
    deals = {one["Name"]: one["Id"] for one in org.remote.state("Opportunity")}
    seat = _entry(org)["Product2Id"]
    made = [
        {"OpportunityId": deal, "Product2Id": seat, "Quantity": 2, "UnitPrice": price}
        for deal in deals.values()
        for price in (10, 20)
    ]
    org.remote.seed(**{LINE: made})
    for name, amount in (("A", 999.0), ("B", 60.0)):
        row = org.row("Opportunity", deals[name])
        assert (row["HasOpportunityLineItem"], row["Amount"]) == (True, amount)
        assert row["SystemModstamp"] == old


def _campaign(org: Desk, **fields: Any) -> str:
    answer = org.call("POST", "sobjects/Campaign", {"Name": "Webinar", **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_campaign_has_parent_costs_and_days(org: Desk) -> None:
    parent = _campaign(org, Type="Webinar", Status="Planned")
    made = _campaign(
        org,
        ParentId=parent,
        BudgetedCost=1000,
        ActualCost=800,
        StartDate="2026-11-01",
        EndDate="2026-11-02",
        IsActive=True,
    )
    soql = f"SELECT Parent.Name, ActualCost, IsActive FROM Campaign WHERE Id = '{made}'"
    row = org.query(soql).json()["records"][0]
    assert (row["Parent"]["Name"], row["ActualCost"], row["IsActive"]) == ("Webinar", 800.0, True)


def test_a_member_keeps_the_day_of_its_first_answer(org: Desk) -> None:
    body = {"CampaignId": _campaign(org), "LeadId": org.lead()}
    made = org.call("POST", "sobjects/CampaignMember", body).json()["id"]
    row = org.row("CampaignMember", made)
    assert (row["Status"], row["HasResponded"]) == ("Sent", False)
    assert "FirstRespondedDate" not in row
    for days, status in ((1, "Responded"), (1, "Sent"), (1, "Responded")):
        org.remote.clock(advance=86_400 * days)
        org.login()
        org.call("PATCH", f"sobjects/CampaignMember/{made}", {"Status": status})
        row = org.row("CampaignMember", made)
        assert row["FirstRespondedDate"] == "2026-11-22"
        assert row["HasResponded"] is (status == "Responded")
    assert row["CreatedDate"] < row["SystemModstamp"]


def test_a_campaign_may_have_statuses_of_its_own(org: Desk) -> None:
    campaign = _campaign(org)
    rows = [
        {"CampaignId": campaign, "Label": label, "SortOrder": place, "HasResponded": answered}
        for place, (label, answered) in enumerate(STATUSES)
    ]
    org.remote.seed(CampaignMemberStatus=[{**rows[0], "IsDefault": True}, *rows[1:]])
    for given, kept, answered in (
        ("Attended", "Attended", True),
        ("Responded", "Registered", False),
        (None, "Registered", False),
    ):
        added = org.remote.act("add_to_campaign", campaign=campaign, lead=org.lead(), status=given)
        row = org.row("CampaignMember", added["id"])
        assert (row["Status"], row["HasResponded"]) == (kept, answered)
        assert ("FirstRespondedDate" in row) is answered


def test_a_seeded_answer_has_the_day_of_its_row(org: Desk) -> None:
    row = {"CampaignId": _campaign(org), "LeadId": org.lead(), "Status": "Responded"}
    org.remote.seed(CampaignMember=[{**row, "SystemModstamp": "2026-10-02T23:00:00Z"}])
    member = org.remote.state("CampaignMember")[0]
    assert (member["HasResponded"], member["FirstRespondedDate"]) == (True, "2026-10-02")


@pytest.mark.parametrize(
    "given",
    [
        {"StartDateTime": "2026-11-25T09:00:00Z", "EndDateTime": "2026-11-25T09:30:00Z"},
        {"ActivityDateTime": "2026-11-25T09:00:00Z", "DurationInMinutes": 30},
    ],
)
def test_an_event_knows_its_times_by_every_name(org: Desk, given: dict[str, Any]) -> None:
    made = org.call("POST", "sobjects/Event", {"WhoId": org.lead(), **given}).json()["id"]
    row = org.row("Event", made)
    assert row["ActivityDate"] == "2026-11-25"
    assert row["StartDateTime"] == row["ActivityDateTime"] == "2026-11-25T09:00:00.000+0000"
    assert (row["EndDateTime"], row["DurationInMinutes"]) == ("2026-11-25T09:30:00.000+0000", 30)
    later = {"StartDateTime": "2026-11-26T10:00:00Z"}
    org.call("PATCH", f"sobjects/Event/{made}", later)
    row = org.row("Event", made)
    assert (row["ActivityDate"], row["EndDateTime"]) == (
        "2026-11-26", "2026-11-26T10:30:00.000+0000",
    )  # fmt: skip


def test_an_org_may_keep_the_outcome_of_an_event_in_a_field_of_its_own(org: Desk) -> None:
    org.remote.seed(**{"describe/Event": [OUTCOME]})
    done = org.remote.act(
        "log_activity",
        kind="event",
        who=org.lead(),
        by="Rep Two",
        fields={"StartDateTime": "2026-11-20T09:00:00Z", "Type": "Meeting", "Outcome__c": "Held"},
    )
    soql = "SELECT Outcome__c, Type, OwnerId, LastModifiedById, WhoId FROM Event"
    row = org.query(soql).json()["records"][0]
    assert (row["Outcome__c"], row["Type"]) == ("Held", "Meeting")
    assert row["OwnerId"] == row["LastModifiedById"] == _user(org, "Rep Two")
    answer = org.call("PATCH", f"sobjects/Event/{done['id']}", {"Outcome__c": "Maybe"})
    assert first_error(answer) == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")


def test_a_call_is_a_task_with_disposition_type_and_seconds(org: Desk) -> None:
    call = {
        "CallDisposition": "Reached",
        "CallType": "Outbound",
        "CallDurationInSeconds": 65,
        "Type": "Call",
    }
    who = org.lead()
    org.remote.act("log_activity", who=who, type="Call", fields=call, by="Rep One")
    task = org.remote.state("Task")[0]
    assert {name: task[name] for name in call} == call
    assert (task["Status"], task["TaskSubtype"], task["WhoId"]) == ("Completed", "Call", who)


def test_an_account_has_site_industry_parent_type_and_owner(org: Desk) -> None:
    parent = org.call("POST", "sobjects/Account", {"Name": "Holding"}).json()["id"]
    fields = {
        "Name": "Acme",
        "Website": "https://acme.test",
        "Industry": "Banking",
        "Type": "Prospect",
        "ParentId": parent,
        "OwnerId": _user(org, "Rep One"),
    }
    made = org.call("POST", "sobjects/Account", fields).json()["id"]
    soql = f"SELECT {', '.join(fields)}, Parent.Name FROM Account WHERE Id = '{made}'"
    row = org.query(soql).json()["records"][0]
    assert {name: row[name] for name in fields} == fields
    assert row["Parent"]["Name"] == "Holding"


def test_every_object_says_who_changed_it_last(org: Desk) -> None:
    for one in org.call("GET", "sobjects").json()["sobjects"]:
        fields = org.call("GET", f"sobjects/{one['name']}/describe").json()["fields"]
        assert "LastModifiedById" in {field["name"] for field in fields}


def test_amounts_of_lines_have_a_currency_in_a_multicurrency_org(org: Desk) -> None:
    org.remote.config(multicurrency=True)
    line = _line(org, _deal(org), CurrencyIsoCode="EUR")
    assert org.row(LINE, line)["CurrencyIsoCode"] == "EUR"
