"""Collections, composite and batch of the emulated org."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.salesforce.desk import ROOT, Desk, first_error

UPSERT = "composite/sobjects/Lead/CrmBridge_Id__c"


def lead(key: str | None = None, **fields: Any) -> dict[str, Any]:
    named = {"CrmBridge_Id__c": key} if key else {}
    return {"attributes": {"type": "Lead"}, "LastName": "D", "Company": "A", **named, **fields}


def send(org: Desk, method: str, path: str, records: list[Any], **more: Any) -> Any:
    answer = org.call(method, path, {"records": records, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_upsert_answers_row_by_row_inside_200(org: Desk) -> None:
    results = send(org, "PATCH", UPSERT, [lead("a"), lead("b", Email="bad"), lead("c")])
    assert [one["success"] for one in results] == [True, False, True]
    assert results[0]["created"] is True
    assert results[1] == {
        "success": False,
        "errors": [
            {
                "statusCode": "INVALID_EMAIL_ADDRESS",
                "message": "Email: invalid email address: bad",
                "fields": ["Email"],
            }
        ],
    }
    again = send(org, "PATCH", UPSERT, [lead("a", Title="x")])
    assert again == [{"id": results[0]["id"], "success": True, "errors": [], "created": False}]
    assert len(org.remote.state("Lead")) == 2


def test_the_same_key_twice_in_one_call_fails_both_rows(org: Desk) -> None:
    results = send(org, "PATCH", UPSERT, [lead("x"), lead("y"), lead("X")])
    assert [one["success"] for one in results] == [False, True, False]
    assert results[0]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
    assert len(org.remote.state("Lead")) == 1


def test_all_or_none_takes_the_good_rows_back(org: Desk) -> None:
    results = send(org, "POST", "composite/sobjects", [lead("a"), lead("b", Email="bad")],
                   allOrNone=True)  # fmt: skip
    codes = [one["errors"][0]["statusCode"] for one in results]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_EMAIL_ADDRESS"]
    assert org.remote.state("Lead") == []


def test_create_update_retrieve_and_delete_many(org: Desk) -> None:
    made = [one["id"] for one in send(org, "POST", "composite/sobjects", [lead(), lead()])]
    missing = "00Q000000000001EAA"
    updated = send(org, "PATCH", "composite/sobjects", [
        {"attributes": {"type": "Lead"}, "Id": made[0], "Title": "CTO"},
        {"attributes": {"type": "Lead"}, "id": missing, "Title": "CTO"},
        {"attributes": {"type": "Lead"}, "Id": made[1].swapcase(), "Title": "CTO"},
    ])  # fmt: skip
    assert updated[0] == {"id": made[0], "success": True, "errors": []}
    assert updated[1]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert updated[2]["errors"][0]["statusCode"] == "MALFORMED_ID"
    body = {"ids": [made[0], missing, made[1]], "fields": ["Id", "Title"]}
    found = org.call("POST", "composite/sobjects/Lead", body).json()
    assert [one and one["Title"] for one in found] == ["CTO", None, None]
    assert found[1] is None
    gone = org.call("DELETE", f"composite/sobjects?ids={made[0]},{missing}").json()
    assert [one["success"] for one in gone] == [True, False]
    late = send(org, "PATCH", "composite/sobjects",
                [{"attributes": {"type": "Lead"}, "Id": made[0], "Title": "x"}])  # fmt: skip
    assert late[0]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"


def test_sizes_types_and_unknown_fields_refuse_the_whole_call(org: Desk) -> None:
    too_many = org.call("PATCH", UPSERT, {"records": [lead(str(n)) for n in range(201)]})
    assert first_error(too_many) == (400, "EXCEEDED_ID_LIMIT")
    hidden = org.call("PATCH", UPSERT, {"records": [lead("a"), lead("b", Foo__c=1)]})
    assert first_error(hidden) == (400, "INVALID_FIELD")
    untyped = org.call("POST", "composite/sobjects", {"records": [{"LastName": "x"}]})
    assert untyped.status_code == 400
    other = org.call("PATCH", UPSERT, {"records": [{"attributes": {"type": "Account"}}]})
    assert other.status_code == 400
    assert org.remote.state("Lead") == []


def test_a_row_without_its_key_is_refused_alone(org: Desk) -> None:
    results = send(org, "PATCH", UPSERT, [lead(), lead("b")])
    assert results[0]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert results[1]["success"] is True


def test_a_null_id_creates_as_recorded_traffic_shows(org: Desk) -> None:
    results = send(org, "PATCH", "composite/sobjects/Lead/Id", [lead(Id=None)])
    assert results[0]["created"] is True


def test_threads_that_upsert_one_key_at_once_make_one_lead(org: Desk) -> None:
    headers = {"Authorization": f"Bearer {org.token}"}

    def upsert(number: int) -> int:
        body = {"records": [lead("same", Title=str(number))]}
        return requests.patch(
            org.url + ROOT + UPSERT, json=body, headers=headers, timeout=20
        ).status_code

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert set(pool.map(upsert, range(24))) == {200}
    assert len(org.remote.state("Lead")) == 1


def test_a_merged_leads_key_creates_a_new_lead(org: Desk) -> None:
    kept, lost = org.lead(CrmBridge_Id__c="kept"), org.lead(CrmBridge_Id__c="lost")
    org.remote.act("merge", winner=kept, losers=[lost])
    results = send(org, "PATCH", UPSERT, [lead("lost")])
    assert results[0]["created"] is True
    assert results[0]["id"] not in (kept, lost)


def composite(org: Desk, subs: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    answer = org.call("POST", "composite", {"compositeRequest": subs, **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["compositeResponse"])


def sub(name: str, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    made = {"referenceId": name, "method": method, "url": ROOT + path, **more}
    return made if body is None else {**made, "body": body}


def test_composite_counts_as_one_call_and_fills_references(org: Desk) -> None:
    before = org.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]
    answers = composite(org, [
        sub("acc", "POST", "sobjects/Account", {"Name": "Acme"}),
        sub("con", "POST", "sobjects/Contact", {"LastName": "D", "AccountId": "@{acc.id}"}),
        sub("get", "GET", "sobjects/Contact/@{con.id}?fields=AccountId"),
        sub("q", "GET", "query?q=SELECT+Name+FROM+Account+WHERE+Id='@{acc.id}'"),
    ])  # fmt: skip
    assert [one["httpStatusCode"] for one in answers] == [201, 201, 200, 200]
    assert answers[2]["body"]["AccountId"] == answers[0]["body"]["id"]
    assert answers[3]["body"]["records"][0]["Name"] == "Acme"
    after = org.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]
    assert before - after == 2


def test_a_failed_subrequest_halts_only_what_refers_to_it(org: Desk) -> None:
    answers = composite(org, [
        sub("bad", "POST", "sobjects/Lead", {"LastName": "D"}),
        sub("dep", "GET", "sobjects/Lead/@{bad.id}"),
        sub("ok", "POST", "sobjects/Lead", {"LastName": "D", "Company": "A"}),
    ])  # fmt: skip
    assert [one["httpStatusCode"] for one in answers] == [400, 400, 201]
    assert answers[0]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert answers[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"


@pytest.mark.parametrize(
    ("outer", "inner", "kept"),
    [(False, False, 2), (False, True, 1), (True, True, 0), (True, False, 0)],
)
def test_all_or_none_of_composite_and_collection_meet_in_four_cases(
    org: Desk, outer: bool, inner: bool, kept: int
) -> None:
    records = {"records": [lead("a"), lead("b", Email="bad")], "allOrNone": inner}
    composite(org, [
        sub("many", "POST", "composite/sobjects", records),
        sub("one", "POST", "sobjects/Contact", {"LastName": "D"}),
    ], allOrNone=outer, collateSubrequests=False)  # fmt: skip
    assert len(org.remote.state("Lead")) + len(org.remote.state("Contact")) == kept


def test_composite_keeps_its_limits(org: Desk) -> None:
    def refused(subs: list[dict[str, Any]]) -> int:
        return org.call("POST", "composite", {"compositeRequest": subs}).status_code

    one = sub("r0", "GET", "limits")
    query = "query?q=SELECT+Id+FROM+Lead"
    assert refused([{**one, "referenceId": f"r{n}"} for n in range(26)]) == 400
    assert refused([sub(f"r{n}", "GET", query) for n in range(6)]) == 400
    assert refused([sub(f"r{n}", "GET", query) for n in range(5)]) == 200
    assert refused([one, one]) == 400
    assert refused([{**one, "httpHeaders": {"Authorization": "Bearer x"}}]) == 400
    nested = composite(org, [sub("r", "POST", "composite", {"compositeRequest": [one]})])
    assert nested[0]["httpStatusCode"] == 404


def test_a_query_inside_composite_may_be_longer_than_an_address(org: Desk) -> None:
    made = org.lead()
    ids = ",".join(f"'{made}'" for _ in range(900))
    answers = composite(org, [sub("q", "GET", f"query?q=SELECT+Id+FROM+Lead+WHERE+Id+IN+({ids})")])
    assert answers[0]["body"]["totalSize"] == 1


def test_the_assignment_header_belongs_in_the_subrequest(org: Desk) -> None:
    org.remote.seed(User=[{"Name": "Rep", "Email": "rep@acme.test"}])
    org.remote.config(assignment_rules=[{"object": "Lead", "owners": ["rep@acme.test"]}])
    rep = org.remote.state("User")[-1]["Id"]
    body = {"LastName": "D", "Company": "A"}
    own = {"httpHeaders": {"Sforce-Auto-Assign": "FALSE"}}
    request = {"compositeRequest": [sub("outer", "POST", "sobjects/Lead", body),
                                    sub("own", "POST", "sobjects/Lead", body, **own)]}  # fmt: skip
    answer = org.call("POST", "composite", request, {"Sforce-Auto-Assign": "FALSE"}).json()
    made = [one["body"]["id"] for one in answer["compositeResponse"]]
    assert [org.row("Lead", one)["OwnerId"] == rep for one in made] == [True, False]


def test_batch_counts_every_subrequest(org: Desk) -> None:
    before = org.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]
    requests = [{"method": "GET", "url": "v66.0/sobjects/Lead/describe"},
                {"method": "GET", "url": "v66.0/sobjects/Nope/describe"},
                {"method": "GET", "url": "v66.0/limits"}]  # fmt: skip
    body = org.call("POST", "composite/batch", {"batchRequests": requests}).json()
    assert [one["statusCode"] for one in body["results"]] == [200, 404, 200]
    assert body["hasErrors"] is True
    halted = org.call("POST", "composite/batch", {"batchRequests": requests, "haltOnError": True})
    assert [one["statusCode"] for one in halted.json()["results"]] == [200, 404, 412]
    after = org.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]
    assert before - after == 7
