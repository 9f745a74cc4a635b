"""Types, lengths, leave to write, keys and required fields: each line against each wrong field."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.connector import Follows
from crmbridge.mapping.check import Finding, check_side, objects_of
from crmbridge.mapping.schema import Mapping
from crmbridge.model.record import Field
from crmbridge.testing.sandbox import Sandbox
from tests.mapping.conftest import RAW, told

EXAMPLE = Mapping.model_validate(RAW)
Described = dict[str, list[Field]]

TIMES = {
    "marketing.lead.created": "createdate",
    "marketing.touch.forms.at": "submitted_at",
    "sales.lead.created": "CreatedDate",
    "sales.lead.converted.at": "ConvertedDate",
    "sales.touch.campaigns.at": "CreatedDate",
    "sales.activity.tasks.at": "CompletedDateTime",
    "sales.deal.created": "CreatedDate",
    "sales.deal.closed": "CloseDate",
    "sales.deal.closed_at": "LastStageChangeDate",
    "sales.deal.forecast": "CloseDate",
    "sales.campaign.starts": "StartDate",
    "sales.campaign.ends": "EndDate",
    "sales.member.at": "CreatedDate",
    "sales.member.responded_at": "FirstRespondedDate",
}
INSTANTS = {
    "marketing.lead.fields.returned_at": "crmbridge_returned_at",
    "marketing.lead.fields.cool_off_until": "crmbridge_cool_off_until",
    "marketing.lead.fields.won_at": "crmbridge_won_at",
}
TRUTHS = {
    "sales.lead.fields.opted_out": "HasOptedOutOfEmail",
    "sales.contact.fields.opted_out": "HasOptedOutOfEmail",
    "sales.lead.converted.flag": "IsConverted",
    "sales.role.primary": "IsPrimary",
    "sales.member.responded": "HasResponded",
    "sales.deal.is_won": "IsWon",
    "sales.deal.is_closed": "IsClosed",
    "sales.rep.active": "IsActive",
}
AMOUNTS = {
    "sales.deal.amount": "Amount",
    "sales.deal.probability": "Probability",
    "sales.campaign.cost": "ActualCost",
}
NUMBERS = {
    "marketing.lead.fields.cycle": "crmbridge_cycle",
    "marketing.lead.fields.loops": "crmbridge_loops",
    "marketing.lead.fields.engagement": "crmbridge_engagement",
    "marketing.lead.fields.score_fit": "crmbridge_fit",
    "marketing.lead.fields.won_amount": "crmbridge_won_amount",
    "marketing.lead.fields.won_deals": "crmbridge_won_deals",
    "sales.lead.fields.cycle": "CrmBridge_Cycle__c",
    "sales.lead.fields.engagement": "CrmBridge_Engagement__c",
    "sales.lead.fields.score_fit": "CrmBridge_Fit__c",
}
WORDS = {
    "marketing.lead.fields.reason": "crmbridge_reason",
    "marketing.lead.fields.grade": "crmbridge_grade",
    "marketing.lead.fields.trips": "crmbridge_trips",
    "marketing.lead.fields.won_currency": "crmbridge_won_currency",
    "marketing.lead.fields.owner_email": "crmbridge_rep",
    "sales.lead.fields.rating": "CrmBridge_Rating__c",
    "sales.lead.fields.definition": "CrmBridge_Definition__c",
    "sales.lead.fields.last_name": "LastName",
}
IDS = {
    "sales.role.deal": "OpportunityId",
    "sales.role.person": "ContactId",
    "sales.touch.campaigns.campaign": "CampaignId",
    "sales.deal.owner": "OwnerId",
    "sales.campaign.parent": "ParentId",
    "sales.member.campaign": "CampaignId",
    "sales.member.people.LeadId": "LeadId",
    "sales.firm.parent": "ParentId",
    "sales.firm.owner": "OwnerId",
    "sales.contact.account_ref": "AccountId",
    "sales.deal.account": "AccountId",
    "sales.deal.campaign": "CampaignId",
    "sales.activity.tasks.people.WhoId": "WhoId",
    "sales.touch.campaigns.people.LeadId": "LeadId",
    "sales.lead.converted.contact": "ConvertedContactId",
}
WRONG_TYPES = [
    *((place, field, wrong) for place, field in TIMES.items() for wrong in ("text", "number")),
    *((p, field, wrong) for p, field in INSTANTS.items() for wrong in ("date", "number", "bool")),
    *((p, field, wrong) for p, field in TRUTHS.items() for wrong in ("text", "number", "enum")),
    *((p, field, wrong) for p, field in AMOUNTS.items() for wrong in ("text", "bool", "date")),
    *((p, field, wrong) for p, field in NUMBERS.items() for wrong in ("bool", "date", "enum")),
    *((p, field, wrong) for p, field in WORDS.items() for wrong in ("number", "bool", "date")),
    *((p, field, wrong) for p, field in IDS.items() for wrong in ("number", "bool", "date")),
]
FATAL = (
    ".opted_out",
    ".deal.amount",
    ".is_won",
    ".is_closed",
    ".role.deal",
    ".role.person",
    ".key",
)
WRITTEN = {
    "marketing.lead.key": "crmbridge_id",
    "marketing.lead.fields.stage": "lifecyclestage",
    "marketing.lead.fields.opted_out": "hs_email_optout",
    "sales.lead.key": "CrmBridge_Id__c",
    "sales.lead.owner": "OwnerId",
    "sales.lead.fields.opted_out": "HasOptedOutOfEmail",
    "sales.lead.handoff.Status": "Status",
    "sales.lead.handoff.Rejection_Reason__c": "Rejection_Reason__c",
    "sales.contact.key": "CrmBridge_Id__c",
    "sales.contact.owner": "OwnerId",
    "sales.task.key": "CrmBridge_Id__c",
    "sales.task.person": "WhoId",
    "sales.task.owner": "OwnerId",
    "sales.task.subject": "Subject",
    "sales.task.body": "Description",
    "sales.task.values.Priority": "Priority",
}
LENGTHS = {
    "marketing.lead.key": ("crmbridge_id", 32),
    "marketing.lead.fields.trips": ("crmbridge_trips", 255),
    "marketing.lead.fields.won_currency": ("crmbridge_won_currency", 3),
    "marketing.lead.fields.definition": ("crmbridge_definition", 18),
    "sales.lead.key": ("CrmBridge_Id__c", 32),
    "sales.lead.fields.brief": ("Description", 1_500),
    "sales.lead.fields.last_name": ("LastName", 11),
    "sales.task.key": ("CrmBridge_Id__c", 32),
    "sales.task.body": ("Description", 1_500),
}


@pytest.fixture(scope="module")
def described(world: tuple[Sandbox, Company]) -> dict[str, Described]:
    """The fields of both systems as the vendors describe them."""
    out: dict[str, Described] = {}
    for side, system in world[1].systems.items():
        found = {obj: list(system.connector.describe(obj)) for obj in objects_of(side, system.map)}
        if "CampaignMember" in found:
            assert isinstance(system.connector, Follows)
            found["CampaignMember"] += system.connector.along("CampaignMember", "Campaign.Name")
        out[side] = found
    return out


def checked(
    described: dict[str, Described], place: str, field: str, **told: Any
) -> tuple[list[Finding], list[Finding]]:
    """The findings at a place when its field is otherwise, and all others."""
    side, name, *rest = place.split(".")
    table = getattr(EXAMPLE.system(side), name)
    obj = (table[rest[0]] if isinstance(table, dict) else table).object
    changed = [replace(one, **told) if one.name == field else one for one in described[side][obj]]
    found = check_side(EXAMPLE, side, {**described[side], obj: changed})
    mine = [one for one in found if one.place == f"mapping.toml {place}"]
    return mine, [one for one in found if one not in mine]


def fatal(place: str) -> bool:
    return place.endswith(FATAL)


def test_both_systems_fit_as_they_are(described: dict[str, Described]) -> None:
    for side in ("marketing", "sales"):
        assert told(check_side(EXAMPLE, side, described[side])) == []


@pytest.mark.parametrize(("place", "field", "wrong"), WRONG_TYPES)
def test_a_field_of_another_type_is_found(
    described: dict[str, Described], place: str, field: str, wrong: str
) -> None:
    mine, _ = checked(described, place, field, type=wrong, choices=(), length=0)
    (one,) = [one for one in mine if "is needed" in one.what]
    assert f"{field!r} holds {wrong}" in one.what
    assert one.fatal is fatal(place)


@pytest.mark.parametrize(("place", "field"), WRITTEN.items())
def test_a_field_that_may_not_be_written_is_found(
    described: dict[str, Described], place: str, field: str
) -> None:
    mine, _ = checked(described, place, field, writable=False)
    (one,) = [one for one in mine if "cannot be written" in one.what]
    assert one.fatal is fatal(place)


@pytest.mark.parametrize("place", [place for place in WRITTEN if place.endswith(".key")])
def test_a_key_that_is_not_unique_is_found(described: dict[str, Described], place: str) -> None:
    mine, _ = checked(described, place, WRITTEN[place], unique=False)
    (one,) = mine
    assert ("is not unique" in one.what, one.fatal) == (True, True)


@pytest.mark.parametrize(
    ("place", "field", "longest"), [(p, f, n) for p, (f, n) in LENGTHS.items()]
)
def test_a_field_that_is_too_short_is_found_and_one_that_just_fits_is_not(
    described: dict[str, Described], place: str, field: str, longest: int
) -> None:
    mine, _ = checked(described, place, field, type="text", length=longest - 1)
    (one,) = mine
    assert f"up to {longest:,} are written" in one.what
    assert one.fatal is fatal(place)
    mine, _ = checked(described, place, field, type="text", length=longest)
    assert mine == []


@pytest.mark.parametrize("name", ["Phone", "Title", "Website", "Industry", "Rating"])
def test_a_required_field_that_nobody_surely_fills_is_found(
    described: dict[str, Described], name: str
) -> None:
    (one,) = chain(*checked(described, "sales.lead", name, required=True))
    assert (one.field, one.fatal) == (name, False)
    may = name in ("Phone", "Title")
    assert ("we may have nothing for it" if may else "nobody fills it") in one.what


@pytest.mark.parametrize("name", ["Type", "CallDisposition", "ActivityDate"])
def test_a_required_field_of_a_task_is_found(described: dict[str, Described], name: str) -> None:
    (one,) = chain(*checked(described, "sales.task", name, required=True))
    assert one.place == "mapping.toml sales.task"
    assert "nobody fills it" in one.what


def test_required_fields_that_the_mapping_fills_are_fine(described: dict[str, Described]) -> None:
    for name in ("LastName", "Company", "OwnerId", "CrmBridge_Id__c", "CrmBridge_Grade__c"):
        assert checked(described, "sales.lead", name, required=True) == ([], [])
    for name in ("WhoId", "OwnerId", "Subject", "Status", "Priority"):
        assert checked(described, "sales.task", name, required=True) == ([], [])


def lead(**more: Any) -> Mapping:
    """The example with more lines in the lead's table of sales."""
    return Mapping.model_validate(
        {**RAW, "sales": {**RAW["sales"], "lead": {**RAW["sales"]["lead"], **more}}}
    )


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"HasOptedOutOfEmail": "false"}, "is yes or no, and never 'false'"),
        ({"HasOptedOutOfEmail": [False, 0]}, "is yes or no, and never 0"),
        ({"Status": True}, "is text, and never True"),
        ({"Status": ["Open - Not Contacted", "Nwe"]}, "'Status' does not have 'Nwe'"),
        ({"NumberOfEmployees": "5"}, "is a number, and never '5'"),
        ({"Nothing__c": True}, "has no field 'Nothing__c'"),
    ],
)
def test_a_filter_that_nothing_can_pass_is_a_fault(
    described: dict[str, Described], when: dict[str, Any], said: str
) -> None:
    (one,) = check_side(lead(when=when), "sales", described["sales"])
    assert said in one.what
    assert one.fatal


