"""A vendor that prepares what was asked for is asked again; nothing counts as read before it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import load
from crmbridge.flows.read.backfill import backfill
from crmbridge.flows.read.backfill_run import LONGEST_NAP
from crmbridge.flows.read.pull import pull
from crmbridge.model.record import Page
from crmbridge.store import cursors, totals
from tests.read.history import CONTACTS, Past, history
from tests.stages.places import MAPPINGS
from tests.stages.play import begun

JOB = "job:"
WAIT = 12.0


class Exporting:
    """A connector that gives contacts after some looks at an export only."""

    def __init__(self, connector: Any, looks: int) -> None:
        self._connector = connector
        self._left = looks
        self.wait = WAIT
        self.asked: list[str | None] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        if obj != "contacts":
            yield from self._connector.read(obj, fields, since)
            return
        self.asked.append(since)
        if since is None or since.startswith(JOB):
            if self._left:
                self._left -= 1
                yield Page(records=(), cursor=f"{JOB}{self._left}", more=False, wait=self.wait)
                return
            since = None
        yield from self._connector.read(obj, fields, since)


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    with begun(load(MAPPINGS, "acme"), tmp_path) as play:
        history(play.box)
        yield Past(play.company, play.box)


@pytest.fixture
def slow(past: Past) -> Exporting:
    system = past.company.systems["marketing"]
    system.connector = Exporting(system.connector, 3)
    return system.connector


def position(past: Past) -> str:
    with past.company.ledger.read() as tx:
        found = cursors.get_cursor(tx, "marketing", "contacts", "changes")
    return found.position if found else ""


def people(past: Past) -> int:
    with past.company.ledger.read() as tx:
        return sum(totals.by_stage(tx).values())


def test_a_backfill_waits_for_the_export_and_has_all(past: Past, slow: Exporting) -> None:
    naps: list[float] = []
    report = backfill(past.company, sleep=naps.append)
    assert naps == [WAIT] * 3
    assert report.complete
    assert report.done["marketing:contacts"] == CONTACTS
    assert slow.asked[:4] == [None, f"{JOB}2", f"{JOB}1", f"{JOB}0"]
    assert not position(past).startswith(JOB)


def test_a_backfill_that_is_stopped_while_it_waits_goes_on_later(
    past: Past,
    slow: Exporting,
) -> None:
    naps: list[float] = []
    report = backfill(past.company, sleep=naps.append, stop=lambda: bool(naps))
    assert not report.complete
    assert position(past) == ""
    report = backfill(past.company, sleep=naps.append, resume=True)
    assert report.complete
    assert report.done["marketing:contacts"] == CONTACTS


def test_a_nap_is_never_long(past: Past, slow: Exporting) -> None:
    slow.wait = 10_000.0
    naps: list[float] = []
    backfill(past.company, sleep=naps.append)
    assert max(naps) == LONGEST_NAP


def test_a_pull_goes_on_from_the_export_with_the_next_look(past: Past, slow: Exporting) -> None:
    for left in (2, 1, 0):
        pull(past.company, "marketing", sleep=lambda _: None)
        assert position(past) == f"{JOB}{left}"
    pull(past.company, "marketing", sleep=lambda _: None)
    assert not position(past).startswith(JOB)
    assert people(past) >= CONTACTS
