"""Fields that known records were never asked for: which, until when, and in older ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.read.reconcile import CHANGES
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.unread import ROW, fields_to_know, note_whole, read_anew, unread
from crmbridge.store import anew, cursors
from crmbridge.testing.sandbox import sandbox
from tests.authority.stage import with_line, without
from tests.stages.places import START
from tests.stages.play import Play, opened
from tests.stages.rest import ready


@pytest.fixture
def company(acme: CompanyFiles, tmp_path: Path) -> Iterator[Company]:
    """Acme, whose mapping has shared titles of leads with sales for a moment only."""
    with sandbox(acme.mapping, acme.teams, at=START) as box:
        with opened(without(acme, "sales", "lead", "title"), box, tmp_path / "l.db") as before:
            play = Play(company=before, box=box)
            play.go_live()
            ready(play, "jo")
            play.later(minutes=5)
            play.turn()
        with opened(acme, box, tmp_path / "l.db") as made:
            yield made


def fields(company: Company) -> frozenset[str]:
    with company.ledger.read() as tx:
        return unread(Scene.open(company, tx), "sales", "Lead")


def test_a_new_field_is_unread_until_its_object_was_read_whole(company: Company) -> None:
    assert fields(company) == {"Title"}
    assert read_anew(company, "sales", CHANGES) == {"Lead"}
    with company.ledger.read() as tx:
        assert cursors.get_cursor(tx, "sales", "Lead", CHANGES) is None
        assert cursors.get_cursor(tx, "sales", "Contact", CHANGES) is not None
    assert fields(company) == {"Title"}
    assert read_anew(company, "sales", CHANGES) == {"Lead"}  # a daemon that was killed goes on
    note_whole(company, "sales", "Lead")
    assert fields(company) == frozenset()
    assert read_anew(company, "sales", CHANGES) == frozenset()
    with company.ledger.read() as tx:
        assert "a field is shared now" in anew.under_way(tx)["why"]


def test_a_ledger_of_an_earlier_build_goes_by_what_records_told(company: Company) -> None:
    with company.ledger.write("test") as tx:
        cursors.put_meta(tx, ROW, {})
    assert fields(company) == {"Title"}
    assert read_anew(company, "sales", CHANGES) == {"Lead"}
    assert read_anew(company, "marketing", CHANGES) == frozenset()


def test_another_line_of_a_field_that_is_known_asks_for_nothing(company: Company) -> None:
    for side in ("marketing", "sales"):
        read_anew(company, side, CHANGES)
        note_whole(company, side, "Lead")
    assert read_anew(company, "sales", CHANGES) == frozenset()
    with company.ledger.read() as tx:
        kept = cursors.get_cursor(tx, "marketing", "contacts", CHANGES)
    assert kept is not None


def test_what_must_be_known_is_what_somebody_else_may_have_written(acme: CompanyFiles) -> None:
    files = with_line(acme, "sales", "lead", "stage", field="Stage__c", way="out")
    found = fields_to_know(_company(files), "sales")["Lead"]
    assert {"Title", "Phone", "LeadSource", "Description", "Stage__c"} <= found
    assert "CrmBridge_Grade__c" not in found


def _company(files: CompanyFiles) -> Company:
    return Company(
        name="acme",
        mapping=files.mapping,
        versions=files.versions,
        teams=files.teams,
        ledger=None,  # type: ignore[arg-type]
        clock=None,  # type: ignore[arg-type]
    )
