"""Ledgers of the layout before 0003: they open, say what they said, rebuild, and go on.

The files were made by the build before the lean layout, out of tests of made-up people.
"""

from __future__ import annotations

import json
import lzma
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.model.codec import instant
from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.state import LeadState, SeenState
from crmbridge.store import events, held, leads, outbox, trail
from crmbridge.store.backup import look
from crmbridge.store.crash import VARIABLE
from crmbridge.store.dump import canonical_dump
from crmbridge.store.ledger import Ledger
from crmbridge.store.migrations.carry import TABLES
from crmbridge.store.projection import rebuild
from crmbridge.store.types import as_kept
from tests.stages.compare import remade
from tests.stages.counted import kept_and_counted

pytestmark = pytest.mark.of_file

BEFORE = Path(__file__).parent / "ledgers_before"
NAMES = sorted(path.name.removesuffix(".db.xz") for path in BEFORE.glob("*.db.xz"))
TOTALS = sorted(Path(__file__).parent.glob("ledgers_before_totals/*.db.xz"))
"""Made by the build before 0005: merged leads, deals that are won or lost, a second trip."""
Old = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=NAMES)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return unpacked(request.param, tmp_path)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return unpacked("a_whole_loop", tmp_path)


def unpacked(name: str, folder: Path) -> Path:
    path = folder / "ledger.db"
    path.write_bytes(lzma.decompress((BEFORE / f"{name}.db.xz").read_bytes()))
    return path


