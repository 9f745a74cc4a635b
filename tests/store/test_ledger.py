"""What a transaction promises: all or nothing, whatever kills it, and readers that only read."""

import os
import subprocess
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import event, text

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.model.event import Event
from crmbridge.store import claims, events, lanes, outbox
from crmbridge.store.crash import VARIABLE
from crmbridge.store.ledger import Ledger
from crmbridge.store.types import as_kept

Entry = Callable[..., Event]

HEAD = """
import sys
from datetime import UTC, datetime
from crmbridge.model.event import Content, Event, Kind
from crmbridge.store import claims, events, lanes, outbox
from crmbridge.store.crash import crash_point
from crmbridge.store.ledger import Ledger
from crmbridge.store.types import as_kept

NOW = datetime(2026, 3, 2, tzinfo=UTC)

def entry(key):
    said = Content.stored("changed", {})
    return Event(kind=Kind.OBSERVED, content=said, at=NOW, recorded_at=NOW, key=key, source=key)

ledger = Ledger.open(sys.argv[1], "acme")
"""


def start(url: str, body: str, crash: str = "") -> subprocess.Popen[str]:
    environment = {**os.environ, VARIABLE: crash, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + textwrap.dedent(body), url],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> int:
    _, errors = process.communicate(timeout=50)
    assert process.returncode in (0, -9), errors
    return process.returncode


def stored(url: str) -> list[str]:
    ledger = Ledger.open(url, "acme")
    with ledger.read() as tx:
        found = [item.source for item in events.since(tx, 0, 10_000)]
    assert ledger.check() == []
    ledger.close()
    return found


@pytest.mark.parametrize(
    ("crash", "kept"),
    [
        ("pull:before", []),
        ("pull:after", ["a"]),
        ("pull:before#2", ["a"]),
        ("pull:after#2", ["a", "b"]),
        ("sent", ["a", "b"]),
    ],
)
def test_a_kill_at_any_point_keeps_whole_commits_only(
    url: str, crash: str, kept: list[str]
) -> None:
    body = """
    for key in ("a", "b"):
        with ledger.write("pull") as tx:
            events.append(tx, [entry(key)])
    crash_point("sent")
    with ledger.write("settle") as tx:
        events.append(tx, [entry("c")])
    """
    assert finish(start(url, body, crash)) == -9
    assert stored(url) == kept
    assert finish(start(url, body)) == 0
    assert stored(url) == ["a", "b", "c"]


WORKER = """
import time
from crmbridge.store import claims, lanes, outbox

def op(key):
    return outbox.Op(
        id=f"id-{key}", key=key, system="sales", obj="Lead", action=key, lead="l1", priority=2,
        payload={}, payload_hash="h", created_at=1.0,
    )

with ledger.write("decide") as tx:
    outbox.put(tx, [op("a"), op("b")])
with ledger.write("lease") as tx:
    mine = lanes.claim_lanes(tx, "sales", f"worker-{time.time()}", 100.0, 30.0)
with ledger.write("send") as tx:
    ops = claims.claim(tx, "sales", mine, now=100.0, limit=10, batch="b")
crash_point("sent")
results = [claims.Settlement(id=item.id, state=outbox.State.DONE) for item in ops]
with ledger.write("settle") as tx:
    claims.settle(tx, "sales", results, mine, 101.0)
"""


@pytest.mark.parametrize(
    ("crash", "left", "unknown"),
    [
        ("decide:before", [], []),
        ("decide:after", ["a", "b"], []),
        ("send:before", ["a", "b"], []),
        ("send:after", ["a", "b"], ["a"]),
        ("sent", ["a", "b"], ["a"]),
        ("settle:before", ["a", "b"], ["a"]),
        ("settle:after", ["b"], []),
    ],
)
def test_a_worker_killed_while_it_delivers_leaves_nothing_lost_or_sent_twice(
    url: str, crash: str, left: list[str], unknown: list[str]
) -> None:
    assert finish(start(url, WORKER, crash)) == -9
    ledger = Ledger.open(url, "acme")
    with ledger.write("lease") as tx:
        mine = lanes.claim_lanes(tx, "sales", "survivor", 130.0, 30.0)
        lost = claims.unknown(tx, "sales", mine, now=160.0, timeout=60.0)
        assert [item.id[3:] for item in lost] == unknown
        resent = claims.claim(tx, "sales", mine, now=160.0, limit=10, batch="c")
        # whose outcome is unknown is never sent again unread, and holds back its lead
        assert [item.id[3:] for item in resent] == ([] if unknown else left[:1])
        assert outbox.pending(tx, "sales") == len(left)
    ledger.close()


