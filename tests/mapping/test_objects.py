"""Products, campaigns, members and firms as two vendors write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from crmbridge.company import named
from crmbridge.mapping import objects
from crmbridge.mapping.check import check_alone, uses
from crmbridge.mapping.schema import CampaignMap, FirmMap, Mapping, MemberMap, ProductMap
from crmbridge.model.campaign import Campaign, Member
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.product import Product
from crmbridge.model.record import Record, Value
from tests.mapping.conftest import RAW, told

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

LINE = ProductMap(
    object="OpportunityLineItem",
    deal="OpportunityId",
    name="Name",
    code="ProductCode",
    quantity="Quantity",
    amount="TotalPrice",
    currency="CurrencyIsoCode",
)
LINE_AT_HUBSPOT = ProductMap(
    object="line_items",
    deal="associations.deals",
    name="name",
    code="hs_sku",
    quantity="quantity",
    amount="amount",
)
CAMPAIGN = CampaignMap(
    object="Campaign",
    name="Name",
    channel="Type",
    parent="ParentId",
    cost="ActualCost",
    currency="CurrencyIsoCode",
    starts="StartDate",
    ends="EndDate",
)
MEMBER = MemberMap(
    object="CampaignMember",
    campaign="CampaignId",
    campaign_object="Campaign",
    people={"LeadId": "Lead", "ContactId": "Contact"},
    status="Status",
    responded="HasResponded",
    responded_at="FirstRespondedDate",
    at="CreatedDate",
)
FIRM = FirmMap(
    object="Account",
    name="Name",
    domain="Website",
    parent="ParentId",
    industry="Industry",
    owner="OwnerId",
)


def ref(obj: str, ident: str) -> Ref:
    return Ref(system="sales", obj=obj, id=ident)


def record(obj: str, *, deleted: bool = False, **values: Value) -> Record:
    return Record(obj=obj, id="1", values=values, changed_at=AT, deleted=deleted)


ITEM: dict[str, Value] = {
    **{"OpportunityId": "006A", "Name": "Seats", "ProductCode": "SEAT", "Quantity": Decimal(12)},
    **{"TotalPrice": Decimal("2400.00"), "CurrencyIsoCode": "USD"},
}


def test_a_line_of_a_deal_is_read() -> None:
    found = objects.product("sales", LINE, "Opportunity", record("OpportunityLineItem", **ITEM))
    assert found == Product(
        ref=ref("OpportunityLineItem", "1"),
        deal=ref("Opportunity", "006A"),
        name="Seats",
        code="SEAT",
        quantity=Decimal(12),
        amount=Decimal("2400.00"),
        currency="USD",
        changed_at=AT,
        told=frozenset({"deal", "name", "code", "quantity", "amount", "currency"}),
    )
    assert objects.fields_of(LINE) == tuple(ITEM)


def test_a_line_item_of_hubspot_is_its_deals_by_association() -> None:
    values: dict[str, Value] = {"associations.deals": ("7",), "name": "Seats", "amount": 5}
    made = Record(obj="line_items", id="1", values=values, changed_at=AT)
    found = objects.product("sales", LINE_AT_HUBSPOT, "deals", made)
    assert found is not None
    assert (found.deal, found.amount) == (ref("deals", "7"), Decimal(5))
    assert found.told == {"deal", "name", "amount"}


def test_a_line_without_a_deal_is_none_unless_it_was_deleted() -> None:
    alone = record("OpportunityLineItem", **ITEM | {"OpportunityId": None})
    assert objects.product("sales", LINE, "Opportunity", alone) is None
    gone = objects.product(
        "sales", LINE, "Opportunity", record("OpportunityLineItem", deleted=True, **ITEM)
    )
    assert gone == Product(ref=ref("OpportunityLineItem", "1"), live=False, changed_at=AT)


@pytest.mark.parametrize("odd", ["many", True, Decimal("Infinity"), Decimal(10) ** 16])
def test_an_odd_number_is_not_told(odd: Value) -> None:
    values = ITEM | {"Quantity": odd, "TotalPrice": odd}
    found = objects.product("sales", LINE, "Opportunity", record("OpportunityLineItem", **values))
    assert found is not None
    assert found.told == {"deal", "name", "code", "currency"}


def test_a_campaign_is_read() -> None:
    values: dict[str, Value] = {
        **{"Name": "Spring", "Type": "Webinar", "ParentId": "701P", "ActualCost": Decimal(500)},
        **{"StartDate": date(2026, 3, 1), "EndDate": None},
    }
    found = objects.campaign("sales", CAMPAIGN, record("Campaign", **values), BERLIN, "EUR")
    assert found == Campaign(
        ref=ref("Campaign", "1"),
        name="Spring",
        channel="Webinar",
        parent=ref("Campaign", "701P"),
        cost=Money(50_000, "EUR"),
        starts=date(2026, 3, 1),
        changed_at=AT,
        told=frozenset({"name", "channel", "parent", "cost", "starts", "ends"}),
    )
    other = record("Campaign", **values | {"CurrencyIsoCode": "JPY"})
    assert objects.campaign("sales", CAMPAIGN, other, BERLIN, "EUR").cost == Money(500, "JPY")


JOINED: dict[str, Value] = {
    **{"CampaignId": "701A", "LeadId": "00QA", "ContactId": None, "Status": "Responded"},
    **{"HasResponded": True, "FirstRespondedDate": date(2026, 3, 2), "CreatedDate": AT},
}


def test_a_membership_is_read() -> None:
    found = objects.member("sales", MEMBER, record("CampaignMember", **JOINED), BERLIN)
    assert found == Member(
        ref=ref("CampaignMember", "1"),
        campaign=ref("Campaign", "701A"),
        person=ref("Lead", "00QA"),
        status="Responded",
        responded=True,
        first_at=AT,
        responded_at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        changed_at=AT,
        told=frozenset({"campaign", "person", "status", "responded", "responded_at", "first_at"}),
    )
    after = record("CampaignMember", **JOINED | {"ContactId": "003A"})
    moved = objects.member("sales", MEMBER, after, BERLIN)
    assert moved is not None
    assert moved.person == ref("Contact", "003A")
    assert objects.fields_of(MEMBER) == (
        *("CampaignId", "LeadId", "ContactId", "Status", "HasResponded"),
        *("FirstRespondedDate", "CreatedDate"),
    )


@pytest.mark.parametrize("missing", ["CampaignId", "LeadId"])
def test_a_membership_that_misses_an_end_is_none(missing: str) -> None:
    made = record("CampaignMember", **JOINED | {missing: None})
    assert objects.member("sales", MEMBER, made, BERLIN) is None
    gone = objects.member("sales", MEMBER, record("CampaignMember", deleted=True), BERLIN)
    assert gone == Member(ref=ref("CampaignMember", "1"), live=False, changed_at=AT)


def test_a_firm_is_read_and_its_name_is_in_no_repr() -> None:
    made = record("Account", Name="Jo Doe", Website="doe.example", ParentId=None, OwnerId="005A")
    found = objects.firm("sales", FIRM, made, "User")
    assert found == Firm(
        ref=ref("Account", "1"),
        name="Jo Doe",
        domain="doe.example",
        owner=ref("User", "005A"),
        changed_at=AT,
        told=frozenset({"name", "domain", "parent", "owner"}),
    )
    assert "Jo Doe" not in repr(found)


@pytest.mark.parametrize(
    ("given", "domain"),
    [
        ("buyer.example", "buyer.example"),
        ("https://www.Buyer.example/shop?a=1", "buyer.example"),
        ("http://buyer.example:8080", "buyer.example"),
        (" WWW.buyer.example/ ", "buyer.example"),
        (None, ""),
    ],
)
def test_a_web_address_is_its_domain(given: Value, domain: str) -> None:
    assert objects.firm("sales", FIRM, record("Account", Website=given), "User").domain == domain


@pytest.mark.parametrize(
    ("table", "value", "words"),
    [
        ("product", {"object": "OpportunityLineItem"}, ("product", "deal")),
        ("product", {"object": "x", "deal": "y", "colour": "z"}, ("product", "colour")),
        ("campaign", {"object": "Campaign"}, ("campaign", "name")),
        ("member", {"object": "CampaignMember", "campaign": "CampaignId"}, ("campaign_object",)),
        ("firm", {"name": "Name"}, ("firm", "object")),
    ],
)
def test_a_mistake_is_refused_with_what_and_where(
    table: str, value: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        Mapping.model_validate({**RAW, "sales": {**RAW["sales"], table: value}})
    assert all(word in str(caught.value) for word in words)


def test_members_that_are_nobodys_are_found() -> None:
    sales = {**RAW["sales"]}
    sales["member"] = {**sales["member"], "people": {}}
    (one,) = check_alone(Mapping.model_validate({**RAW, "sales": sales}))
    assert str(one).startswith("mapping.toml sales.member.people: no line says whose these are")
    sales["member"] = {**sales["member"], "people": {"LeadId": "Leed"}}
    assert "no table of people has the object 'Leed'" in " ".join(
        told(check_alone(Mapping.model_validate({**RAW, "sales": sales})))
    )


def test_every_line_of_a_product_is_checked_against_the_vendor() -> None:
    sales = {**RAW["sales"], "product": LINE.model_dump()}
    spec = Mapping.model_validate({**RAW, "sales": sales}).sales
    found = {one.line: one.field for one in uses("sales", spec) if one.table == "sales.product"}
    assert found == {
        "deal": "OpportunityId",
        "name": "Name",
        "code": "ProductCode",
        "quantity": "Quantity",
        "amount": "TotalPrice",
        "currency": "CurrencyIsoCode",
    }


def test_objects_go_by_one_name() -> None:
    marketing = {
        **RAW["marketing"],
        "deal": {"object": "0-3", "amount": "amount", "is_won": "won", "is_closed": "closed"},
        "product": {"object": "line_item", "deal": "associations.deal"},
        "firm": {"object": "company", "parent": "associations.company"},
        "member": {
            **{"object": "0-35", "campaign": "c", "campaign_object": "Campaign"},
            "people": {"associations.contact": "contact"},
        },
    }
    found = named(Mapping.model_validate({**RAW, "marketing": marketing})).marketing
    assert found.product
    assert found.firm
    assert found.member
    assert (found.product.object, found.product.deal) == ("line_items", "associations.deals")
    assert (found.firm.object, found.firm.parent) == ("companies", "associations.companies")
    assert found.member.people == {"associations.contacts": "contacts"}
