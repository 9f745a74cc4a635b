"""Salesforce's reads and writes against scripted answers: what an emulator rarely says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from connectors.salesforce import soql
from connectors.salesforce.client import Client
from connectors.salesforce.follow import Follower
from connectors.salesforce.reads import Cursor, Reader
from connectors.salesforce.schemas import Schemas
from connectors.salesforce.sweeps import read_deleted
from connectors.salesforce.writes import Writer, rounds
from crmbridge.errors import AuthFailed, Refused, Throttled, Unavailable, Unknown
from crmbridge.model.record import Outcome, ReadRequest, Row, Written
from crmbridge.net.call import Answer

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
LOOKBACK = timedelta(seconds=900)
KEY = "CrmBridge_Id__c"
BASE = "/services/data/v66.0"
NAMES = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "LastName", "Email", KEY)
Told = Answer | Exception
Reply = Callable[[str, str, Any], Told]


class Script:
    """Stands where the bridge stands: keeps what was asked, answers by a function."""

    def __init__(self, reply: Reply) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self._reply = reply
        self.hidden: set[str] = set()

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
        expect: object = None,
    ) -> Answer:
        self.headers.append(headers or {})
        if path.endswith("/describe"):
            return ok({"fields": [field(n) for n in NAMES if n not in self.hidden]})
        self.calls.append((method, unquote(path), json))
        told = self._reply(method, unquote(path), json)
        if isinstance(told, Exception):
            raise told
        return told


def field(name: str) -> dict[str, Any]:
    kind = {"SystemModstamp": "datetime", "IsDeleted": "boolean"}.get(name, "string")
    return {"name": name, "type": kind, "nillable": True, "createable": True}


def ok(data: object, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, data=data, date=NOW)


def bad(code: str, message: str = "", status: int = 400) -> Answer:
    return ok([{"errorCode": code, "message": message}], status)


def lead(number: int, at: str = "2026-11-21T09:00:00.000+0000") -> dict[str, Any]:
    return {"Id": ident(number), "SystemModstamp": at, "IsDeleted": False, "LastName": f"L{number}"}


def ident(number: int) -> str:
    return soql.long_id(f"00Q{number:012}")


def page(rows: Sequence[Mapping[str, Any]], link: str = "", total: int = 4) -> Answer:
    more = {"nextRecordsUrl": link} if link else {}
    return ok({"totalSize": total, "done": not link, "records": list(rows), **more})


def reader(script: Script) -> Reader:
    client = Client(script, "66.0", 2000)
    return Reader(client, Schemas(client), LOOKBACK)


def writer(script: Script) -> Writer:
    client = Client(script, "66.0", 2000)
    schemas = Schemas(client)
    follower = Follower(Reader(client, schemas, LOOKBACK), schemas, KEY)
    return Writer(client, follower, KEY, {"Sforce-Auto-Assign": "FALSE"})


LINK = f"{BASE}/query/01gXX-2000"


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
    with pytest.raises(Unavailable):
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
    later = page([lead(2)])
    second = Answer(status=200, headers={}, data=later.data, date=NOW + timedelta(hours=1))
    script = Script(lambda m, path, j: second if path == LINK else page([lead(1)], LINK))
    *_, last = reader(script).read("Lead", [], None)
    script.calls.clear()
    *_, again = reader(script).read("Lead", [], last.cursor)
    assert "SystemModstamp >= 2026-11-21T09:45:00Z" in script.calls[0][1]
    moved = Script(lambda *_: second)
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
    assert reader(script).find("Lead", "LastName", ["O'Brien", "x' OR Id != '"], ["Email"]) == []
    assert r"LastName IN ('O\'Brien','x\' OR Id != \'')" in script.calls[0][1]


def test_a_find_by_a_field_that_does_not_exist_is_refused() -> None:
    script = Script(lambda *_: page([], total=0))
    with pytest.raises(Refused):
        reader(script).find("Lead", "Nope__c", ["x"], [])
    assert script.calls == []


def test_ids_that_are_none_are_not_asked_for() -> None:
    script = Script(lambda m, p, json: ok([None for _ in json["ids"]]))
    assert reader(script).find("Lead", "id", [ident(1), "999999999", "../x"], []) == []
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
    script.calls.clear()
    (none,) = read_deleted(client, "Lead", None, LOOKBACK)
    assert (none.records, script.calls) == ((), [])
    assert list(read_deleted(client, "Lead", none.cursor, LOOKBACK))


def row(number: int, *, known: bool = False, key: str = "", name: str = "N") -> Row:
    where = ident(number) if known else ""
    return Row(op=f"op{number}", key=key or f"lead-{number}", id=where, values={"LastName": name})


def done(json: Any) -> Answer:
    entries = []
    for record in json["records"]:
        known = record.get("id") or ident(int(record[KEY].rsplit("-", 1)[1]))
        entries.append({"id": known, "success": True, "created": "id" not in record, "errors": []})
    return ok(entries)


def outcomes(results: Sequence[Written]) -> list[str]:
    return [result.outcome.value for result in results]


def test_known_records_are_updated_and_others_upserted_by_key_with_our_headers() -> None:
    script = Script(lambda m, p, json: done(json))
    results = writer(script).write("Lead", [row(1), row(2, known=True)])
    assert outcomes(results) == ["done", "done"]
    assert [path for _, path, _ in script.calls] == [
        f"{BASE}/composite/sobjects",
        f"{BASE}/composite/sobjects/Lead/{KEY}",
    ]
    assert all(headers["Sforce-Auto-Assign"] == "FALSE" for headers in script.headers)
    assert all(json["allOrNone"] is False for _, _, json in script.calls)


def test_eight_thousand_creates_are_forty_calls() -> None:
    script = Script(lambda m, p, json: done(json))
    results = writer(script).write("Lead", [row(n) for n in range(8_000)])
    assert {r.outcome for r in results} == {Outcome.DONE}
    assert len(script.calls) == 40


def test_no_call_names_a_record_twice_and_later_rows_go_later() -> None:
    same = [(n, row(1, name=f"V{n}")) for n in range(3)]
    other = [(3, row(2))]
    made = list(rounds([*same, *other]))
    assert [[index for index, _ in part] for part in made] == [[0, 3], [1], [2]]


def test_a_newer_row_waits_when_the_older_one_is_not_settled() -> None:
    lock = {"success": False, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "x"}]}
    script = Script(lambda *_: ok([lock]))
    results = writer(script).write("Lead", [row(1, name="old"), row(1, name="new")])
    assert outcomes(results) == ["later", "later"]
    assert len(script.calls) == 1


@pytest.mark.parametrize("data", [[], [{}, {}, {}], None, {"results": []}, "x"])
def test_an_answer_that_does_not_match_the_rows_is_unknown_for_all(data: object) -> None:
    results = writer(Script(lambda *_: ok(data))).write("Lead", [row(1), row(2)])
    assert outcomes(results) == ["unknown", "unknown"]


def test_one_record_answered_for_two_rows_is_unknown_for_both() -> None:
    told = {"id": ident(9), "success": True, "created": False, "errors": []}
    results = writer(Script(lambda *_: ok([told, told]))).write("Lead", [row(1), row(2)])
    assert outcomes(results) == ["unknown", "unknown"]


def test_answers_in_another_order_are_not_taken_for_success() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        return ok([{"id": r["id"], "success": True, "errors": []} for r in json["records"][::-1]])

    results = writer(Script(reply)).write("Lead", [row(1, known=True), row(2, known=True)])
    assert outcomes(results) == ["unknown", "unknown"]


def test_a_chunk_of_unknown_outcome_does_not_stop_the_next() -> None:
    answers = iter([Unknown("cut"), None])

    def reply(method: str, path: str, json: Any) -> Told:
        return next(answers) or done(json)

    results = writer(Script(reply)).write("Lead", [row(n) for n in range(250)])
    assert outcomes(results) == ["unknown"] * 200 + ["done"] * 50


@pytest.mark.parametrize(
    ("error", "wait"), [(Throttled("slow down", retry_after=7), 7.0), (Unavailable("down"), 0.0)]
)
def test_a_system_that_is_down_keeps_all_that_follows(error: Exception, wait: float) -> None:
    script = Script(lambda *_: error)
    results = writer(script).write("Lead", [row(n) for n in range(450)])
    assert {(r.outcome, r.retry_after) for r in results} == {(Outcome.LATER, wait)}
    assert len(script.calls) == 1


def test_a_used_up_day_and_too_many_calls_at_once_are_told_apart() -> None:
    for text, daily in (
        ("TotalRequests Limit exceeded.", True),
        ("ConcurrentRequests (Concurrent API Requests) Limit exceeded.", False),
        ("ConcurrentPerOrgLongTxn Limit exceeded.", False),
    ):
        script = Script(lambda *_, text=text: bad("REQUEST_LIMIT_EXCEEDED", text, 403))
        with pytest.raises(Throttled) as caught:
            list(reader(script).read("Lead", [], None))
        assert caught.value.daily is daily
        assert (caught.value.retry_after > 60) is daily


def test_a_credential_that_fails_first_raises_and_later_keeps_what_is_done() -> None:
    with pytest.raises(AuthFailed):
        writer(Script(lambda *_: AuthFailed("no"))).write("Lead", [row(1)])
    answers = iter([None, AuthFailed("no")])

    def reply(method: str, path: str, json: Any) -> Told:
        return next(answers) or done(json)

    results = writer(Script(reply)).write("Lead", [row(n) for n in range(250)])
    assert outcomes(results) == ["done"] * 200 + ["later"] * 50


def test_the_row_that_spoils_a_whole_call_is_found_in_few_calls() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        spoilt = any(record["LastName"] == "poison" for record in json["records"])
        return bad("JSON_PARSER_ERROR", "Unexpected character") if spoilt else done(json)

    script = Script(reply)
    rows = [row(n, name="poison" if n == 77 else "N") for n in range(200)]
    results = writer(script).write("Lead", rows)
    assert outcomes(results).count("done") == 199
    assert (results[77].outcome, results[77].code) == (Outcome.REFUSED, "JSON_PARSER_ERROR")
    assert len(script.calls) <= 2 * 8 + 1


def test_when_every_call_is_refused_the_search_ends_and_nothing_good_is_buried() -> None:
    script = Script(lambda *_: bad("JSON_PARSER_ERROR"))
    results = writer(script).write("Lead", [row(n) for n in range(200)])
    assert len(script.calls) <= 41
    assert set(outcomes(results)) <= {"later", "refused"}


def test_a_missing_key_field_refuses_the_rows_in_one_call() -> None:
    text = f"Provided external ID field does not exist or is not accessible: {KEY}"
    script = Script(lambda *_: bad("NOT_FOUND", text, 404))
    results = writer(script).write("Lead", [row(1), row(2)])
    assert {(r.outcome, r.code) for r in results} == {(Outcome.REFUSED, "NOT_FOUND")}
    assert len(script.calls) == 1


def test_rows_that_cannot_be_sent_are_refused_without_a_call() -> None:
    script = Script(lambda m, p, json: done(json))
    rows = [
        Row(op="a", key="", values={"LastName": "x"}),
        Row(op="b", key="k", id="../Account/1", values={"LastName": "x"}),
        Row(op="c", key="k", values={"Last Name": "x"}),
        Row(op="d", key="k", values={"LastName": "nul\0"}),
    ]
    assert outcomes(writer(script).write("Lead", rows)) == ["refused"] * 4
    assert script.calls == []


def lost(code: str) -> Answer:
    return ok([{"success": False, "errors": [{"statusCode": code, "message": "", "fields": []}]}])


def gone(number: int, master: str | None) -> dict[str, Any]:
    return {**lead(number), "IsDeleted": True, "MasterRecordId": master}


@pytest.mark.parametrize(
    ("rows", "outcome", "moved"),
    [
        ([], Outcome.GONE, None),
        ([gone(1, None)], Outcome.GONE, None),
        ([gone(1, ident(2)), lead(2)], Outcome.MOVED, ("Lead", ident(2))),
        ([gone(1, ident(2)), gone(2, ident(3)), lead(3)], Outcome.MOVED, ("Lead", ident(3))),
        ([gone(1, ident(2)), gone(2, ident(1))], Outcome.GONE, None),
        ([lead(1)], Outcome.REFUSED, None),
    ],
)
def test_a_lost_record_is_followed_to_where_it_lives(
    rows: list[dict[str, Any]], outcome: Outcome, moved: tuple[str, str] | None
) -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        if method == "PATCH":
            return lost("ENTITY_IS_DELETED")
        asked = [r for r in rows if r["Id"] in path]
        return page(asked, total=len(asked))

    (result,) = writer(Script(reply)).write("Lead", [row(1, known=True)])
    assert (result.outcome, result.moved_to) == (outcome, moved)


def test_a_lost_record_that_cannot_be_asked_about_is_for_later() -> None:
    def reply(method: str, path: str, json: Any) -> Told:
        return lost("ENTITY_IS_DELETED") if method == "PATCH" else Unavailable("down")

    (result,) = writer(Script(reply)).write("Lead", [row(1, known=True)])
    assert result.outcome is Outcome.LATER