def test_processes_that_write_at_once_wait_for_each_other(url: str) -> None:
    body = """
    for n in range(150):
        with ledger.write("pull") as tx:
            known = events.count(tx)
            events.append(tx, [entry(f"{sys.argv[1]}-{__import__('os').getpid()}-{n}-{known}")])
    """
    running = [start(url, body) for _ in range(3)]
    assert [finish(process) for process in running] == [0, 0, 0]
    keys = stored(url)
    # each saw the count that the one before it left: nobody read a stale snapshot
    assert [int(key.rsplit("-", 1)[1]) for key in keys] == list(range(450))


def test_threads_that_write_at_once_wait_for_each_other(ledger: Ledger, entry: Entry) -> None:
    def work(name: str) -> None:
        for n in range(50):
            with ledger.write("pull") as tx:
                events.append(tx, [entry(f"{name}-{n}-{events.count(tx)}")])

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.read() as tx:
        keys = [item.source for item in events.since(tx, 0, 1000)]
    assert [int(key.rsplit("-", 1)[1]) for key in keys] == list(range(200))


def test_an_error_in_a_transaction_undoes_all_of_it(ledger: Ledger, entry: Entry) -> None:
    def fail() -> None:
        with ledger.write("pull") as tx:
            events.append(tx, [entry("a")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with ledger.write("pull") as tx:
        assert events.count(tx) == 0


def test_a_dry_transaction_sees_its_writes_and_keeps_none(ledger: Ledger, entry: Entry) -> None:
    with ledger.dry("plan") as tx:
        events.append(tx, [entry("a")])
        assert events.count(tx) == 1
    with ledger.read() as tx:
        assert events.count(tx) == 0


@pytest.mark.of_file
def test_a_reader_cannot_write_even_when_it_asks_to(ledger: Ledger, entry: Entry) -> None:
    def insist() -> None:
        with ledger.read() as tx:
            tx.conn.execute(text("PRAGMA query_only=OFF"))
            events.append(tx, [entry("a")])

    with pytest.raises(LedgerError, match="reading only"):
        insist()
    with pytest.raises(LedgerError, match="reading only"), ledger.read() as tx:
        tx.conn.execute(text("DELETE FROM event"))


def test_a_reader_keeps_its_snapshot_while_others_write(ledger: Ledger, entry: Entry) -> None:
    with ledger.read() as tx:
        assert events.count(tx) == 0
        with ledger.write("pull") as other:
            events.append(other, [entry("a")])
        assert events.count(tx) == 0
    with ledger.read() as tx:
        assert events.count(tx) == 1


def test_a_second_write_transaction_in_one_thread_is_an_error_not_a_deadlock(
    ledger: Ledger,
) -> None:
    with (
        ledger.write("pull"),
        pytest.raises(LedgerError, match="open in this thread"),
        ledger.write("pull"),
    ):
        pass
    with ledger.write("pull") as tx:
        assert events.count(tx) == 0


@pytest.fixture
def tight(ledger: Ledger) -> Iterator[Ledger]:
    def limit(raw: object, _record: object) -> None:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        raw.execute(f"PRAGMA max_page_count={pages + 20}")  # type: ignore[attr-defined]

    ledger.close()
    event.listen(ledger._writer, "connect", limit)
    yield ledger
    event.remove(ledger._writer, "connect", limit)


@pytest.mark.of_file
def test_a_full_disk_loses_nothing_and_says_so(tight: Ledger, url: str, entry: Entry) -> None:
    kept: list[str] = []

    def fill() -> None:
        for n in range(100):
            page = [entry(f"{n}-{k}", text="x" * 500) for k in range(10)]
            with tight.write("pull") as tx:
                events.append(tx, page)
            kept.extend(item.source for item in page)

    with pytest.raises(LedgerError, match="disk is full"):
        fill()
    assert 0 < len(kept) < 1000
    assert stored(url) == kept
    other = Ledger.open(url, "acme")
    with other.write("pull") as tx:
        assert len(events.append(tx, [entry("after")])) == 1
    other.close()


@pytest.mark.of_file
def test_a_lock_that_never_opens_is_a_clear_error(ledger: Ledger, url: str) -> None:
    other = Ledger.open(url, "acme")
    with other.write("pull"):

        def impatient(raw: object, _record: object) -> None:
            raw.execute("PRAGMA busy_timeout=50")  # type: ignore[attr-defined]

        ledger.close()
        event.listen(ledger._writer, "connect", impatient)
        with pytest.raises(LedgerBusy, match="locked by another process"), ledger.write("pull"):
            pass
    other.close()
    with ledger.write("pull") as tx:
        assert events.count(tx) == 0


def test_errors_show_no_values(ledger: Ledger) -> None:
    with pytest.raises(LedgerError) as failed, ledger.write("pull") as tx:
        tx.conn.execute(
            text("INSERT INTO meta VALUES ('acme', :name, NULL)"), {"name": "ann@b.example"}
        )
    assert "ann@b.example" not in "".join(traceback.format_exception(failed.value))


@pytest.mark.of_file
def test_commits_are_synced_to_the_disk_and_budgets_need_not_be(ledger: Ledger) -> None:
    def pragma(name: str) -> int:
        return int(tx.conn.execute(text(f"PRAGMA {name}")).scalar_one())

    with ledger.write("pull") as tx:
        assert [pragma("synchronous"), pragma("foreign_keys"), pragma("busy_timeout")] == [
            2,
            1,
            30_000,
        ]
        assert tx.conn.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    found = ledger.quick(lambda tx: tx.conn.execute(text("PRAGMA synchronous")).scalar_one())
    assert found == 1


def test_several_processes_may_create_the_same_ledger(url: str) -> None:
    running = [start(url, "") for _ in range(4)]
    assert [finish(process) for process in running] == [0, 0, 0, 0]
    assert stored(url) == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://localhost/x", "not in mysql"),
        ("postgresql://localhost", "names no database"),
        ("postgresql+asyncpg://localhost/x", "not in postgresql.asyncpg"),
        ("ledger.db", "not a URL"),
    ],
)
def test_a_url_that_is_no_ledger_is_refused(bad: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words):
        Ledger.open(bad, "acme")


