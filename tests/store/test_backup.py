"""A copy of a ledger is whole, is checked, and is put back only where nobody writes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.store import cursors, events
from crmbridge.store.backup import back_up, look, restore
from crmbridge.store.lease import writer_lease
from crmbridge.store.ledger import Ledger
from crmbridge.store.live import begin, is_armed

pytestmark = pytest.mark.of_file

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
Entry = Callable[..., Any]


def fill(ledger: Ledger, entry: Entry, first: int, last: int) -> None:
    with ledger.write("test") as tx:
        events.append(tx, [entry(f"k{n}", text="x" * 500) for n in range(first, last)])


def count(url: str) -> int:
    ledger = Ledger.open(url, "acme", create=False)
    with ledger.read() as tx:
        found = events.count(tx)
    ledger.close()
    return found


def test_a_copy_beside_a_busy_writer_is_one_instant_and_sound(
    ledger: Ledger, entry: Entry, tmp_path: Path
) -> None:
    fill(ledger, entry, 0, 50)
    over = threading.Event()

    def write() -> None:
        n = 50
        while not over.is_set():
            fill(ledger, entry, n, n + 10)
            n += 10

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(ledger, tmp_path / f"copy{n}.db") for n in range(3)]
    finally:
        over.set()
        writer.join()
    assert all(one.entries >= 50 and one.entries % 10 == 0 for one in made)
    assert [one.entries for one in made] == sorted(one.entries for one in made)
    for one in made:
        assert look(one.path, "acme").damage == ()
        assert one.path.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_comes_back_disarmed_and_what_was_there_is_kept(
    ledger: Ledger, url: str, entry: Entry, tmp_path: Path
) -> None:
    fill(ledger, entry, 0, 20)
    with ledger.write("test") as tx:
        begin(tx, NOW)
    back_up(ledger, tmp_path / "monday.db")
    fill(ledger, entry, 20, 30)
    ledger.close()
    found, aside = restore(url, "acme", tmp_path / "monday.db", NOW)
    assert (found.entries, count(url)) == (20, 20)
    assert aside is not None
    assert count(f"sqlite:///{aside}") == 30
    back = Ledger.open(url, "acme")
    with back.read() as tx:
        assert not is_armed(tx)
    back.close()


def test_a_ledger_that_somebody_writes_is_not_replaced(
    ledger: Ledger, url: str, entry: Entry, tmp_path: Path
) -> None:
    fill(ledger, entry, 0, 20)
    back_up(ledger, tmp_path / "monday.db")
    fill(ledger, entry, 20, 25)
    with writer_lease(ledger), pytest.raises(LedgerBusy):
        restore(url, "acme", tmp_path / "monday.db", NOW)
    assert count(url) == 25
    assert not list(tmp_path.glob("*.before-*"))


@pytest.mark.parametrize("harm", ["removed", "damaged", "emptied"])
def test_a_ledger_that_is_lost_is_restored(
    ledger: Ledger, url: str, entry: Entry, tmp_path: Path, harm: str
) -> None:
    fill(ledger, entry, 0, 200)
    back_up(ledger, tmp_path / "monday.db")
    ledger.close()
    if harm == "removed":
        ledger.path.unlink()
    elif harm == "damaged":
        ledger.path.write_bytes(b"\0" * 8192)
    else:
        os.truncate(ledger.path, 0)
    restore(url, "acme", tmp_path / "monday.db", NOW)
    assert count(url) == 200


def test_what_is_no_sound_backup_of_this_company_is_refused_and_nothing_moves(
    ledger: Ledger, url: str, entry: Entry, tmp_path: Path
) -> None:
    fill(ledger, entry, 0, 300)
    good = tmp_path / "good.db"
    back_up(ledger, good)
    bad = tmp_path / "bad.db"
    data = bytearray(good.read_bytes())
    for at in range(4096, len(data) - 4096, 4096):
        data[at : at + 64] = b"\xff" * 64
    bad.write_bytes(data)
    text = tmp_path / "text.db"
    text.write_text("no ledger")
    for source, said in (
        (bad, "damaged|cannot be read"),
        (text, "cannot be read as a ledger"),
        (tmp_path / "none.db", "no such file"),
        (ledger.path, "is the ledger itself"),
    ):
        with pytest.raises(LedgerError, match=said):
            restore(url, "acme", source, NOW)
    with pytest.raises(LedgerError, match="has no entry of beta"):
        restore(url, "beta", good, NOW)
    with pytest.raises(LedgerError, match="is there already"):
        back_up(ledger, good)
    with ledger.read() as tx:
        assert events.count(tx) == 300
        assert cursors.get_meta(tx, "armed") is None
    assert not list(tmp_path.glob("*.before-*"))
