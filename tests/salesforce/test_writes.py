"""Salesforce's writes against scripted answers: what an emulator rarely says."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.errors import AuthFailed, Throttled, Unavailable, Unknown
from crmbridge.model.record import Outcome, Row
from crmbridge.net.call import Answer
from tests.salesforce.script import (
    BASE,
    KEY,
    Script,
    Told,
    bad,
    done,
    ident,
    lead,
    ok,
    outcomes,
    page,
    reader,
    row,
    writer,
)


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
