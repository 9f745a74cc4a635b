"""Entries that earlier builds wrote are read as what they say, and what is written is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.errors import LedgerError
from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.payload import PAYLOADS, Basis, Known, Unknown, read
from crmbridge.report.explain.history import history
from crmbridge.store import events
from crmbridge.store.dump import canonical_dump
from crmbridge.store.ledger import Ledger
from crmbridge.store.projection import Workspace, rebuild
from tests.stages.ledgers import ledger_at

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEPT = Path(__file__).parent / "entries_before_payloads.jsonl"
"""Entries of made-up people, every type at least once, as the last build without payloads wrote
them. New shapes of a type are added here; lines that are here never change."""
ROWS: list[dict[str, Any]] = [json.loads(one) for one in KEPT.read_text("utf-8").splitlines()]
NOBODYS = {
    *("deal", "role", "user", "suppressed", "paused", "resumed", "agreement_in_force"),
    *("product", "campaign", "member", "account_seen", "posted", "cost", "fit", "journey"),
}


def basis_of(data: dict[str, Any]) -> Basis | None:
    return Basis.of(data) if "agreement" in data else None


def entry(number: int, type_: str, content: Content, kind: Kind = Kind.OBSERVED) -> Event:
    at = NOW + timedelta(minutes=number)
    return Event(
        kind=kind,
        content=content,
        at=at,
        recorded_at=at,
        key=f"k{number}",
        lead="" if type_ in NOBODYS else "lead1",
        source="marketing:contacts:1",
    )


def typed() -> Iterator[Event]:
    for number, row in enumerate(ROWS):
        content = Content(read(row["type"], row["data"]), basis_of(row["data"]))
        yield entry(number, row["type"], content, Kind(row["kind"]))


def stored() -> Iterator[Event]:
    for number, row in enumerate(ROWS):
        content = Content.stored(row["type"], row["data"])
        yield entry(number, row["type"], content, Kind(row["kind"]))


def test_every_type_has_an_entry_here() -> None:
    assert {row["type"] for row in ROWS} == set(PAYLOADS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["type"])
def test_what_the_build_before_wrote_is_read_and_written_the_same(row: dict[str, Any]) -> None:
    made = Content(read(row["type"], row["data"]), basis_of(row["data"]))
    assert json.loads(json.dumps(made.json)) == row["data"]


def test_entries_that_are_made_and_entries_that_are_read_lie_alike_in_the_ledger(
    tmp_path: Path,
) -> None:
    found = []
    for name, made in (("typed", typed()), ("stored", stored())):
        ledger = ledger_at(tmp_path / f"{name}.db")
        with ledger.write("test") as tx:
            events.append(tx, list(made))
            rows = tx.conn.exec_driver_sql("SELECT type, data FROM event ORDER BY seq")
            found.append([tuple(row) for row in rows])
        ledger.close()
    assert found[0] == found[1]


def test_a_view_made_live_is_the_view_that_a_rebuild_makes(ledger: Ledger) -> None:
    with ledger.write("test") as tx:
        work = Workspace(tx)
        for one in typed():
            work.emit(one)
        work.flush()
        live = list(canonical_dump(tx))
        assert rebuild(tx) == len(ROWS)
        assert list(canonical_dump(tx)) == live
    assert len(live) > 10


def test_a_type_that_is_not_known_is_kept_told_and_changes_nothing(ledger: Ledger) -> None:
    data = {"reason": "a later build", "more": [1]}
    with ledger.write("test") as tx:
        work = Workspace(tx)
        work.emit(entry(1, "known", Content(Known())))
        work.emit(entry(2, "from_the_future", Content(Unknown("from_the_future", data))))
        work.flush()
        assert rebuild(tx) == 2
        told = history(tx, "lead1")
    assert [one["line"] for one in told] == [
        "known for the first time",
        "from the future: a later build",
    ]
    assert told[1]["data"] == data


def test_a_payload_of_a_later_version_is_refused_with_what_to_do(ledger: Ledger) -> None:
    with ledger.write("test") as tx:
        events.append(tx, [entry(1, "waits", Content.stored("waits", {"$v": 2, "why": "full"}))])
    with ledger.write("test") as tx, pytest.raises(LedgerError) as caught:
        rebuild(tx)
    assert str(caught.value) == (
        "an entry of type 'waits' is of version 2; this build of crmbridge knows versions up to 1. "
        "A later build wrote to this ledger: run that one, or go back to the ledger's backup from "
        "before it"
    )


def test_what_cannot_be_read_is_named_by_its_key_and_never_by_its_value() -> None:
    for data in ({}, {"ref": "jo@buyer.example"}, {"ref": None}):
        with pytest.raises(LedgerError, match=r"type 'sighting', version 1.*'ref' is not") as error:
            read("sighting", data)
        assert "jo@" not in str(error.value)
        assert error.value.__suppress_context__


def test_keys_that_no_field_has_stay_in_the_entry_and_are_not_read(ledger: Ledger) -> None:
    data = {"reason": "no_capacity", "note": "of an old build"}
    with ledger.write("test") as tx:
        events.append(tx, [entry(1, "waits", Content.stored("waits", data))])
    with ledger.read() as tx:
        (one,) = events.since(tx, 0, 10)
        assert one.payload == read("waits", {"reason": "no_capacity"})
        assert history(tx, "lead1")[0]["data"] == data