@pytest.mark.parametrize(
    "when", [{"HasOptedOutOfEmail": False}, {"Status": ["Working - Contacted"]}]
)
def test_a_filter_that_records_can_pass_is_fine(
    described: dict[str, Described], when: dict[str, Any]
) -> None:
    assert check_side(lead(when=when), "sales", described["sales"]) == []


def test_two_tables_of_people_on_one_object_are_refused_when_the_file_is_read() -> None:
    contact = {**RAW["sales"]["contact"], "object": "Lead"}
    with pytest.raises(ValueError, match=r"'Lead' is the object of both \[lead\] and \[contact\]"):
        Mapping.model_validate({**RAW, "sales": {**RAW["sales"], "contact": contact}})


def test_products_without_deals_are_refused_when_the_file_is_read() -> None:
    product = {"object": "OpportunityLineItem", "deal": "OpportunityId"}
    sales = {**RAW["sales"], "product": product}
    assert Mapping.model_validate({**RAW, "sales": sales}).sales.product is not None
    del sales["deal"]
    with pytest.raises(ValueError, match=r"there is no table of deals: add \[deal\]"):
        Mapping.model_validate({**RAW, "sales": sales})


def test_an_account_without_an_object_is_refused_when_the_file_is_read() -> None:
    contact = {**RAW["sales"]["contact"], "account_object": ""}
    with pytest.raises(ValueError, match="add account_object, the vendor's object"):
        Mapping.model_validate({**RAW, "sales": {**RAW["sales"], "contact": contact}})


