"""Whoever changes an entry behind the ledger's back is found out, and nobody else is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmbridge.errors import LedgerError
from crmbridge.store import chain, events
from crmbridge.store.backup import back_up, look, look_at
from crmbridge.store.export import export
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx

Entry = Callable[..., Any]


def fill(ledger: Ledger, entry: Entry, first: int, last: int) -> None:
    with ledger.write("test") as tx:
        events.append(tx, [entry(f"k{n}", f"lead{n}", n=n) for n in range(first, last)])


def faults(ledger: Ledger) -> list[str]:
    with ledger.read() as tx:
        return list(chain.faults(tx))


@pytest.fixture
def linked(ledger: Ledger, entry: Entry) -> Ledger:
    fill(ledger, entry, 0, 25)
    assert chain.link(ledger, size=10) == 25
    return ledger


def test_what_was_linked_is_found_as_it_was(linked: Ledger, entry: Entry) -> None:
    assert faults(linked) == []
    assert chain.link(linked) == 0
    fill(linked, entry, 25, 27)
    assert faults(linked) == []  # what is not linked yet is nobody's fault
    assert chain.link(linked) == 2
    with linked.read() as tx:
        assert (chain.last(tx).upto, chain.last(tx).many) == (27, 2)
    assert faults(linked) == []


def in_words_of(tx: Tx, change: str) -> str:
    """Bytes as the database's own tools write them."""
    if tx.conn.dialect.name == "sqlite":
        return change
    return (
        change.replace("CAST(", "convert_to(")
        .replace(" AS BLOB)", ", 'UTF8')")
        .replace("= x'", "= '\\x")
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET data = CAST('{\"n\":99}' AS BLOB) WHERE seq = 14",
        "UPDATE event SET at = at + 1 WHERE seq = 14",
        "UPDATE event SET recorded_at = recorded_at - 1 WHERE seq = 14",
        "UPDATE event SET kind = 2 WHERE seq = 14",
        "UPDATE event SET type = 'other' WHERE seq = 14",
        "UPDATE event SET source = 'me' WHERE seq = 14",
        "UPDATE event SET lead = x'01' WHERE seq = 14",
        "UPDATE event SET key = NULL WHERE seq = 14",
        "DELETE FROM event WHERE seq = 14",
        "UPDATE event SET seq = 100 WHERE seq = 14",
        "UPDATE event SET company = 'globex' WHERE seq = 14",
    ],
)
def test_a_changed_entry_is_found_in_its_block(linked: Ledger, change: str) -> None:
    with linked.write("test") as tx:
        tx.conn.exec_driver_sql(in_words_of(tx, change))
    (told, *_) = faults(linked)
    assert told.startswith("entries 11 to 20 are not those that were written")


def test_an_entry_that_is_slipped_in_is_found(linked: Ledger, entry: Entry) -> None:
    with linked.write("test") as tx:
        tx.conn.exec_driver_sql("DELETE FROM event WHERE seq = 14")
        tx.conn.exec_driver_sql(
            "INSERT INTO event SELECT 14, company, kind, type, at, recorded_at, NULL, lead, source,"
            " data FROM event WHERE seq = 15"
        )
    assert len(faults(linked)) == 1


def test_a_block_that_is_made_anew_breaks_the_next_one(linked: Ledger) -> None:
    with linked.write("test") as tx:
        tx.conn.exec_driver_sql("DELETE FROM event WHERE seq = 14")
        before = chain.Block(**_block(tx, 10))
        found = [one for one in events.since(tx, 10, 10) if one.seq <= 20]
        forged = chain.bound(before, found, b"salt")
        tx.conn.execute(
            chain.chain.update()
            .where(chain.chain.c.upto == 20)
            .values(salt=forged.salt, hash=forged.hash, many=forged.many)
        )
    (told,) = faults(linked)
    assert told.startswith("entries 21 to 25")


