"""The emulated org's automation: validation, duplicates, assignment, triggers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.salesforce.desk import Desk, desk, first_error

LEAD = {"LastName": "Doe", "Company": "Acme", "Email": "a@acme.test"}
ALLOW = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false"}


@pytest.fixture
def org() -> Iterator[Desk]:
    with desk() as made:
        made.remote.seed(User=[{"Name": "One", "Email": "one@acme.test"},
                               {"Name": "Two", "Email": "two@acme.test"}])  # fmt: skip
        yield made


def owner(org: Desk, lead: str) -> str:
    return str(org.row("User", org.row("Lead", lead)["OwnerId"])["Name"])


def test_a_validation_rule_refuses_with_the_administrators_words(org: Desk) -> None:
    rule = {
        "object": "Lead",
        "when": [{"field": "Rating", "value": "Hot"}, {"field": "Phone", "op": "blank"}],
        "message": "Hot leads need a phone",
        "field": "Phone",
    }
    org.remote.config(validation_rules=[rule])
    answer = org.call("POST", "sobjects/Lead", {**LEAD, "Rating": "Hot"})
    assert answer.json() == [
        {
            "message": "Hot leads need a phone",
            "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "fields": ["Phone"],
        }
    ]
    assert org.call("POST", "sobjects/Lead", {**LEAD, "Rating": "Hot", "Phone": "1"}).ok


def test_an_alert_rule_gives_way_to_the_header(org: Desk) -> None:
    org.remote.config(duplicate_rules=[{"object": "Lead", "match": ["Email"]}])
    first = org.call("POST", "sobjects/Lead", LEAD).json()["id"]
    refused = org.call("POST", "sobjects/Lead", {**LEAD, "Email": "A@acme.test"})
    assert first_error(refused) == (400, "DUPLICATES_DETECTED")
    result = refused.json()[0]["duplicateResult"]
    assert result["allowSave"] is True
    assert result["matchResults"][0]["matchRecords"][0]["record"]["Id"] == first
    assert org.call("POST", "sobjects/Lead", LEAD, ALLOW).status_code == 201


def test_a_block_rule_does_not_and_collections_hide_the_match(org: Desk) -> None:
    rule = {"object": "Lead", "match": ["LastName", "Company"], "action": "block"}
    org.remote.config(duplicate_rules=[rule])
    org.call("POST", "sobjects/Lead", LEAD)
    assert first_error(org.call("POST", "sobjects/Lead", LEAD, ALLOW))[1] == "DUPLICATES_DETECTED"
    records = [{"attributes": {"type": "Lead"}, **LEAD}]
    result = org.call("POST", "composite/sobjects", {"records": records}, ALLOW).json()[0]
    assert result["errors"] == [
        {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    ]


def test_a_rule_may_look_at_another_object(org: Desk) -> None:
    org.remote.seed(Contact=[{"LastName": "C", "Email": "a@acme.test"}])
    org.remote.config(duplicate_rules=[{"object": "Lead", "against": ["Contact"]}])
    refused = org.call("POST", "sobjects/Lead", LEAD)
    assert refused.json()[0]["duplicateResult"]["matchResults"][0]["entityType"] == "Contact"


def test_assignment_runs_on_create_and_update_unless_told_not_to(org: Desk) -> None:
    rule = {"object": "Lead", "owners": ["one@acme.test", "two@acme.test"]}
    org.remote.config(assignment_rules=[rule])
    off = {"Sforce-Auto-Assign": "false"}
    made = org.call("POST", "sobjects/Lead", LEAD, off).json()["id"]
    assert owner(org, made) == "Integration User"
    org.call("PATCH", f"sobjects/Lead/{made}", {"Score__c": 1}, off)
    assert owner(org, made) == "Integration User"
    org.call("PATCH", f"sobjects/Lead/{made}", {"Score__c": 2})
    assert owner(org, made) == "One"
    assert org.remote.audit()[-2]["quota"].get("assigned") is None
    assert org.remote.audit()[-1]["quota"]["assigned"] == 1
    other = org.call("POST", "sobjects/Lead", LEAD).json()["id"]
    assert owner(org, other) == "Two"


def test_a_rule_that_is_not_active_runs_only_by_its_id(org: Desk) -> None:
    rule = {"object": "Lead", "active": False, "owners": ["two@acme.test"], "name": "Web"}
    org.remote.config(assignment_rules=[rule])
    soql = "SELECT Id FROM AssignmentRule WHERE SobjectType = 'Lead'"
    rule_id = org.ids(soql)[0]
    plain = org.call("POST", "sobjects/Lead", LEAD).json()["id"]
    assert owner(org, plain) == "Integration User"
    named = org.call("POST", "sobjects/Lead", LEAD, {"Sforce-Auto-Assign": rule_id})
    assert owner(org, named.json()["id"]) == "Two"
    wrong = org.call("POST", "sobjects/Lead", LEAD, {"Sforce-Auto-Assign": "nonsense"})
    assert first_error(wrong) == (400, "MALFORMED_ID")


def test_no_rule_is_on_by_default(org: Desk) -> None:
    first = org.call("POST", "sobjects/Lead", LEAD).json()["id"]
    second = org.call("POST", "sobjects/Lead", LEAD).json()["id"]
    assert owner(org, first) == owner(org, second) == "Integration User"


def test_a_trigger_rewrites_values_in_the_same_save(org: Desk) -> None:
    org.remote.config(
        triggers=[{"object": "Lead", "field": "Phone", "transform": "digits"},
                  {"object": "Lead", "field": "Country", "value": "DE"}]
    )  # fmt: skip
    made = org.call("POST", "sobjects/Lead", {**LEAD, "Phone": "+49 (30) 1-2"}).json()["id"]
    row = org.row("Lead", made)
    assert (row["Phone"], row["Country"]) == ("+493012", "DE")


def test_an_object_has_a_record_type_once_the_org_has_one_of_it(org: Desk) -> None:
    told = org.call("GET", "sobjects/Lead/describe").json()["fields"]
    assert "RecordTypeId" not in {one["name"] for one in told}
    org.remote.seed(
        RecordType=[
            {"Name": "Partner", "DeveloperName": "Partner", "SobjectType": "Lead"},
            {"Name": "Firm", "DeveloperName": "Firm", "SobjectType": "Account"},
        ]
    )
    partner, firm = (one["Id"] for one in org.remote.state("RecordType"))
    made = org.call("POST", "sobjects/Lead", LEAD | {"RecordTypeId": partner})
    assert made.status_code == 201
    wrong = org.call("POST", "sobjects/Lead", LEAD | {"RecordTypeId": firm})
    assert first_error(wrong) == (400, "INVALID_CROSS_REFERENCE_KEY")
