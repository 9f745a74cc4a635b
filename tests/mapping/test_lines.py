"""Mappings that name only what the vendors have, and can never work or lose money or consent."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement.rating import RATINGS
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.files import load
from crmbridge.flows.operate.survey import survey
from crmbridge.mapping.schema import Mapping
from crmbridge.mapping.words import CLOSED
from crmbridge.testing.sandbox import Sandbox
from tests.mapping.conftest import RAW, TEXT, changed, told
from tests.mapping.test_audit import hubspot_sales, over_hubspot
from tests.stages.places import ACME

GONE = "(taken out)"
"""Put for a line that is taken out."""
OUT = {"field": "HasOptedOutOfEmail", "way": "out"}


def edited(*edits: tuple[str, Any]) -> dict[str, Any]:
    """The example's file with lines set or taken out, each by its dotted path."""
    raw = copy.deepcopy(RAW)
    for path, value in edits:
        *way, last = path.split(".")
        here: Any = raw
        for step in way:
            here = here[step]
        if value is GONE:
            del here[last]
        else:
            here[last] = value
    return raw


def said(company: Company, *edits: tuple[str, Any]) -> dict[str, bool]:
    """Where both surveys find something, and whether it is fatal."""
    made = changed(company, edited(*edits))
    found = [one for side in ("marketing", "sales") for one in survey(made, side)]
    return {one.place.removeprefix("mapping.toml "): one.fatal for one in found}


@pytest.mark.parametrize("table", ["marketing.lead", "sales.lead", "sales.contact"])
def test_people_without_a_line_for_opt_outs_are_a_fault(
    table: str, world: tuple[Sandbox, Company]
) -> None:
    place = f"{table}.fields.opted_out"
    assert said(world[1], (place, GONE)) == {place: True}


def test_opt_outs_that_are_heard_nowhere_are_a_fault(world: tuple[Sandbox, Company]) -> None:
    marketing = {"field": "hs_email_optout", "via": "boolean", "way": "out"}
    found = said(
        world[1],
        ("marketing.lead.fields.opted_out", marketing),
        ("sales.lead.fields.opted_out", OUT),
        ("sales.contact.fields.opted_out", OUT),
    )
    assert found == {
        "marketing.lead.fields.opted_out": True,
        "sales.lead.fields.opted_out": True,
        "sales.contact.fields.opted_out": True,
    }


@pytest.mark.parametrize("way", ["in", "out"])
def test_opt_outs_that_go_one_way_on_one_table_are_to_look_at(
    way: str, world: tuple[Sandbox, Company]
) -> None:
    place = "sales.contact.fields.opted_out"
    line = {"field": "HasOptedOutOfEmail", "way": way}
    assert said(world[1], (place, line)) == {place: False}


FAULTS: dict[str, Any] = {
    "sales.contact.key": GONE,
    "sales.lead.key": GONE,
    "marketing.lead.key": GONE,
    "sales.lead.handoff.Status": "Closed - Not Converted",
    "sales.lead.when": {"Status": []},
}
LOOKS: dict[str, Any] = {
    "sales.lead.fields.email": GONE,
    "sales.contact.fields.email": GONE,
    "marketing.lead.fields.email": GONE,
    "sales.lead.owner": GONE,
    "sales.lead.status": GONE,
    "sales.rep": GONE,
    "sales.activity.tasks.people": {},
    "sales.activity.tasks.at": [],
    "sales.touch.campaigns.people": {},
    "marketing.touch.forms.email": GONE,
    "sales.touch.campaigns.when": {"Status": []},
    "sales.activity.tasks.when": {"Status": []},
}
ELSEWHERE = {
    "sales.lead.when": "sales.lead.when.Status",
    "sales.touch.campaigns.when": "sales.touch.campaigns.when.Status",
    "sales.activity.tasks.when": "sales.activity.tasks.when.Status",
    "marketing.touch.forms.email": "marketing.touch.forms.people",
}


@pytest.mark.parametrize("path", FAULTS | LOOKS)
def test_a_line_that_nothing_works_without_is_missed(
    path: str, world: tuple[Sandbox, Company]
) -> None:
    found = said(world[1], (path, (FAULTS | LOOKS)[path]))
    place = ELSEWHERE.get(path, path)
    assert place in found
    assert found[place] is (path in FAULTS)
    assert any(found.values()) is (path in FAULTS)