def _block(tx: Any, upto: int) -> dict[str, Any]:
    rows = tx.conn.execute(chain.chain.select().where(chain.chain.c.upto == upto)).mappings()
    return {name: value for name, value in dict(rows.one()).items() if name != "company"}


def test_two_companies_of_a_file_have_a_chain_each(linked: Ledger, url: str, entry: Entry) -> None:
    other = Ledger.open(url, "globex")
    fill(other, entry, 0, 5)
    fill(linked, entry, 30, 33)
    assert (chain.link(other), chain.link(linked)) == (5, 3)
    assert (faults(other), faults(linked)) == ([], [])
    other.close()


def test_those_who_link_at_once_link_each_entry_once(linked: Ledger, entry: Entry) -> None:
    fill(linked, entry, 25, 200)
    threads = [threading.Thread(target=chain.link, args=(linked, 50, 10)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with linked.read() as tx:
        rows = tx.conn.exec_driver_sql("SELECT upto, many FROM chain ORDER BY upto").all()
    assert sum(many for _, many in rows) == 200
    assert faults(linked) == []


@pytest.mark.of_file
def test_a_look_holds_a_copy_against_its_chain(linked: Ledger, tmp_path: Path) -> None:
    copy = back_up(linked, tmp_path / "copy.db").path
    assert look(copy, "acme", linked=True).damage == ()
    with linked.write("test") as tx:
        tx.conn.exec_driver_sql("UPDATE event SET source = 'me' WHERE seq = 3")
    (told,) = look(linked.path, "acme", linked=True).damage
    assert told.startswith("entries 1 to 10")
    assert look(linked.path, "acme").damage == ()


def test_an_export_has_every_entry_and_ends_with_the_chain(linked: Ledger, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    file = tmp_path / "all.jsonl"
    assert export(linked, file, lambda done, of: told.append((done, of))) == 25
    *rows, end = map(json.loads, file.read_text("ascii").splitlines())
    assert [row["data"] for row in rows] == [{"n": n} for n in range(25)]
    assert rows[0] == {
        "seq": 1,
        "kind": "observed",
        "type": "changed",
        "at": "2026-03-02T09:00:00.000000Z",
        "recorded_at": "2026-03-02T09:00:00.000000Z",
        "lead": "lead0",
        "source": "k0",
        "data": {"n": 0},
    }
    with linked.read() as tx:
        assert end["chain"] == {"upto": 25, "hash": chain.last(tx).hash.hex()}
    assert (end["entries"], end["company"], told) == (25, "acme", [(25, 25)])
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(LedgerError, match="is there already"):
        export(linked, file)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET data = x'ff' WHERE seq = 14",
        "UPDATE event SET data = x'01ff' WHERE seq = 14",
        "UPDATE event SET kind = 9 WHERE seq = 14",
    ],
)
def test_an_entry_that_cannot_be_read_is_told_and_the_others_are_looked_at(
    linked: Ledger, change: str
) -> None:
    with linked.write("test") as tx:
        tx.conn.exec_driver_sql(in_words_of(tx, change))
        tx.conn.exec_driver_sql("UPDATE event SET source = 'me' WHERE seq = 24")
    first, second = faults(linked)
    assert first.startswith("entries 11 to 20 cannot be read")
    assert second.startswith("entries 21 to 25 are not those")


def test_how_much_the_chain_binds_is_told(linked: Ledger, entry: Entry) -> None:
    fill(linked, entry, 25, 30)
    seen = look_at(linked, linked=True)
    assert (seen.entries, seen.bound) == (30, 25)
    with linked.write("test") as tx:
        tx.conn.exec_driver_sql("DELETE FROM chain")
    assert look_at(linked, linked=True).bound == 0


def test_an_export_into_no_folder_names_the_file_and_not_the_ledger(
    linked: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "none" / "all.jsonl"
    with pytest.raises(LedgerError, match=f"^{file} cannot be made"):
        export(linked, file)