@pytest.mark.of_file
def test_a_missing_ledger_is_not_created_unless_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger at"):
        Ledger.open(url, "acme", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.of_file
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerError, match="not a ledger"):
        Ledger.open(url, "acme")
    assert (tmp_path / "ledger.db").read_bytes() == b"no database at all" * 100


@pytest.mark.of_file
def test_a_damaged_ledger_is_refused_with_the_way_out(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("pull") as tx:
        events.append(tx, [entry(f"k{n}", text="x" * 500) for n in range(300)])
    ledger.close()
    raw = bytearray(ledger.path.read_bytes())
    raw[8192 : len(raw) // 2] = b"\xff" * (len(raw) // 2 - 8192)
    ledger.path.write_bytes(raw)
    with pytest.raises(LedgerError, match="restore the last backup"), ledger.read() as tx:
        events.since(tx, 0, 1000)


def test_a_path_with_odd_characters_works(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é"
    folder.mkdir()
    ledger = Ledger.open(f"sqlite:///{quote(str(folder))}/l.db", "acme")
    with ledger.read() as tx:
        assert events.count(tx) == 0
    ledger.close()
    assert [item.name for item in folder.iterdir()] == ["l.db"]


def test_opening_for_a_report_does_not_wait_for_a_writer(ledger: Ledger, url: str) -> None:
    with ledger.write("pull"):
        other = Ledger.open(url, "acme")
        with other.read() as tx:
            assert events.count(tx) == 0
        other.close()


@pytest.mark.of_file
def test_a_check_finds_what_reading_would_not(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("pull") as tx:
        events.append(tx, [entry(f"k{n}") for n in range(2000)])
    assert ledger.check() == []
    ledger.close()
    raw = bytearray(ledger.path.read_bytes())
    mark = bytes.fromhex(as_kept("k1500").removeprefix("#"))
    at = raw.index(mark)  # in the table or in its index, one of which is right
    raw[at : at + len(mark)] = bytes(len(mark))
    ledger.path.write_bytes(raw)
    assert ledger.check()
