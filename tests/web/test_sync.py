"""Sync: what does not work is said first, in words, with what to do."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from crmbridge.flows.alert.bundle import WAITING
from crmbridge.store import alarms, cursors, leads, limits, live, outbox, writer
from crmbridge.store.cursors import Cursor
from crmbridge.store.limits import Tally
from crmbridge.store.outbox import Op
from crmbridge.web.board.pages.sync import quota_name
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.site import Caller

PAGE = "/c/acme/sync"
AWAY = {
    "state": "away",
    "why": "Unavailable",
    "since": "2026-06-30T10:00:00.000000Z",
    "message": "HubSpot answered 503 <b>now</b>",
    "advice": "It is tried again with the next `crmbridge sync`.",
}


def at_work(line: Line) -> None:
    """Somebody applied a plan, a daemon runs, and both systems were looked at just now."""
    with line.ledger() as ledger, ledger.write("test") as tx:
        live.begin(tx, NOW)
        writer.acquire(tx, "me", "here", 1, now=time.time(), ttl=3600)
        for system, obj in (("marketing", "contacts"), ("sales", "Lead")):
            one = Cursor(system=system, obj=obj, name="changes", position="1", updated_at=NOW)
            cursors.put_cursor(tx, one)


def test_all_is_well_says_so_with_the_last_looks(year: Line, director: Caller) -> None:
    at_work(year)
    said = director.text(PAGE)
    assert "The sync works. Last looks: HubSpot 0 s ago, Salesforce 0 s ago" in said
    assert "Nothing waits: all systems have what they are owed." in said
    assert "HubSpot contacts what changed 2026-06-30 14:00" in said


def test_a_ledger_alone_says_that_nothing_runs(director: Caller) -> None:
    said = director.text(PAGE)
    assert "crmbridge is not running." in said
    assert "Nothing was read from the systems yet." in said
    assert "works." not in said


def test_a_system_that_does_not_answer_is_named_with_its_words(
    year: Line, director: Caller
) -> None:
    at_work(year)
    with year.ledger() as ledger:
        alarms.tell(ledger, {"marketing": AWAY, "sales": AWAY | {"state": "paused"}})
    said = director.text(PAGE)
    assert "HubSpot does not answer, since 2026-06-30 12:00." in said
    assert said.index("Salesforce is paused") < said.index("HubSpot does not answer")
    assert "HubSpot answered 503 <b>now</b>" in said
    assert "<b>now</b>" not in director.get(PAGE).text
    assert "The sync works." not in said


def test_a_writer_that_stopped_and_one_that_was_switched_off_are_told(
    year: Line, director: Caller
) -> None:
    at_work(year)
    with year.ledger() as ledger, ledger.write("test") as tx:
        limits.put(tx, Tally(stopped={"since": "2026-06-30T10:00:00.000000Z", "over": []}))
        live.switch_off(tx, "ann", NOW)
    said = director.text(PAGE)
    assert "Writing is stopped at a limit" in said
    assert "ann switched writing off, since 2026-06-30 14:00." in said


@pytest.mark.parametrize(
    ("name", "seconds", "said"),
    [
        ("ten_secondly", 10, "all calls, per 10 seconds"),
        ("search_secondly", 1, "search, per second"),
        ("associations", 10, "associations, per 10 seconds"),
        ("daily", 86_400, "all calls, per day"),
        ("bulk_jobs", 300, "bulk jobs, per 5 min"),
    ],
)
def test_a_quota_is_named_in_words(name: str, seconds: int, said: str) -> None:
    assert quota_name(name, seconds) == said


def read_to(line: Line, obj: str, name: str, position: str, ago: timedelta) -> None:
    with line.ledger() as ledger, ledger.write("test") as tx:
        at = NOW - ago
        one = Cursor(system="marketing", obj=obj, name=name, position=position, updated_at=at)
        cursors.put_cursor(tx, one)


def test_each_reading_says_whether_its_age_is_right(year: Line, director: Caller) -> None:
    at_work(year)
    form = "form:6a1f0c52-0d5e-4c6e-9a53-0b8f6f0a2d11"
    whole = {"began": "x", "since": "x", "size": 3}
    read_to(year, form, "reconcile", json.dumps(whole | {"size": 0}), timedelta(days=90))
    said = director.text(PAGE)
    assert "submissions of a form, “forms” in the mapping the comparison of all records" in said
    assert "90 d nothing to compare: the system lists no such records whole" in said
    assert "late" not in said
    read_to(year, "contacts", "reconcile", json.dumps(whole), timedelta(days=3))
    read_to(year, "owners", "changes", "1", timedelta(hours=2))
    said = director.text(PAGE)
    assert "1 reading is late." in said
    assert "3 d late" in said
    assert "2 h as it should be" in said


def test_what_is_not_written_says_how_long_the_oldest_waits(year: Line, director: Caller) -> None:
    with year.ledger() as ledger, ledger.write("test") as tx:
        (lead,) = list(leads.ids(tx))[:1]
        new = [
            Op(
                id=f"o{number}",
                key=f"k{number}",
                lead=lead,
                system=WAITING[0],
                obj="message",
                action=f"message{number}",
                priority=1,
                payload={},
                payload_hash=str(number),
                created_at=time.time() - ago,
            )
            for number, ago in enumerate((90.0, 7_300.0))
        ]
        outbox.put(tx, new)
    said = director.text(PAGE)
    assert "sent together each hour not sent yet hand-offs and revenue 2 2 h" in said
    assert "waits up to an hour" in said
