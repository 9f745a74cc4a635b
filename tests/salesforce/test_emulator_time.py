"""Time in the emulated org: late rows, ties, cut seconds, and injected faults."""

from __future__ import annotations

import pytest
import requests

from tests.salesforce.desk import Desk, first_error

POLL = "SELECT Id, SystemModstamp FROM Lead WHERE SystemModstamp >= {} ORDER BY SystemModstamp, Id"


def poll(org: Desk, since: str) -> list[tuple[str, str]]:
    rows = org.query(POLL.format(since), everything=True).json()["records"]
    return [(one["Id"], one["SystemModstamp"]) for one in rows]


def test_a_late_row_shows_up_below_the_newest_stamp_already_seen(org: Desk) -> None:
    late = org.remote.act(
        "create", object="Lead", fields={"LastName": "L", "Company": "C"}, commit_delay=60
    )["id"]
    org.remote.clock(advance=5)
    seen = org.lead()
    assert poll(org, "2026-11-21T10:00:00Z") == [(seen, "2026-11-21T10:00:05.000+0000")]
    assert first_error(org.call("GET", f"sobjects/Lead/{late}")) == (404, "NOT_FOUND")
    org.remote.clock(advance=60)
    assert poll(org, "2026-11-21T10:00:00Z")[0] == (late, "2026-11-21T10:00:00.000+0000")
    assert poll(org, "2026-11-21T10:00:05Z") == [(seen, "2026-11-21T10:00:05.000+0000")]


def test_readers_see_the_old_version_until_a_late_change_commits(org: Desk) -> None:
    made = org.lead(Title="old")
    org.remote.config(commit_delay=30)
    org.remote.act("edit", id=made, fields={"Title": "new"})
    title = "SELECT Title FROM Lead WHERE Title = '{}'"
    assert org.query(title.format("old")).json()["totalSize"] == 1
    assert org.query(title.format("new")).json()["totalSize"] == 0
    assert org.row("Lead", made)["Title"] == "new"
    org.remote.clock(advance=30)
    assert org.query(title.format("new")).json()["totalSize"] == 1


def test_a_row_made_before_the_first_read_after_a_seed_is_found_by_its_stamp(org: Desk) -> None:
    org.remote.seed(Lead=[{"LastName": "Seed", "Company": "C"}])
    made = org.lead()
    org.remote.act("edit", id=made, fields={"Title": "new"})
    assert made in [one for one, _ in poll(org, "2026-11-21T00:00:00Z")]
    assert len(poll(org, "2026-11-21T00:00:00Z")) == 2


def test_delays_may_be_drawn_from_a_span_and_apply_to_our_own_writes(org: Desk) -> None:
    org.remote.config(api_commit_delay=[10, 20])
    org.lead()
    assert poll(org, "2026-11-21T00:00:00Z") == []
    org.remote.clock(advance=20)
    assert len(poll(org, "2026-11-21T00:00:00Z")) == 1


def test_stamps_are_cut_to_the_second_so_two_saves_share_one(org: Desk) -> None:
    made = org.lead()
    first = poll(org, "2026-11-21T10:00:00Z")
    org.remote.clock(advance=0.5)
    org.call("PATCH", f"sobjects/Lead/{made}", {"Title": "x"})
    assert poll(org, "2026-11-21T10:00:00Z") == first == [(made, "2026-11-21T10:00:00.000+0000")]


def test_ten_thousand_rows_of_one_second_are_read_through_pages(org: Desk) -> None:
    stamp = "2026-11-20T00:00:00Z"
    org.vendor.seed("Lead", [{"LastName": "T", "Company": "C", "SystemModstamp": stamp}] * 10_001)
    page = org.query(POLL.format(stamp), everything=True).json()
    seen = [one["Id"] for one in page["records"]]
    while not page["done"]:
        page = org.call("GET", page["nextRecordsUrl"]).json()
        seen += [one["Id"] for one in page["records"]]
    assert page["totalSize"] == 10_001
    assert seen == sorted(seen)
    assert len(set(seen)) == 10_001
    rest = f"SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{seen[8_000]}')"
    assert org.query(f"SELECT COUNT() FROM Lead WHERE {rest}").json()["totalSize"] == 2_000


def test_system_work_moves_stamps_and_formulas_do_not(org: Desk) -> None:
    made = org.lead(Score__c=1)
    org.remote.clock(advance=10)
    org.remote.act("recalculate", object="Lead", id=made, fields={"Score__c": 2})
    row = org.row("Lead", made)
    assert (row["Score__c"], row["SystemModstamp"][17:19]) == (2, "00")
    assert org.remote.act("touch", object="Lead") == {"touched": 1}
    row = org.row("Lead", made)
    assert (row["SystemModstamp"][17:19], row["LastModifiedDate"][17:19]) == ("10", "00")


def test_rows_can_be_locked_one_by_one(org: Desk) -> None:
    made = [org.lead(), org.lead()]
    org.remote.config(row_faults=[{"object": "Lead", "ids": [made[1]], "times": 1}])
    records = [{"attributes": {"type": "Lead"}, "Id": one, "Title": "x"} for one in made]
    results = org.call("PATCH", "composite/sobjects", {"records": records}).json()
    assert [one["success"] for one in results] == [True, False]
    assert results[1]["errors"][0] == {
        "statusCode": "UNABLE_TO_LOCK_ROW",
        "message": "unable to obtain exclusive access to this record or 1 records: " + made[1][:15],
        "fields": [],
    }
    assert org.remote.config()["fired"] == {"row_faults.0": 1}
    again = org.call("PATCH", "composite/sobjects", {"records": records}).json()
    assert [one["success"] for one in again] == [True, True]


def test_a_call_can_commit_and_then_lose_its_answer(org: Desk) -> None:
    org.remote.faults({"route": "sobjects/*", "nth": 1, "when": "after", "kind": "reset"})
    with pytest.raises(requests.ConnectionError):
        org.lead()
    assert len(org.remote.state("Lead")) == 1
    line = org.remote.audit()[-1]
    assert (line["status"], line["fault"], line["committed"]) == (0, "reset", True)


def test_injected_statuses_speak_the_vendors_words(org: Desk) -> None:
    org.remote.faults({"route": "query", "nth": 1, "kind": "status", "status": 503})
    assert first_error(org.query("SELECT Id FROM Lead")) == (503, "SERVER_UNAVAILABLE")
    assert org.query("SELECT Id FROM Lead").status_code == 200
    assert org.remote.faults()[0]["fired"] == 1
