"""HubSpot's rare and strange answers, each given by a scripted vendor."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from connectors.hubspot import HubSpot
from connectors.hubspot.values import Unreadable, typed
from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    CursorGone,
    NotSupported,
    Refused,
    Throttled,
    Unavailable,
)
from crmbridge.model.record import Outcome, Page, Row
from crmbridge.testing.emulator.vendor import Request, Response
from tests.contract.scripted import NOW, Answer, scripted

STAMP = "2026-11-02T08:00:00.000Z"


def record(number: int, **properties: Any) -> dict[str, Any]:
    given = {"hs_object_id": str(number), "lastmodifieddate": STAMP, **properties}
    return {"id": str(number), "properties": given, "updatedAt": STAMP}


def rows(count: int, **values: Any) -> list[Row]:
    return [
        Row(op=f"op-{n}", key=f"key-{n}", values={"firstname": "A", **values}, id=str(n + 1))
        for n in range(count)
    ]


def always(response: Response) -> Answer:
    return lambda request: response


def read(connector: HubSpot, obj: str, fields: list[str], since: str | None = None) -> list[Page]:
    return list(connector.read(obj, fields, since))


def done(request: Request, *, traces: bool = True) -> list[dict[str, Any]]:
    found = []
    for each in request.json()["inputs"]:
        result = {"id": each["id"], "properties": {}}
        found.append(
            {**result, "objectWriteTraceId": each["objectWriteTraceId"]} if traces else result
        )
    return found


def test_results_in_another_order_go_to_the_rows_they_belong_to() -> None:
    def shuffled(request: Request) -> Response:
        return Response(body={"status": "COMPLETE", "results": done(request)[::-1]})

    with scripted(shuffled) as (connector, _):
        results = connector.write("contacts", rows(5))
    assert [(r.op, r.id, r.outcome) for r in results] == [
        (f"op-{n}", str(n + 1), Outcome.DONE) for n in range(5)
    ]


def test_results_without_trace_ids_are_matched_by_id() -> None:
    def untraced(request: Request) -> Response:
        return Response(body={"status": "COMPLETE", "results": done(request, traces=False)[::-1]})

    with scripted(untraced) as (connector, _):
        results = connector.write("contacts", rows(3))
    assert [r.id for r in results] == ["1", "2", "3"]


def test_a_row_that_the_answer_leaves_out_is_unknown() -> None:
    def short(request: Request) -> Response:
        return Response(body={"status": "COMPLETE", "results": done(request)[:2]})

    with scripted(short) as (connector, _):
        results = connector.write("contacts", rows(3))
    assert [r.outcome for r in results] == [Outcome.DONE, Outcome.DONE, Outcome.UNKNOWN]


@pytest.mark.parametrize("body", [{"results": []}, {}, [], "x", {"total": 3}, {"results": None}])
def test_a_success_without_results_is_never_a_success(body: Any) -> None:
    with scripted(always(Response(body=body))) as (connector, _):
        results = connector.write("contacts", rows(2))
    assert {r.outcome for r in results} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("body", [{}, [], "x", {"total": 3}, {"results": [{"properties": {}}]}])
def test_a_read_without_results_is_not_an_empty_read(body: Any) -> None:
    with scripted(always(Response(body=body))) as (connector, _), pytest.raises(Unavailable):
        read(connector, "contacts", ["email"])


def test_one_bad_row_in_a_refused_batch_is_found_by_halving() -> None:
    def picky(request: Request) -> Response:
        if any(each["id"] == "37" for each in request.json()["inputs"]):
            return Response(status=400, body={"category": "VALIDATION_ERROR", "message": "no"})
        return Response(body={"status": "COMPLETE", "results": done(request)})

    with scripted(picky) as (connector, vendor):
        results = connector.write("contacts", rows(100))
    assert [r.outcome for r in results].count(Outcome.DONE) == 99
    assert results[36].outcome is Outcome.REFUSED
    assert len(vendor.requests) <= 2 * math.ceil(math.log2(100)) + 1


def test_a_property_that_does_not_exist_refuses_its_rows_in_two_calls() -> None:
    def strict(request: Request) -> Response:
        if any("nope" in each["properties"] for each in request.json()["inputs"]):
            words = '[{"isValid":false,"error":"PROPERTY_DOESNT_EXIST","name":"nope"}]'
            body = {
                "category": "VALIDATION_ERROR",
                "message": f"Property values were not valid: {words}",
            }
            return Response(status=400, body=body)
        return Response(body={"status": "COMPLETE", "results": done(request)})

    mixed = rows(10)
    mixed[2:5] = [Row(op=r.op, key=r.key, id=r.id, values={"nope": "1"}) for r in mixed[2:5]]
    with scripted(strict) as (connector, vendor):
        results = connector.write("contacts", mixed)
    assert [n for n, r in enumerate(results) if r.outcome is Outcome.REFUSED] == [2, 3, 4]
    assert (results[2].code, results[2].field) == ("PROPERTY_DOESNT_EXIST", "nope")
    assert len(vendor.requests) == 2


@pytest.mark.parametrize(
    "error",
    [
        {
            "category": "CONFLICT",
            "message": "Contact already exists",
            "context": {"existingId": ["77"]},
        },
        {"category": "CONFLICT", "message": "Contact already exists. Existing ID: 77"},
    ],
)
def test_a_conflict_names_the_record_that_has_the_address(error: dict[str, Any]) -> None:
    def taken(request: Request) -> Response:
        trace = request.json()["inputs"][0]["objectWriteTraceId"]
        context = {**error.get("context", {}), "objectWriteTraceId": [trace]}
        body = {
            "status": "COMPLETE",
            "results": [],
            "numErrors": 1,
            "errors": [{**error, "context": context}],
        }
        return Response(status=207, body=body)

    with scripted(taken) as (connector, _):
        (result,) = connector.write("contacts", rows(1))
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, ("contacts", "77"))


def test_the_vendors_words_come_without_the_values_in_them() -> None:
    words = 'Email address Ann.Secret@example.com is invalid: "Ann" {"value":"Ann.Secret"}'
    error = {
        "category": "VALIDATION_ERROR",
        "message": words,
        "errors": [{"code": "INVALID_EMAIL"}],
    }
    with scripted(always(Response(status=400, body=error))) as (connector, _):
        (result,) = connector.write("contacts", rows(1, email="ann.secret@example.com"))
    assert (result.outcome, result.code) == (Outcome.REFUSED, "INVALID_EMAIL")
    assert "Secret" not in result.message
    assert "Ann" not in result.message


def test_a_text_that_no_json_can_carry_is_refused_alone() -> None:
    def fine(request: Request) -> Response:
        return Response(body={"status": "COMPLETE", "results": done(request)})

    some = rows(4)
    some[1] = Row(op="op-1", key="key-1", id="2", values={"firstname": "\ud800"})
    with scripted(fine) as (connector, vendor):
        results = connector.write("contacts", some)
    assert [r.outcome for r in results] == [
        Outcome.DONE,
        Outcome.REFUSED,
        Outcome.DONE,
        Outcome.DONE,
    ]
    assert len(vendor.requests) == 2


def test_a_row_without_an_id_and_a_key_is_never_created_blindly() -> None:
    with scripted(always(Response(status=500))) as (connector, vendor):
        (result,) = connector.write("contacts", [Row(op="o", key="", values={"firstname": "A"})])
    assert result.outcome is Outcome.REFUSED
    assert vendor.requests == []


def test_a_later_row_of_a_record_never_overtakes_one_of_unknown_outcome() -> None:
    same = [Row(op=f"op-{n}", key="k", id="5", values={"firstname": f"N{n}"}) for n in range(2)]
    with scripted(always(Response(body={"status": "COMPLETE", "results": []}))) as (
        connector,
        vendor,
    ):
        results = connector.write("contacts", same)
    assert [r.outcome for r in results] == [Outcome.UNKNOWN, Outcome.LATER]
    assert len(vendor.requests) == 1


def test_ids_grow_as_numbers_not_as_texts() -> None:
    page = {"total": 2, "results": [record(9), record(10)]}
    since = '{"v":1,"mode":"search","hi":1000,"run":0,"last":""}'
    with scripted(always(Response(body=page))) as (connector, _):
        (found,) = read(connector, "contacts", ["email"], since)
    assert [r.id for r in found.records] == ["9", "10"]


def test_a_page_out_of_order_is_not_used() -> None:
    page = {"total": 2, "results": [record(10), record(9)]}
    since = '{"v":1,"mode":"search","hi":1000,"run":0,"last":""}'
    with scripted(always(Response(body=page))) as (connector, _), pytest.raises(Unavailable):
        read(connector, "contacts", ["email"], since)


def test_a_page_that_comes_again_and_again_ends_the_read() -> None:
    page = {"results": [record(1)], "paging": {"next": {"after": "1", "link": "http://x.example/"}}}
    with scripted(always(Response(body=page))) as (connector, vendor):
        with pytest.raises(Unavailable, match="again"):
            read(connector, "contacts", ["email"])
        assert len(vendor.requests) == 2


def test_a_search_asks_once_below_without_after_and_without_an_upper_bound() -> None:
    hi = int(NOW.timestamp() * 1000)
    since = f'{{"v":1,"mode":"search","hi":{hi},"run":0,"last":"42"}}'
    with scripted(always(Response(body={"total": 0, "results": []}))) as (connector, vendor):
        (page,) = read(connector, "deals", ["dealname"], since)
    (request,) = vendor.requests
    body = request.json()
    filters = body["filterGroups"][0]["filters"]
    assert [(f["propertyName"], f["operator"], f["value"]) for f in filters] == [
        ("hs_lastmodifieddate", "GTE", str(hi - 120_000)),
        ("hs_object_id", "GT", "42"),
    ]
    assert "after" not in body
    assert page.records == ()


def test_contacts_have_a_change_stamp_of_another_name() -> None:
    since = '{"v":1,"mode":"search","hi":1000,"run":0,"last":""}'
    with scripted(always(Response(body={"total": 0, "results": []}))) as (connector, vendor):
        read(connector, "contacts", ["email"], since)
    first = vendor.requests[0].json()["filterGroups"][0]["filters"][0]
    assert first["propertyName"] == "lastmodifieddate"


def test_more_properties_than_a_search_body_holds_are_read_by_id() -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("/search"):
            return Response(body={"total": 1, "results": [record(7)]})
        return Response(body={"status": "COMPLETE", "results": [record(7, email="a@example.com")]})

    many = ["email", *(f"a_long_property_name_{n}" for n in range(150))]
    since = '{"v":1,"mode":"search","hi":1000,"run":0,"last":""}'
    with scripted(answer) as (connector, vendor):
        (page,) = read(connector, "contacts", many, since)
    assert [len(r.body) < 3000 for r in vendor.requests] == [True, False]
    assert page.records[0].values == {"email": "a@example.com"}


def test_more_properties_than_a_url_holds_are_read_by_id() -> None:
    def answer(request: Request) -> Response:
        return Response(body={"status": "COMPLETE", "results": [record(7, email="a@example.com")]})

    many = ["email", *(f"a_long_property_name_{n}" for n in range(900))]
    with scripted(answer) as (connector, vendor):
        (page,) = read(connector, "contacts", many)
    assert len(vendor.requests) == 2
    assert all(len(r.raw_path) < 16_000 for r in vendor.requests)
    assert page.records[0].values == {"email": "a@example.com"}


def test_a_number_that_is_none_stays_absent_and_is_counted() -> None:
    page = {"results": [record(1, numemployees="1,5"), record(2, numemployees="12")]}
    with scripted(always(Response(body=page))) as (connector, _):
        (found,) = read(connector, "contacts", ["numemployees"])
        assert dict(connector.unreadable) == {("contacts", "numemployees"): 1}
    assert [dict(r.values) for r in found.records] == [{}, {"numemployees": 12}]


def test_an_undefined_property_is_absent_and_an_empty_one_is_none() -> None:
    with scripted(always(Response(body={"results": [record(1, email=None, ghost=None)]}))) as (
        c,
        _,
    ):
        (found,) = read(c, "contacts", ["email", "ghost", "firstname"])
    assert dict(found.records[0].values) == {"email": None}


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("number", "12", 12),
        ("number", "12.50", Decimal("12.50")),
        ("number", "1.0E10", Decimal("1.0E10")),
        ("bool", "TRUE", True),
        ("multi", ";B;C", ("B", "C")),
        ("date", "1762041600000", typed("date", "2025-11-02")),
        ("datetime", "1762041600000.0", typed("datetime", "2025-11-02T00:00:00Z")),
        ("text", "", None),
        ("enum", None, None),
    ],
)
def test_texts_become_typed_values(kind: str, raw: object, value: object) -> None:
    assert typed(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "1,5"),
        ("number", "NaN"),
        ("number", "9" * 5000),
        ("number", "1e999"[:3] + "x"),
        ("bool", "yes"),
        ("date", "soon"),
        ("datetime", "9" * 30),
        ("datetime", "2026-13-01T00:00:00Z"),
    ],
)
def test_texts_of_another_type_are_unreadable(kind: str, raw: str) -> None:
    with pytest.raises(Unreadable):
        typed(kind, raw)


@pytest.mark.parametrize(
    ("response", "error", "words"),
    [
        (Response(status=530, body={"message": "x"}), AuthFailed, "530"),
        (
            Response(
                status=403,
                body={
                    "category": "MISSING_SCOPES",
                    "context": {"requiredGranularScopes": ["crm.objects.contacts.read"]},
                },
            ),
            Refused,
            "crm.objects.contacts.read",
        ),
        (Response(status=477, body={}, headers={"Retry-After": "90"}), Throttled, "477"),
        (Response(status=414, body={}), Refused, "414"),
        (
            Response(status=302, body={}, headers={"Location": "http://127.0.0.1:9/"}),
            Unavailable,
            "302",
        ),
    ],
)
def test_a_status_becomes_the_error_that_says_what_to_do(
    response: Response, error: type[Exception], words: str
) -> None:
    with scripted(always(response)) as (connector, _), pytest.raises(error, match=words):
        read(connector, "contacts", ["email"])


@pytest.mark.parametrize(
    ("body", "wait", "daily"),
    [
        (
            {"policyName": "TEN_SECONDLY_ROLLING", "message": "your ten_secondly_rolling limit"},
            10,
            False,
        ),
        ({"category": "RATE_LIMITS", "message": "You have reached your secondly limit."}, 1, False),
        ({"policyName": "DAILY", "message": "You have reached your daily limit."}, 3600, True),
    ],
)
def test_each_limit_has_a_wait_of_its_own(body: dict[str, Any], wait: int, daily: bool) -> None:
    with scripted(always(Response(status=429, body=body))) as (connector, _):
        with pytest.raises(Throttled) as caught:
            read(connector, "contacts", ["email"])
        results = connector.write("contacts", rows(2))
    assert (caught.value.retry_after, caught.value.daily) == (wait, daily)
    assert {(r.outcome, r.retry_after) for r in results} == {(Outcome.LATER, wait)}


def test_a_locked_record_is_for_later() -> None:
    with scripted(always(Response(status=423, body={"message": "locked"}))) as (connector, _):
        (result,) = connector.write("contacts", rows(1))
    assert result.outcome is Outcome.LATER
    assert result.retry_after >= 2


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"v":1}', '{"v":1,"mode":"form","hi":0,"run":0,"last":""}']
)
def test_a_cursor_of_another_kind_is_gone_without_a_call(text: str) -> None:
    with scripted(always(Response(status=500))) as (connector, vendor):
        with pytest.raises(CursorGone) as told:
            read(connector, "contacts", ["email"], text)
        assert told.value.obj == "contacts"
        assert vendor.requests == []


@pytest.mark.parametrize(
    "config",
    [
        {"overlap": 1},
        {"overlap_seconds": "2"},
        {"limits": {"hourly": 3}},
        {"lifecycle_backward": "no"},
        {"limits": {"daily": 0}},
        {"version": "v99"},
        {"key_field": ""},
        {"write_priority": 9},
    ],
)
def test_a_wrong_option_is_a_config_error(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        HubSpot({"ACCESS_TOKEN": "t"}, config)


def test_the_limits_in_force_are_the_vendors_with_the_companys_own_numbers_in_them() -> None:
    own = {"limits": {"daily": 1000, "search_secondly": 2}, "timeout_seconds": 7}
    plain, tuned = (HubSpot({"ACCESS_TOKEN": "t"}, config) for config in ({}, own))
    assert plain.limits == HubSpot.info.limits
    assert tuned.limits.timeout == 7.0
    assert {b.name: b.calls for b in tuned.limits.budgets} == {
        "ten_secondly": 100,
        "search_secondly": 2,
        "associations": 100,
        "daily": 1000,
    }
    assert {b.source for b in tuned.limits.budgets if b.name in {"daily", "search_secondly"}} == {
        "the company's config"
    }
    assert tuned.limits.write_batch == HubSpot.info.limits.write_batch
    for connector in (plain, tuned):
        connector.close()


def test_the_version_is_in_every_path() -> None:
    page = always(Response(body={"results": []}))
    paths = []
    for version in ("v3", "2026-09"):
        with scripted(page, version=version) as (connector, vendor):
            read(connector, "contacts", ["email"])
        paths.append(vendor.requests[0].path)
    assert paths == ["/crm/v3/objects/contacts", "/crm/objects/2026-09/contacts"]


def test_associations_of_deals_are_paged_and_none_is_normal() -> None:
    def answer(request: Request) -> Response:
        if "/associations/" not in request.path:
            return Response(body={"results": [record(1), record(2)]})
        if any("after" in each for each in request.json()["inputs"]):
            found = [{"from": {"id": "1"}, "to": [{"toObjectId": 12}]}]
            return Response(body={"status": "COMPLETE", "results": found})
        found = [
            {
                "from": {"id": "1"},
                "to": [{"toObjectId": 11}],
                "paging": {"next": {"after": "x"}},
            }
        ]
        none = {
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        }
        return Response(status=207, body={"status": "COMPLETE", "results": found, "errors": [none]})

    with scripted(answer) as (connector, _):
        (page,) = read(connector, "deals", ["dealname", "associations.contacts"])
    assert [r.values["associations.contacts"] for r in page.records] == [("11", "12"), ()]


def members(kind: str = "MANUAL") -> Answer:
    def answer(request: Request) -> Response:
        if request.method == "PUT":
            body = request.json()
            lost = [each for each in body["recordIdsToAdd"] if each == "9"]
            return Response(
                body={"recordsIdsAdded": body["recordIdsToAdd"], "recordIdsMissing": lost}
            )
        if request.path.endswith(("/55", "/Nurture")):
            return Response(
                body={"list": {"listId": "55", "name": "Nurture", "processingType": kind}}
            )
        return Response(status=404, body={"category": "OBJECT_NOT_FOUND", "message": "no"})

    return answer


@pytest.mark.parametrize("track", ["55", "Nurture"])
def test_people_are_put_on_a_track_by_its_id_or_name(track: str) -> None:
    with scripted(members()) as (connector, vendor):
        told = connector.enroll(track, ["1", "9", "x"], ["2", "3"])
        connector.enroll(track, ["4"], [])
    assert told["1"] == told["2"] == told["3"] == "done"
    assert "done" not in {told["9"], told["x"]}
    assert [request.method for request in vendor.requests] == ["GET", "PUT", "PUT"]


def test_a_track_takes_a_thousand_people_a_call() -> None:
    with scripted(members()) as (connector, vendor):
        told = connector.enroll("55", [str(n) for n in range(10, 2510)], [])
    assert set(told.values()) == {"done"}
    sizes = [len(r.json()["recordIdsToAdd"]) for r in vendor.requests if r.method == "PUT"]
    assert sizes == [1000, 1000, 500]


def test_an_unknown_track_is_refused_by_name_and_an_active_list_not_supported() -> None:
    with scripted(members()) as (connector, _):
        with pytest.raises(Refused, match="Elsewhere") as caught:
            connector.enroll("Elsewhere", ["1"], [])
        assert caught.value.code == "unknown_track"
    with (
        scripted(members("DYNAMIC")) as (connector, _),
        pytest.raises(NotSupported, match="static"),
    ):
        connector.enroll("Nurture", ["1"], [])


def test_a_person_both_on_and_off_a_track_is_taken_off() -> None:
    with scripted(members()) as (connector, vendor):
        connector.enroll("55", ["1"], ["1"])
    assert vendor.requests[-1].json() == {"recordIdsToAdd": [], "recordIdsToRemove": ["1"]}


def test_a_lost_id_is_followed_to_its_survivor_or_reported_gone() -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("/batch/read"):
            found = [record(90, hs_merged_object_ids="1;50")]
            return Response(status=207, body={"status": "COMPLETE", "results": found, "errors": []})
        lost = {"category": "OBJECT_NOT_FOUND", "message": "no", "context": {"ids": ["1", "2"]}}
        ok = [r for r in done(request) if r["id"] == "3"]
        return Response(status=207, body={"status": "COMPLETE", "results": ok, "errors": [lost]})

    with scripted(answer) as (connector, _):
        results = connector.write("contacts", rows(3))
    assert [(r.outcome, r.moved_to) for r in results] == [
        (Outcome.MOVED, ("contacts", "90")),
        (Outcome.GONE, None),
        (Outcome.DONE, None),
    ]


def test_a_find_skips_the_one_value_that_the_vendor_cannot_read() -> None:
    def answer(request: Request) -> Response:
        asked = [each["id"] for each in request.json()["inputs"]]
        if "bad" in asked:
            return Response(status=400, body={"category": "VALIDATION_ERROR", "message": "no"})
        found = [record(int(each[1:]), email=each) for each in asked]
        return Response(body={"status": "COMPLETE", "results": found})

    with scripted(answer) as (connector, _):
        found = connector.find("contacts", "email", ["A1", "bad", "a2", "a1"], ["email"])
    assert sorted(r.id for r in found) == ["1", "2"]


def test_a_find_by_a_property_that_is_not_unique_is_refused() -> None:
    body = {
        "category": "VALIDATION_ERROR",
        "message": "Unable to perform read by non-unique 0-3 property dealname",
    }
    with scripted(always(Response(status=400, body=body))) as (connector, vendor):
        with pytest.raises(Refused):
            connector.find("deals", "dealname", ["a", "b", "c"], [])
        assert len(vendor.requests) == 1


def test_a_sweep_skips_what_was_archived_long_before_the_last_one() -> None:
    page = {
        "results": [
            {"id": "1", "archived": True, "archivedAt": "2026-11-01T00:00:00Z"},
            {"id": "2", "archived": True, "archivedAt": "2026-11-02T08:59:30Z"},
            {"id": "3", "archived": True},
        ]
    }
    with scripted(always(Response(body=page))) as (connector, _):
        (first,) = connector.read_deleted("contacts", None)
        (second,) = connector.read_deleted("contacts", first.cursor)
    assert [r.id for r in first.records] == ["1", "2", "3"]
    assert [r.id for r in second.records] == ["2", "3"]
    assert all(r.deleted for r in second.records)