@pytest.mark.parametrize("kind", ["won", "lost"])
def test_a_hand_off_to_a_status_that_ends_it_is_a_fault(
    kind: str, world: tuple[Sandbox, Company]
) -> None:
    types = RAW["sales"]["lead"]["status"]["types"] | {"Open - Not Contacted": kind}
    found = said(world[1], ("sales.lead.status.types", types))
    assert found == {"sales.lead.handoff.Status": True, "sales.lead.status.types": False}


@pytest.mark.parametrize(
    ("won", "closed"), [("IsClosed", "IsWon"), ("IsWon", "IsWon"), ("IsClosed", "IsClosed")]
)
def test_won_and_closed_that_are_one_or_changed_round_are_a_fault(
    won: str, closed: str, world: tuple[Sandbox, Company]
) -> None:
    found = said(world[1], ("sales.deal.is_won", won), ("sales.deal.is_closed", closed))
    assert found == {"sales.deal.is_won": True}


def test_deals_that_nothing_leads_to_are_a_fault(world: tuple[Sandbox, Company]) -> None:
    none = [("sales.role", GONE), ("sales.lead.converted.deal", GONE)]
    assert said(world[1], *none) == {"sales.deal.people": True}


@pytest.mark.parametrize(
    "edits",
    [
        [("sales.role", GONE)],
        [("sales.lead.converted.deal", GONE)],
        [("sales.role", GONE), ("sales.deal.people", {"ContactId": "Contact"})],
        [("sales.deal.currency", GONE)],
        [("sales.lead.converted.at", GONE)],
        [("sales.deal", GONE), ("sales.role", GONE)],
        [("sales.touch.tasks", {"object": "Task", "kind": "call", "at": "CreatedDate",
                                "people": {"WhoId": "Lead"}})],
        [("sales.activity.events", {"object": "Event", "at": ["ActivityDate"],
                                    "people": {"WhoId": ["Lead", "Contact"]}})],
        [("sales.activity.more", {"object": "Task", "at": ["CreatedDate"],
                                  "people": {"WhoId": ["Lead"]}})],
        [("sales.touch.campaigns.when", {"HasResponded": True})],
        [("sales.lead.when", {"Owner.Type": "User"})],
    ],
    ids=str,
)  # fmt: skip
def test_what_works_is_let_alone(
    edits: list[tuple[str, Any]], world: tuple[Sandbox, Company]
) -> None:
    made = changed(world[1], edited(*edits))
    assert told([*survey(made, "marketing"), *survey(made, "sales")]) == []


@pytest.mark.parametrize("path", ["marketing.touch.forms.asset_via", "marketing.lead.fields.phone"])
def test_a_transform_that_is_none_is_refused_when_the_file_is_read(path: str) -> None:
    wrong: Any = "pth" if path.endswith("asset_via") else {"field": "phone", "via": "pth"}
    with pytest.raises(ValueError, match="unknown transform 'pth'; did you mean 'path'"):
        Mapping.model_validate(edited((path, wrong)))


WHO = {"OwnerId": ["Contact"], "WhatId": ["Lead"]}
REFERENCES: list[tuple[list[tuple[str, Any]], dict[str, bool]]] = [
    (
        [("sales.role.deal", "ContactId"), ("sales.role.person", "OpportunityId")],
        {"sales.role.deal": True, "sales.role.person": True},
    ),
    ([("sales.role.person_object", "Lead")], {"sales.role.person": True}),
    ([("sales.deal.people", {"OwnerId": "Contact"})], {"sales.deal.people.OwnerId": True}),
    ([("sales.deal.people", {"AccountId": "Contact"})], {"sales.deal.people.AccountId": True}),
    (
        [
            ("sales.lead.converted.contact", "ConvertedOpportunityId"),
            ("sales.lead.converted.deal", "ConvertedContactId"),
        ],
        {"sales.lead.converted.contact": True, "sales.lead.converted.deal": True},
    ),
    (
        [("sales.activity.tasks.people", WHO)],
        {"sales.activity.tasks.people.OwnerId": False, "sales.activity.tasks.people.WhatId": False},
    ),
    (
        [("sales.touch.campaigns.people", {"LeadId": "Contact"})],
        {"sales.touch.campaigns.people.LeadId": False},
    ),
    ([("sales.lead.owner", "ConvertedAccountId")], {"sales.lead.owner": False}),
]


@pytest.mark.parametrize(("edits", "wanted"), REFERENCES, ids=str)
def test_a_field_that_leads_to_another_object_is_found(
    edits: list[tuple[str, Any]], wanted: dict[str, bool], world: tuple[Sandbox, Company]
) -> None:
    assert said(world[1], *edits) == wanted


