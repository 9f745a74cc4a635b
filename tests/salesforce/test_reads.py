"""Salesforce's reads against scripted answers: what an emulator rarely says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from connectors.salesforce.client import Client
from connectors.salesforce.reads import Cursor
from connectors.salesforce.schemas import Schemas
from connectors.salesforce.sweeps import read_deleted
from crmbridge.errors import Refused, Unavailable
from crmbridge.model.record import Page, ReadRequest
from crmbridge.net.call import Answer
from tests.salesforce.script import (
    BASE,
    LINK,
    LOOKBACK,
    NOW,
    Script,
    Told,
    bad,
    finder,
    ident,
    lead,
    ok,
    page,
    reader,
)


def test_an_expired_locator_goes_on_behind_the_last_record() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        if path == LINK:
            return bad("INVALID_QUERY_LOCATOR", "invalid query locator")
        return page([lead(3), lead(4)]) if "Id >" in path else page([lead(1), lead(2)], LINK)

    script = Script(reply)
    pages = list(reader(script).read("Lead", ["LastName"], None))
    assert [r.id for p in pages for r in p.records] == [ident(n) for n in (1, 2, 3, 4)]
    assert [p.more for p in pages] == [True, False]
    assert f"Id > '{ident(2)}'" in script.calls[-1][1]


def test_locators_that_expire_at_once_end_the_read() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        return bad("INVALID_QUERY_LOCATOR") if path == LINK else page([], LINK)

    with pytest.raises(Unavailable):
        list(reader(Script(reply)).read("Lead", [], None))


def test_a_link_that_never_changes_is_followed_once() -> None:
    script = Script(lambda method, path, json: page([lead(1)], LINK))
    with pytest.raises(Unavailable, match="again"):
        list(reader(script).read("Lead", [], None))
    assert len(script.calls) == 2


def test_pages_without_end_are_cut() -> None:
    count = iter(range(10**6))
    script = Script(lambda *_: page([], f"{BASE}/query/01gXX-{next(count)}"))
    with pytest.raises(Unavailable, match="end"):
        list(reader(script).read("Lead", [], None))
    assert len(script.calls) < 1_100


@pytest.mark.parametrize(
    "link", [".evil.example/x", "@127.0.0.1:9/x", "https://evil.example/x", f"{BASE}/query/../a"]
)
def test_a_link_that_leaves_the_query_resource_is_not_followed(link: str) -> None:
    script = Script(lambda method, path, json: page([lead(1)], link))
    with pytest.raises(Refused):
        list(reader(script).read("Lead", [], None))
    assert len(script.calls) == 1


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"records": []},
        {"totalSize": 1, "done": True, "records": None},
        {"totalSize": 1, "done": False, "records": []},
        {"totalSize": 1, "done": True, "records": [{"SystemModstamp": "x"}]},
    ],
)
def test_an_answer_of_another_shape_is_no_empty_page(data: object) -> None:
    with pytest.raises(Unavailable):
        list(reader(Script(lambda *_: ok(data))).read("Lead", [], None))


def test_the_watermark_is_the_servers_time_of_the_first_page() -> None:
    later = page([lead(2)], total=2)
    second = Answer(status=200, headers={}, data=later.data, date=NOW + timedelta(hours=1))
    script = Script(lambda m, path, j: second if path == LINK else page([lead(1)], LINK, 2))
    *_, last = reader(script).read("Lead", [], None)
    script.calls.clear()
    *_, again = reader(script).read("Lead", [], last.cursor)
    assert "SystemModstamp >= 2026-11-21T09:45:00Z" in script.calls[0][1]
    alone = Answer(status=200, headers={}, data=page([lead(2)], total=1).data, date=second.date)
    moved = Script(lambda *_: alone)
    *_, third = reader(moved).read("Lead", [], again.cursor)
    assert third.cursor == Cursor(mark="2026-11-21T11:00:00Z").text()


def test_without_the_servers_time_nothing_is_read() -> None:
    dateless = Answer(status=200, headers={}, data=page([]).data)
    with pytest.raises(Unavailable, match="time"):
        list(reader(Script(lambda *_: dateless)).read("Lead", [], None))


def test_a_field_that_vanishes_is_left_out_and_the_read_goes_on() -> None:
    script: Script

    def reply(method: str, path: str, json: Any) -> Told:
        if "Email" in path:
            script.hidden.add("Email")
            return bad("INVALID_FIELD", "No such column 'Email' on entity 'Lead'.")
        return page([lead(1)], total=1)

    script = Script(reply)
    (only,) = reader(script).read("Lead", ["LastName", "Email"], None)
    assert dict(only.records[0].values) == {"LastName": "L1"}
    assert len(script.calls) == 2


def test_a_field_that_stays_unknown_though_described_is_dropped_too() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        if "Email" in path:
            return bad("INVALID_FIELD", "No such column 'Email' on entity 'Lead'.")
        return page([lead(1)], total=1)

    script = Script(reply)
    (only,) = reader(script).read("Lead", ["LastName", "Email"], None)
    assert "Email" not in only.records[0].values


def test_a_description_is_fetched_again_after_an_hour() -> None:
    now = [0.0]
    script = Script(lambda *_: page([], total=0))
    schemas = Schemas(Client(script, "66.0", 2000), lambda: now[0])
    script.hidden.add("Email")
    assert "Email" not in schemas.plan("Lead", ["Email"]).columns
    script.hidden.clear()
    now[0] = 3_599.0
    assert "Email" not in schemas.plan("Lead", ["Email"]).columns
    now[0] = 3_600.0
    assert "Email" in schemas.plan("Lead", ["Email"]).columns


def test_an_unknown_field_that_is_none_of_ours_is_reported() -> None:
    script = Script(lambda *_: bad("INVALID_FIELD", "No such column 'Zip' on entity 'Lead'."))
    with pytest.raises(Refused):
        list(reader(script).read("Lead", ["LastName"], None))
    assert len(script.calls) == 1


def test_names_that_were_never_described_do_not_reach_the_vendor() -> None:
    script = Script(lambda *_: page([], total=0))
    list(reader(script).read("Lead", ["LastName", "Nope__c", "Id FROM User", "A.B"], None))
    assert not any(word in script.calls[0][1] for word in ("Nope", "User", "A.B"))


def composite(json: Any, errors: Mapping[int, Answer]) -> Answer:
    parts = []
    for number, part in enumerate(json["compositeRequest"]):
        told = errors.get(number, page([lead(number)], total=1))
        parts.append(
            {
                "referenceId": part["referenceId"],
                "httpStatusCode": told.status,
                "httpHeaders": {},
                "body": told.data,
            }
        )
    return ok({"compositeResponse": parts[::-1]})


def test_one_failing_object_does_not_stop_the_others() -> None:
    errors = {1: bad("INVALID_TYPE", "sObject type 'Campaign' is not supported.")}
    script = Script(lambda m, p, json: composite(json, errors))
    requests = [ReadRequest(obj=o, fields=()) for o in ("Lead", "Campaign", "Task")]
    seen = []
    with pytest.raises(Refused):
        seen.extend(iter_into(seen, reader(script).read_many(requests)))
    assert seen == ["Lead", "Task"]


def iter_into(seen: list[str], pages: Any) -> list[str]:
    for obj, _ in pages:
        seen.append(obj)
    return []


def test_seven_idle_objects_cost_two_calls() -> None:
    script = Script(lambda m, p, json: composite(json, {}))
    names = ("Lead", "Contact", "User", "Campaign", "Opportunity", "CampaignMember", "Task")
    found = list(reader(script).read_many([ReadRequest(obj=o, fields=()) for o in names]))
    assert [obj for obj, _ in found] == list(names)
    assert [path for _, path, _ in script.calls] == [f"{BASE}/composite"] * 2


def test_a_session_that_ends_inside_a_composite_is_for_later() -> None:
    script = Script(lambda m, p, json: composite(json, {0: bad("INVALID_SESSION_ID", status=401)}))
    with pytest.raises(Unavailable):
        list(reader(script).read_many([ReadRequest(obj="Lead", fields=())]))


def test_values_to_find_are_quoted() -> None:
    script = Script(lambda *_: page([], total=0))
    assert finder(script).find("Lead", "LastName", ["O'Brien", "x' OR Id != '"], ["Email"]) == []
    assert r"LastName IN ('O\'Brien','x\' OR Id != \'')" in script.calls[0][1]


def test_a_find_by_a_field_that_does_not_exist_is_refused() -> None:
    script = Script(lambda *_: page([], total=0))
    with pytest.raises(Refused):
        finder(script).find("Lead", "Nope__c", ["x"], [])
    assert script.calls == []


def test_ids_that_are_none_are_not_asked_for() -> None:
    script = Script(lambda m, p, json: ok([None for _ in json["ids"]]))
    assert finder(script).find("Lead", "id", [ident(1), "999999999", "../x"], []) == []
    assert script.calls[0][2]["ids"] == [ident(1)]


def test_the_log_of_deletions_is_asked_where_the_feed_hides_them() -> None:
    told = {
        "deletedRecords": [{"id": ident(1), "deletedDate": "2026-11-21T09:59:00.000+0000"}],
        "latestDateCovered": "2026-11-21T09:59:30.000+0000",
    }
    script = Script(lambda *_: ok(told))
    client = Client(script, "66.0", 2000)
    (first,) = read_deleted(client, "OpportunityContactRole", None, LOOKBACK)
    assert [(r.id, r.deleted) for r in first.records] == [(ident(1), True)]
    list(read_deleted(client, "OpportunityContactRole", first.cursor, LOOKBACK))
    assert "start=2026-11-21T09:44:30Z" in script.calls[-1][1]


OBJECTS = ("Lead", "Contact", "Opportunity", "Task", "CampaignMember", "OpportunityContactRole")


@pytest.mark.parametrize("obj", OBJECTS)
@pytest.mark.parametrize("fate", ["in the bin", "purged", "restored"])
def test_every_object_is_asked_for_its_deletions_and_what_each_last_held(
    obj: str, fate: str
) -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        if "/deleted/" in path:
            row = {"id": ident(1), "deletedDate": "2026-11-21T09:59:00.000+0000"}
            return ok({"deletedRecords": [row], "latestDateCovered": "2026-11-21T09:59:30Z"})
        if "query" not in path:
            return ok([])
        rows = [lead(1) | {"IsDeleted": fate == "in the bin"}] if fate != "purged" else []
        return page(rows, total=len(rows))

    script = Script(reply)
    client = Client(script, "66.0", 2000)
    (told,) = read_deleted(client, obj, None, LOOKBACK, reader(script), ["LastName"])
    (record,) = told.records
    assert (record.id, record.deleted) == (ident(1), fate != "restored")
    assert record.values == ({} if fate == "purged" else {"LastName": "L1"})
    assert sum("queryAll" in path for _, path, _ in script.calls) == 1


@pytest.mark.parametrize("days", [0, 1, 14, 15, 40, 400])
def test_a_sweep_after_a_long_outage_asks_as_far_back_as_the_log_goes(days: int) -> None:
    script = Script(lambda *_: ok({"deletedRecords": []}))
    mark = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    list(read_deleted(Client(script, "66.0", 2000), "Lead", Cursor(mark=mark).text(), LOOKBACK))
    start = script.calls[-1][1].split("start=")[1].split("&")[0]
    want = min(timedelta(days=days) + LOOKBACK, timedelta(days=14, hours=23))
    assert start == (NOW - want).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("ahead", [0, 1, 59, 300, 86_400])
def test_a_sweep_never_asks_about_no_time_at_all(ahead: int) -> None:
    """A cursor of this minute, or of a clock that ran ahead: both ends lose their seconds."""
    script = Script(lambda *_: ok({"deletedRecords": []}))
    mark = (NOW + timedelta(seconds=ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = Cursor(mark=mark).text()
    list(read_deleted(Client(script, "66.0", 2000), "Lead", place, timedelta(0)))
    start, end = (script.calls[-1][1].split(f"{name}=")[1][:16] for name in ("start", "end"))
    assert start < end


def test_a_sweep_that_stood_still_for_days_between_two_calls_is_tried_again() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        return bad("INVALID_REPLICATION_DATE", "too old") if "/deleted/" in path else ok([])

    with pytest.raises(Unavailable, match="try again"):
        list(read_deleted(Client(Script(reply), "66.0", 2000), "Lead", None, LOOKBACK))


def test_an_object_without_a_log_of_deletions_stops_no_sweep() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        return bad("INVALID_TYPE", "not supported") if "/deleted/" in path else ok([])

    script = Script(reply)
    (told,) = read_deleted(Client(script, "66.0", 2000), "Own__c", None, LOOKBACK)
    assert told.records == ()


LOCATORS = [f"{BASE}/query/01gXX-{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("missing", [0, 1, 5])
@pytest.mark.parametrize("sizes", [(0,), (2,), (0, 2), (2, 0), (1, 0, 2), (0, 0, 1)], ids=str)
@pytest.mark.parametrize("many", [False, True])
def test_a_query_ends_where_its_own_count_says(
    sizes: tuple[int, ...], missing: int, many: bool
) -> None:
    """Empty and short pages with a locator are gone on from; an early end is no end."""
    total = sum(sizes) + missing

    def part(number: int) -> Answer:
        start = sum(sizes[:number])
        link = LOCATORS[number] if number + 1 < len(sizes) else ""
        return page([lead(start + n + 1) for n in range(sizes[number])], link, total)

    def reply(method: str, path: str, json: Any) -> Told:
        if path in LOCATORS:
            return part(LOCATORS.index(path) + 1)
        if json is None:
            return part(0)
        body = {"httpStatusCode": 200, "referenceId": "q0", "body": part(0).data}
        return ok({"compositeResponse": [body]})

    read = reader(Script(reply))
    request = ReadRequest(obj="Lead", fields=("LastName",))
    pages: list[Page] = []
    try:
        found = read.read_many([request]) if many else read.read("Lead", ["LastName"], None)
        for one in found:
            pages.append(one[1] if isinstance(one, tuple) else one)
    except Unavailable:
        assert missing
        assert "at" in pages[-1].cursor or not sum(sizes)
        assert all(one.more for one in pages)
    else:
        assert not missing
        assert not pages[-1].more
    assert [r.id for one in pages for r in one.records] == [ident(n + 1) for n in range(sum(sizes))]


@pytest.mark.parametrize("count", [0, 1, 1999, 2000, 2001, 4000])
def test_stamps_come_by_id_two_thousand_a_call(count: int) -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        last = int(path.split("Id > '00Q")[1][:12]) if "Id > '" in path else 0
        rows = [lead(n) for n in range(last + 1, count + 1)][:2000]
        return page(rows, total=len(rows))

    script = Script(reply)
    pages = list(reader(script).stamps("Lead", None))
    assert [r.id for one in pages for r in one.records] == [ident(n + 1) for n in range(count)]
    assert len(script.calls) == count // 2000 + 1
    assert all("queryAll" not in path for _, path, _ in script.calls)
    rest = [r.id for one in reader(script).stamps("Lead", pages[0].cursor) for r in one.records]
    assert rest == [ident(n) for n in range(2001, count + 1)]