def rows(path: Path) -> Old:
    """Every row of the old layout, as it lies there."""
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        return {name: [dict(r) for r in conn.execute(f"SELECT * FROM {name}")] for name in TABLES}


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return str(conn.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def opened(path: Path) -> Ledger:
    with closing(sqlite3.connect(path)) as conn:
        (company,) = conn.execute("SELECT company FROM event LIMIT 1").fetchone()
    return Ledger.open(url(path), company)


def document(raw: Any) -> Any:
    text = raw if isinstance(raw, str) else bytes(raw).decode("utf-8", "surrogatepass")
    return json.loads(text)


def test_the_files_are_of_the_layout_before(file: Path) -> None:
    assert revision(file) == "0002"
    assert len(rows(file)["event"]) > 20


def test_every_entry_says_what_it_said(file: Path) -> None:
    old = rows(file)["event"]
    ledger = opened(file)
    with ledger.read() as tx:
        new = events.since(tx, 0, 10_000)
    ledger.close()
    assert [(one.seq, one.kind, one.type, one.lead, one.source) for one in new] == [
        (row["seq"], row["kind"], row["type"], row["lead"], row["source"]) for row in old
    ]
    assert [(instant(one.at), instant(one.recorded_at), one.key) for one in new] == [
        (row["at"], row["recorded_at"], as_kept(row["key"])) for row in old
    ]
    assert [one.content.json for one in new] == [document(row["data"]) for row in old]


def test_every_lead_record_touch_and_operation_is_as_it_was(file: Path) -> None:
    old = rows(file)
    ledger = opened(file)
    with ledger.read() as tx:
        found = leads.get_many(tx, (row["id"] for row in old["lead"]))
        refs = {ref.id: ref for those in leads.refs_of(tx, found).values() for ref in those}
        ops = outbox.get(tx, (row["id"] for row in old["op"]))
        touches = trail.get_touches(tx, (row["id"] for row in old["touch"]))
        waiting = held.find(tx, state=None)
    ledger.close()
    for row in old["lead"]:
        new = found[row["id"]]
        was = LeadState.of(row["id"], document(row["state"]))
        assert LeadState.of(new.id, new.state or {}) == was
        assert (new.stage, new.owner, new.rev) == (row["stage"], row["owner"], row["rev"])
    for row in (one for one in old["ref"] if one["lead"]):
        was = SeenState.of(document(row["seen"]))
        if "raw" in document(row["seen"]):
            was.raw = {name: value for name, value in was.raw.items() if value is not None}
        assert SeenState.of(refs[row["id"]].seen or {}, was.heard) == was
    assert {op.id: (op.action, str(op.state), op.payload) for op in ops.values()} == {
        row["id"]: (row["action"], row["state"], document(row["payload"])) for row in old["op"]
    }
    assert {ident: (one.lead, instant(one.at)) for ident, one in touches.items()} == {
        row["id"]: (row["lead"], row["at"]) for row in old["touch"]
    }
    assert sorted(one.id for one in waiting) == sorted(row["id"] for row in old["held"])


def test_a_rebuild_of_what_was_carried_over_changes_nothing(file: Path) -> None:
    ledger = opened(file)
    with ledger.write("test") as tx:
        before = list(canonical_dump(tx))
        rebuild(tx)
        assert list(canonical_dump(tx)) == before
    ledger.close()


def test_it_goes_on_where_it_was(file: Path) -> None:
    old = rows(file)["event"]
    ledger = opened(file)
    with ledger.write("test") as tx:
        (new,) = events.append(tx, [entry(old[0]["key"]), entry("new")])  # one is known by its key
    assert new.seq == old[-1]["seq"] + 1
    assert ledger.check() == []
    ledger.close()


def entry(key: str) -> Event:
    said, at = Content.stored("from_the_future", {}), datetime(2026, 12, 1, tzinfo=UTC)
    return Event(kind=Kind.OBSERVED, content=said, at=at, recorded_at=at, key=key)


def test_it_says_how_far_it_is_and_gives_the_room_back(one: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    size = one.stat().st_size
    ledger = Ledger.open(url(one), "acme", progress=lambda *how_far: told.append(how_far))
    ledger.close()
    assert {name for name, _, _ in told} <= {*TABLES, "total"}
    assert ("event", 129, 129) in told
    fresh = Ledger.open(url(tmp_path / "fresh.db"), "acme")  # tables that came since, all empty
    fresh.close()
    assert one.stat().st_size < size + fresh.path.stat().st_size
    with closing(sqlite3.connect(one)) as conn:
        assert conn.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_an_old_copy_can_be_looked_through_as_it_lies(file: Path) -> None:
    old = rows(file)["event"]
    found = look(file, old[0]["company"])
    assert (found.entries, found.damage) == (len(old), ())
    assert found.newest == max(row["recorded_at"] for row in old)
    assert revision(file) == "0002"


OPEN = """
import sys
from crmbridge.store.ledger import Ledger
Ledger.open(sys.argv[1], "acme").close()
"""


def start(path: Path, crash: str = "") -> subprocess.Popen[bytes]:
    environ = {**os.environ, VARIABLE: crash, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", OPEN, url(path)], env=environ)


@pytest.mark.parametrize("name", TABLES)
def test_a_kill_on_the_way_leaves_it_as_it_was_and_the_next_opening_ends_it(
    one: Path, name: str
) -> None:
    old = rows(one)
    assert start(one, f"carry:{name}").wait(60) == -signal.SIGKILL
    assert (rows(one), revision(one)) == (old, "0002")
    ledger = opened(one)
    with ledger.read() as tx:
        assert events.count(tx) == len(old["event"])
    ledger.close()


def test_two_that_open_it_at_once_carry_it_over_once(one: Path) -> None:
    many = len(rows(one)["event"])
    running = [start(one) for _ in range(3)]
    assert [process.wait(90) for process in running] == [0, 0, 0]
    ledger = opened(one)
    with ledger.read() as tx:
        assert events.count(tx) == many
    assert ledger.check() == []
    ledger.close()


@pytest.fixture
def tight(one: Path) -> Iterator[Ledger]:
    """A ledger whose file may grow by a few pages only, as on a disk that is nearly full."""
    ledger = Ledger(url(one), "acme")

    def limit(raw: Any, _record: Any) -> None:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count={pages + 20}")

    event.listen(ledger._writer, "connect", limit)
    yield ledger
    ledger.close()


def test_a_full_disk_leaves_it_as_it_was(tight: Ledger, one: Path) -> None:
    old = rows(one)
    with pytest.raises(LedgerError, match="disk is full"):
        tight._prepare(None)
    assert (rows(one), revision(one)) == (old, "0002")


@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_page_is_told_and_nothing_is_lost(one: Path, tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(one)) as conn:
        size = conn.execute("PRAGMA page_size").fetchone()[0]
        (root,) = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,))
        if not conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0]:
            pytest.skip("nothing lies in it")
    raw = bytearray(one.read_bytes())
    raw[(root[0] - 1) * size : root[0] * size] = b"\xff" * size
    one.write_bytes(raw)
    shutil.copy(one, tmp_path / "kept.db")
    with pytest.raises(LedgerError, match=r"damaged|malformed|refused"):
        Ledger.open(url(one), "acme")
    assert revision(one) == "0002"


