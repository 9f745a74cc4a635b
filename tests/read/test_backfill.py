"""A backfill: silent, resumable, bounded by its window, and asked for by another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.errors import StopError, Unavailable
from crmbridge.files import load
from crmbridge.flows.read.backfill import (
    asked,
    progress_of,
    request,
    serve_requests,
)
from crmbridge.flows.read.pull import pull
from crmbridge.store import cursors, outbox
from tests.read.history import CONTACTS, LEADS, Past, history
from tests.stages.places import MAPPINGS, START
from tests.stages.play import begun


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    with begun(load(MAPPINGS, "acme"), tmp_path) as play:
        history(play.box)
        yield Past(play.company, play.box)


def test_a_backfill_reads_all_and_tells_nobody(past: Past) -> None:
    report = past.fill()
    assert report.complete
    assert report.done["marketing:contacts"] == CONTACTS
    assert report.done["sales:Lead"] == LEADS
    assert report.new == CONTACTS + LEADS
    assert (report.filtered, report.held, report.unmatched) == (0, 0, 0)
    assert report.read >= CONTACTS + LEADS + 2
    assert (report.judged, report.ready) == (CONTACTS, 2)
    assert past.written() == Counter()
    with past.company.ledger.read() as tx:
        assert cursors.due_count(tx) == 0
        assert outbox.counts(tx) == {}
    assert ("sales:Lead", LEADS) in {(name, done) for name, done, _ in past.seen}


def test_stopped_after_each_page_and_resumed_it_reads_everything_once(past: Past) -> None:
    pages = 0
    report = past.fill(stop=lambda: True)
    while not report.complete:
        pages += 1
        report = past.fill(resume=True, stop=lambda: True)
        assert pages < 60
    assert pages > 5
    assert report.done["sales:Lead"] == LEADS
    assert report.done["marketing:contacts"] == CONTACTS
    assert report.new == CONTACTS + LEADS
    assert past.written() == Counter()


def test_a_vendor_that_goes_away_in_between_loses_nothing(past: Past) -> None:
    past.box.sales.faults({"kind": "status", "status": 503, "route": "*", "skip": 3})
    with pytest.raises(Unavailable):
        past.fill()
    past.box.sales.clear_faults()
    report = past.fill(resume=True)
    assert report.complete
    assert report.done["sales:Lead"] == LEADS
    assert report.new == CONTACTS + LEADS


def test_what_is_outside_the_window_is_counted_and_left_out(past: Past) -> None:
    report = past.fill(since=START - timedelta(days=100))
    assert report.filtered == CONTACTS // 2 + LEADS // 2
    assert report.new == CONTACTS // 2 + LEADS - LEADS // 2
    other = past.fill(until=START - timedelta(days=100))
    assert other.new == CONTACTS // 2 + LEADS // 2


def test_the_ordinary_pull_goes_on_where_the_backfill_began(past: Past) -> None:
    past.fill()
    past.box.sales.seed(Lead=[{"LastName": "Late", "Company": "L", "Email": "late@vogel.example"}])
    pulled = pull(past.company, "sales", sleep=lambda seconds: None)
    assert pulled.counts["Lead"].changed == 1
    assert pulled.counts["Lead"].read < LEADS
    with past.company.ledger.read() as tx:
        assert cursors.due_count(tx) == 1


def test_a_backfill_with_an_end_leaves_the_rest_to_the_ordinary_pull(past: Past) -> None:
    past.fill(until=START - timedelta(days=100))
    pulled = pull(past.company, "sales", sleep=lambda seconds: None)
    assert pulled.counts["Lead"].read == LEADS
    assert sum(past.stages().values()) == CONTACTS // 2 + LEADS


def test_without_resume_it_starts_over_and_finds_nothing_new(past: Past) -> None:
    past.fill()
    again = past.fill()
    assert again.done["sales:Lead"] == LEADS
    assert (again.new, again.changed) == (0, 0)


def test_another_process_asks_and_the_daemon_serves(past: Past) -> None:
    assert serve_requests(past.company) is None
    assert progress_of(past.company) == {}
    ident = request(past.company, since=START - timedelta(days=100))
    assert asked(past.company)
    with pytest.raises(StopError):
        request(past.company)
    assert serve_requests(past.company, stop=lambda: True) is None
    assert progress_of(past.company)["state"] == "waiting"
    past.box.sales.faults({"kind": "status", "status": 503, "route": "* /services/data/*"})
    error = serve_requests(past.company, sleep=lambda seconds: None)
    assert isinstance(error, Unavailable)
    past.box.sales.clear_faults()
    assert serve_requests(past.company, sleep=lambda seconds: None) is None
    found = progress_of(past.company)
    assert (found["id"], found["state"]) == (ident, "done")
    assert found["report"]["done"]["sales:Lead"] == LEADS
    assert found["report"]["filtered"] == CONTACTS // 2 + LEADS // 2
    assert not asked(past.company)


def test_a_request_whose_process_died_before_its_first_page_starts_over(past: Past) -> None:
    past.fill()
    ident = request(past.company)
    with past.company.ledger.write("backfill") as tx:
        cursors.put_meta(tx, "backfill_progress", {"id": ident, "state": "running"})
    past.box.sales.empty_audit()
    assert serve_requests(past.company, sleep=lambda seconds: None) is None
    assert progress_of(past.company)["state"] == "done"
    assert past.box.sales.audit()


def test_a_request_that_no_waiting_mends_fails_with_the_reason(past: Past) -> None:
    request(past.company)
    past.box.marketing.config(revoked=["loopback-token"])
    assert serve_requests(past.company, sleep=lambda seconds: None) is None
    found = progress_of(past.company)
    assert found["state"] == "failed"
    assert found["error"]
    assert not asked(past.company)