@pytest.mark.parametrize(
    ("table", "other"),
    [
        *(
            ("deal", "lead"),
            ("role", "lead"),
            ("rep", "lead"),
            ("role", "deal"),
            ("rep", "contact"),
        ),
        *(("member", "role"), ("firm", "contact"), ("campaign", "deal")),
    ],
)
def test_one_object_may_stand_in_several_roles(table: str, other: str) -> None:
    sales = {**RAW["sales"]}
    sales[table] = {**sales[table], "object": sales[other]["object"]}
    read = Mapping.model_validate({**RAW, "sales": sales}).sales
    assert getattr(read, table).object == getattr(read, other).object


def test_touches_and_activities_may_share_an_object() -> None:
    ((name, inner),) = RAW["sales"]["touch"].items()
    sales = {**RAW["sales"], "touch": {name: {**inner, "object": "Task"}}}
    assert Mapping.model_validate({**RAW, "sales": sales}).sales.touch[name].object == "Task"


@pytest.mark.parametrize("word", [*RAW["authority"]])
def test_a_misspelt_word_of_authority_is_refused(word: str) -> None:
    wrong = {word[:-1]: "sales"}
    with pytest.raises(ValueError, match=f"did you mean '{word}'"):
        Mapping.model_validate({**RAW, "authority": wrong})
