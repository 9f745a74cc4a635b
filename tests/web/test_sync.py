"""Sync: what does not work is said first, in words, with what to do."""

from __future__ import annotations

import time

from crmbridge.store import alarms, cursors, limits, live, writer
from crmbridge.store.cursors import Cursor
from crmbridge.store.limits import Tally
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
    assert "Nothing waits: both systems have all that they are owed." in said
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
