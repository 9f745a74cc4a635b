"""Single records of the emulated org: ids, writes, refusals, describe, change lists."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.salesforce.emulator.ids import lengthen, mint, read_id
from tests.salesforce.desk import Desk, desk, first_error


def test_ids_lengthen_as_documented_and_the_wrong_case_is_none() -> None:
    assert lengthen("001D000000IRFma") == "001D000000IRFmaIAH"
    long = mint("00Q", 12_345)
    assert read_id(long[:15]) == long
    assert read_id(long.swapcase()) is None
    assert read_id("00Q/../x") is None


def test_an_id_in_the_wrong_case_is_malformed(org: Desk) -> None:
    made = org.lead()
    wrong = made.swapcase()
    assert first_error(org.call("GET", f"sobjects/Lead/{wrong}")) == (400, "MALFORMED_ID")
    assert first_error(org.call("PATCH", f"sobjects/Lead/{wrong}", {"Title": "x"}))[1] == (
        "MALFORMED_ID"
    )
    assert org.call("GET", f"sobjects/Lead/{made[:15]}").json()["Id"] == made


def test_a_record_is_created_read_changed_and_deleted(org: Desk) -> None:
    made = org.lead(firstname="Ann", Score__c=4, Website="")
    record = org.call("GET", f"sobjects/lead/{made}").json()
    assert (record["Name"], record["Score__c"], record["Website"]) == ("Ann Doe", 4.0, None)
    assert record["Status"] == "Open - Not Contacted"
    assert record["IsUnreadByOwner"] is True
    few = org.call("GET", f"sobjects/Lead/{made}?fields=FirstName,Score__c").json()
    assert set(few) == {"attributes", "FirstName", "Score__c"}
    changed = org.call("PATCH", f"sobjects/Lead/{made}", {"FirstName": None, "Title": "CTO"})
    assert (changed.status_code, changed.content) == (204, b"")
    assert org.row("Lead", made)["Name"] == "Doe"
    assert org.call("DELETE", f"sobjects/Lead/{made}").status_code == 204
    gone = org.call("GET", f"sobjects/Lead/{made}")
    assert first_error(gone) == (404, "ENTITY_IS_DELETED")
    assert first_error(org.call("DELETE", f"sobjects/Lead/{made}")) == (404, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", "LastName"),
        ({"Foo__c": 1}, "INVALID_FIELD", None),
        ({"Email": "no mail"}, "INVALID_EMAIL_ADDRESS", "Email"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", "FirstName"),
        ({"Reject_Reason__c": "Bored"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
         "Reject_Reason__c"),
        ({"Score__c": 123_456}, "NUMBER_OUTSIDE_VALID_RANGE", "Score__c"),
        ({"Score__c": "many"}, "JSON_PARSER_ERROR", None),
        ({"Title": 5}, "JSON_PARSER_ERROR", None),
        ({"HasOptedOutOfEmail": "no"}, "JSON_PARSER_ERROR", None),
        ({"HasOptedOutOfEmail": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "HasOptedOutOfEmail"),
        ({"OwnerId": "005000000000001AAA"}, "INVALID_CROSS_REFERENCE_KEY", "OwnerId"),
        ({"OwnerId": "001000000000001AAA"}, "MALFORMED_ID", None),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE",
         "SystemModstamp"),
        ({"Name": "A B"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Name"),
        ({"EmailBouncedDate": "yesterday"}, "JSON_PARSER_ERROR", None),
        ({"Score__c": 10**400}, "JSON_PARSER_ERROR", None),
        ({"FirstName": "\ud800"}, "JSON_PARSER_ERROR", None),
        ({"Owner": {"Username": "nobody"}}, "INVALID_FIELD", None),
        ({"Owner": {"Foo__c": "x"}}, "INVALID_FIELD", None),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_code_and_field(
    org: Desk, fields: dict[str, Any], code: str, field: str | None
) -> None:
    answer = org.call("POST", "sobjects/Lead", {"LastName": "D", "Company": "A", **fields})
    assert first_error(answer) == (400, code)
    if field:
        assert answer.json()[0]["fields"] == [field]
    assert org.remote.state("Lead") == []


def test_a_parent_can_be_named_by_its_key(org: Desk) -> None:
    org.remote.seed(User=[{"Name": "Rep", "Email": "rep@acme.test"}])
    made = org.lead(Owner={"Username": "rep@acme.test"})
    assert org.row("Lead", made)["OwnerId"] == org.remote.state("User")[-1]["Id"]


def test_unrestricted_picklists_take_anything_and_mend_the_case(org: Desk) -> None:
    assert org.row("Lead", org.lead(Rating="hot"))["Rating"] == "Hot"
    assert org.row("Lead", org.lead(Rating="Lukewarm"))["Rating"] == "Lukewarm"


def test_upsert_creates_then_updates_and_can_be_told_never_to_create(org: Desk) -> None:
    path = "sobjects/Lead/CrmBridge_Id__c/a%2Fb c"
    body = {"LastName": "D", "Company": "A"}
    only = org.call("PATCH", path + "?updateOnly=true", body)
    assert first_error(only) == (404, "NOT_FOUND")
    created = org.call("PATCH", path, body)
    assert (created.status_code, created.json()["created"]) == (201, True)
    again = org.call("PATCH", path, {"Title": "CEO"})
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert org.row("Lead", created.json()["id"])["CrmBridge_Id__c"] == "a/b c"
    assert org.call("GET", path).json()["Title"] == "CEO"
    assert org.call("DELETE", path).status_code == 204
    assert org.call("GET", path).status_code == 404


def test_an_unknown_key_field_is_not_found(org: Desk) -> None:
    answer = org.call("PATCH", "sobjects/Lead/Nope__c/1", {})
    assert answer.json()[0]["message"] == (
        "Provided external ID field does not exist or is not accessible: Nope__c"
    )
    assert answer.status_code == 404


def test_several_matches_answer_300_with_their_addresses(org: Desk) -> None:
    org.remote.seed(Lead=[{"LastName": n, "Company": "C", "Email": "x@y.test"} for n in "ab"])
    answer = org.call("PATCH", "sobjects/Lead/Email/x@y.test", {"Title": "x"})
    assert answer.status_code == 300
    assert len(answer.json()) == 2
    assert all(one.startswith("/services/data/v66.0/sobjects/Lead/00Q") for one in answer.json())


def test_a_taken_unique_value_names_the_other_record_by_fifteen_characters(org: Desk) -> None:
    made = org.lead(CrmBridge_Id__c="k1")
    answer = org.call(
        "POST", "sobjects/Lead", {"LastName": "E", "Company": "A", "CrmBridge_Id__c": "K1"}
    )
    assert answer.json()[0]["message"] == (
        "duplicate value found: CrmBridge_Id__c duplicates value on record with id: " + made[:15]
    )
    assert first_error(answer) == (400, "DUPLICATE_VALUE")


def test_a_condition_on_the_last_change_is_kept(org: Desk) -> None:
    made = org.lead()
    headers = {"If-Unmodified-Since": "Sat, 21 Nov 2026 09:00:00 GMT"}
    answer = org.call("PATCH", f"sobjects/Lead/{made}", {"Title": "x"}, headers)
    assert answer.status_code == 412
    headers = {"If-Unmodified-Since": "Sat, 21 Nov 2026 10:00:00 GMT"}
    assert org.call("PATCH", f"sobjects/Lead/{made}", {"Title": "x"}, headers).status_code == 204


def test_bodies_that_are_no_json_objects_are_refused(org: Desk) -> None:
    assert first_error(org.call("POST", "sobjects/Lead"))[1] == "JSON_PARSER_ERROR"
    assert first_error(org.call("POST", "sobjects/Lead", [1]))[1] == "JSON_PARSER_ERROR"
    assert first_error(org.call("POST", "sobjects/Lead", {"Id": "x"}))[0] == 400


def test_describe_tells_fields_and_answers_304_while_nothing_changes(org: Desk) -> None:
    first = org.call("GET", "sobjects/Lead/describe")
    fields = {one["name"]: one for one in first.json()["fields"]}
    assert fields["CrmBridge_Id__c"]["externalId"] is True
    assert fields["CrmBridge_Id__c"]["unique"] is True
    assert (fields["LastName"]["nillable"], fields["LastName"]["length"]) == (False, 80)
    assert fields["OwnerId"]["referenceTo"] == ["User", "Group"]
    assert fields["IsConverted"]["updateable"] is False
    assert [one["value"] for one in fields["Status"]["picklistValues"]][2] == "Closed - Converted"
    since = {"If-Modified-Since": first.headers["Date"]}
    assert org.call("GET", "sobjects/Lead/describe", headers=since).status_code == 304
    org.remote.clock(advance=2)
    org.remote.act("retire_picklist_value", object="Lead", field="Rating", value="Hot")
    assert org.call("GET", "sobjects/Lead/describe", headers=since).status_code == 200
    assert any(one["name"] == "Lead" for one in org.call("GET", "sobjects").json()["sobjects"])


def test_change_lists_give_updated_and_deleted_ids(org: Desk) -> None:
    kept, lost = org.lead(), org.lead()
    org.remote.act("hard_delete", id=lost)
    window = "?start=2026-11-21T09:00:30%2B00:00&end=2026-11-21T11:00:59%2B00:00"
    updated = org.call("GET", "sobjects/Lead/updated" + window).json()
    assert updated == {"ids": [kept], "latestDateCovered": "2026-11-21T11:00:00.000+0000"}
    gone = org.call("GET", "sobjects/Lead/deleted" + window).json()["deletedRecords"]
    assert gone == [{"id": lost, "deletedDate": "2026-11-21T10:00:00.000+0000"}]
    far = "?start=2026-10-01T00:00:00Z&end=2026-11-21T11:00:00Z"
    assert first_error(org.call("GET", "sobjects/Lead/deleted" + far)) == (
        400, "INVALID_REPLICATION_DATE",
    )  # fmt: skip


def test_read_only_objects_cannot_be_written(org: Desk) -> None:
    answer = org.call("POST", "sobjects/OpportunityStage", {"MasterLabel": "x"})
    assert answer.status_code == 400


def test_money_keeps_two_places_and_stages_decide_won_and_closed(org: Desk) -> None:
    body = {"Name": "D", "StageName": "Closed Won", "CloseDate": "2026-12-01", "Amount": 10.005}
    made = org.call("POST", "sobjects/Opportunity", body).json()["id"]
    deal = org.call("GET", f"sobjects/Opportunity/{made}").json()
    assert (deal["IsWon"], deal["IsClosed"], deal["Probability"]) == (True, True, 100.0)
    assert deal["Amount"] in (10.0, 10.01)
    org.remote.config(multicurrency=True)
    assert org.call("PATCH", f"sobjects/Opportunity/{made}", {"CurrencyIsoCode": "EUR"}).ok


def test_an_act_without_a_date_uses_the_worlds_today(org: Desk) -> None:
    made = org.remote.act("create_deal", name="D", amount=5)
    assert org.row("Opportunity", made["id"])["CloseDate"] == "2026-11-21"


def test_the_org_has_its_currency_and_fills_what_it_fills() -> None:
    with desk(currency="EUR") as org:
        answer = org.query("SELECT DefaultCurrencyIsoCode FROM Organization").json()
        lead = org.call("GET", "sobjects/Lead/describe").json()["fields"]
    assert answer["records"][0]["DefaultCurrencyIsoCode"] == "EUR"
    needed = {
        one["name"]
        for one in lead
        if one["createable"] and not one["nillable"] and not one["defaultedOnCreate"]
    }
    assert needed == {"LastName", "Company"}