def test_an_association_with_other_objects_than_its_target_is_a_fault(
    world: tuple[Sandbox, Company],
) -> None:
    raw = hubspot_sales(people={"associations.companies": "contacts"})
    (one,) = survey(over_hubspot(world[1], raw), "sales")
    place = "mapping.toml sales.deal.people.associations.companies"
    assert (one.place, one.fatal) == (place, True)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("sales.lead.status.reason_of", "sales status"),
        ("sales.lead.status.reason.values", "sales status"),
        ("sales.deal.reason.values", "sales deal"),
    ],
)
def test_a_reason_that_the_agreement_does_not_know_is_refused(
    path: str, place: str, tmp_path: Path
) -> None:
    for name in ("agreement.toml", "teams.toml"):
        text = (ACME / name).read_text(encoding="utf-8")
        (tmp_path / "acme").mkdir(exist_ok=True)
        (tmp_path / "acme" / name).write_text(text, encoding="utf-8")
    text = f'{TEXT}\n[{path}]\n"Own value" = "bad_timin"\n'
    if path.endswith("values"):
        text = TEXT.replace(REASONS[path], f'{REASONS[path]}"Own value" = "bad_timin", ')
    (tmp_path / "acme" / "mapping.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        ConfigError, match=f"{place} reason 'bad_timin' .* did you mean 'bad_timing'"
    ):
        load(tmp_path, "acme")


REASONS = {
    "sales.lead.status.reason.values": 'field  = "Rejection_Reason__c"\nvalues = { ',
    "sales.deal.reason.values": 'field  = "Loss_Reason__c"\nvalues = { ',
}


def test_our_stages_are_held_against_the_choices(world: tuple[Sandbox, Company]) -> None:
    plain = {"field": "lifecyclestage", "way": "out"}
    made = changed(world[1], edited(("marketing.lead.fields.stage", plain)))
    (one,) = survey(made, "marketing")
    assert one.what == (
        "'lifecyclestage' does not allow 'known', 'engaged', 'nurture', 'ready', 'handed', "
        "'accepted', 'qualified', 'disqualified' of ours"
    )
    assert not one.fatal


@pytest.mark.parametrize(
    ("word", "never"), [("rating", "'cold', 'warm', 'hot'"), ("outcome", "'rejected', 'returned'")]
)
def test_what_a_result_can_be_is_held_against_the_choices(
    word: str, never: str, world: tuple[Sandbox, Company]
) -> None:
    """Every list of values that a description of the vendor's field does not have."""
    plain = {"field": "lifecyclestage", "way": "out"}
    without_stage = ("marketing.lead.fields.stage", GONE)
    made = changed(world[1], edited(without_stage, (f"marketing.lead.fields.{word}", plain)))
    found = [one.what for one in survey(made, "marketing") if one.line == f"fields.{word}"]
    assert any(f"does not allow {never}" in what for what in found)


def test_the_ratings_are_those_of_the_agreement() -> None:
    assert set(CLOSED["rating"]) == set(RATINGS)


def test_a_misspelt_stage_of_ours_is_refused_when_the_file_is_read() -> None:
    wrong = {"field": "lifecyclestage", "way": "out", "values": {"redy": "lead"}}
    with pytest.raises(ValueError, match="'stage' is never 'redy'; did you mean 'ready'"):
        Mapping.model_validate(edited(("marketing.lead.fields.stage", wrong)))


def test_a_form_in_capitals_is_the_same_form(world: tuple[Sandbox, Company]) -> None:
    guid = RAW["marketing"]["touch"]["forms"]["object"].removeprefix("form:").upper()
    assert said(world[1], ("marketing.touch.forms.object", f"form:{guid}")) == {}


def test_no_near_name_is_offered_for_a_filter_of_people(world: tuple[Sandbox, Company]) -> None:
    made = changed(world[1], edited(("sales.lead.when", {"Sttaus": "x"})))
    (one,) = survey(made, "sales")
    assert "did you mean" not in one.advice


@pytest.mark.parametrize("place", ["sales.deal.amount", "sales.lead.fields.opted_out"])
def test_a_name_in_another_case_is_told_as_the_vendor_writes_it(
    place: str, world: tuple[Sandbox, Company]
) -> None:
    right = "Amount" if place.endswith("amount") else "HasOptedOutOfEmail"
    (one,) = survey(changed(world[1], edited((place, right.lower()))), "sales")
    assert one.advice == f"write it as the vendor does: {right!r}"