def test_what_was_carried_over_is_written_for_long(one: Path) -> None:
    """The file shrinks when its log is folded in, which is no loss."""
    ledger = opened(one)
    for n in range(300):
        with ledger.write("test") as tx:
            events.append(tx, [entry(f"more{n}")])
    assert ledger.guard.fault() == ""
    ledger.close()


def test_one_who_waited_for_it_goes_on(one: Path) -> None:
    waited = Ledger(url(one), "acme")
    waited.guard.remember()
    ledger = opened(one)
    ledger.close()
    with waited.write("test") as tx:
        events.append(tx, [entry("more")])
    waited.close()


def test_a_file_that_was_cut_is_told(one: Path) -> None:
    ledger = opened(one)
    with one.open("r+b") as file:
        file.truncate(one.stat().st_size // 2)
    assert ledger.guard.fault() == "was cut short"
    ledger.close()


def test_nothing_is_carried_over_under_one_who_writes(one: Path) -> None:
    old, until = rows(one), time.time() + 30
    with closing(sqlite3.connect(one)) as conn:
        conn.execute(
            "INSERT OR REPLACE INTO writer VALUES ('', 'w1', 'elsewhere', 1, ?, 1, 0.0)", (until,)
        )
        conn.commit()
    with pytest.raises(LedgerBusy, match="elsewhere"):
        Ledger.open(url(one), "acme")
    assert (rows(one), revision(one)) == (old, "0002")


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE event SET at = 'yesterday' WHERE seq = 1", "event"),
        ("UPDATE event SET kind = 'guessed' WHERE seq = 1", "event"),
        ("UPDATE lead SET state = CAST('[]' AS BLOB)", "lead"),
        ("UPDATE op SET state = 'lost'", "op"),
    ],
)
def test_a_row_that_nobody_can_read_ends_it(one: Path, change: str, table: str) -> None:
    with closing(sqlite3.connect(one)) as conn:
        conn.execute(change)
        conn.commit()
    with pytest.raises(LedgerError, match=f"the table {table} of this ledger cannot be carried"):
        Ledger.open(url(one), "acme")
    assert revision(one) == "0002"


def test_a_key_that_looks_like_a_kept_one_is_a_key(one: Path) -> None:
    with closing(sqlite3.connect(one)) as conn:
        conn.execute("UPDATE event SET key = '#mine' WHERE seq = 1")
        conn.commit()
    ledger = opened(one)
    with ledger.read() as tx:
        assert events.known_keys(tx, ["#mine"]) == {"#mine"}
    ledger.close()


@pytest.mark.parametrize("packed", TOTALS, ids=lambda path: path.name.split(".")[0])
def test_a_ledger_from_before_the_totals_is_counted_when_it_is_opened(
    packed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    assert revision(path) == "0004"
    ledger = opened(path)
    try:
        kept, counted = kept_and_counted(ledger)
        assert kept == counted
        before, again = remade(ledger)
        assert before == again
    finally:
        ledger.close()


def test_a_ledger_of_the_old_layout_is_counted_too(file: Path) -> None:
    ledger = opened(file)
    try:
        kept, counted = kept_and_counted(ledger)
        assert kept == counted
    finally:
        ledger.close()
