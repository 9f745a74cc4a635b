"""The quotas' file may be damaged, replaced or locked at any time: calls go on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from crmbridge.errors import LedgerBusy, LedgerError, Throttled
from crmbridge.model.limits import Budget
from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.counts import Counts
from crmbridge.store.ledger import Ledger

pytestmark = pytest.mark.of_file

LIMITS = (
    Budget(name="burst", calls=10_000, seconds=10.0, share=1.0, source="test"),
    Budget(name="day", calls=3, seconds=86_400.0, share=1.0, source="test"),
)
NAMES = ["burst", "day"]


@pytest.fixture
def file(ledger: Ledger) -> Path:
    return ledger.path.with_name(ledger.path.name + "-quota")


@pytest.fixture
def quotas(ledger: Ledger) -> LedgerBudgets:
    return LedgerBudgets(ledger, "acme", "app", LIMITS)


def away(file: Path) -> None:
    for tail in ("", "-wal", "-shm"):
        file.with_name(file.name + tail).unlink(missing_ok=True)


def overwritten(file: Path) -> None:
    file.write_bytes(b"no database at all, far from it" * 400)


def torn(file: Path) -> None:
    """The first page stays whole, what follows is noise."""
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 60_000)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def replaced(file: Path) -> None:
    away(file)
    overwritten(file)


def without_its_table(file: Path) -> None:
    with sqlite3.connect(file) as conn:
        conn.execute("DROP TABLE budget")
    conn.close()


@pytest.mark.parametrize("damage", [overwritten, torn, emptied, away, replaced, without_its_table])
def test_a_file_that_is_damaged_under_a_running_process_is_made_anew(
    ledger: Ledger, quotas: LedgerBudgets, file: Path, damage: Callable[[Path], None]
) -> None:
    quotas.take(NAMES, 0)
    ledger.counts.close()
    damage(file)
    assert quotas.take(NAMES, 0) == 0.0
    quotas.feedback("day", remaining=1, limit=3)
    assert quotas.take(NAMES, 0) == 0.0
    assert [one.used for one in quotas.usage()] == [None, 3]
    assert quotas.take(["burst"], 0) == 0.0


@pytest.mark.parametrize("damage", [overwritten, torn, replaced, without_its_table])
def test_damage_while_the_file_is_open_stops_no_call(
    quotas: LedgerBudgets, file: Path, damage: Callable[[Path], None]
) -> None:
    quotas.take(NAMES, 0)
    damage(file)
    for _ in range(2):
        assert quotas.take(["burst"], 0) <= 0.1
    quotas.feedback("day", remaining=1, limit=3)


def a_folder(file: Path) -> None:
    away(file)
    (file / "within").mkdir(parents=True)


def a_dangling_link(file: Path) -> None:
    away(file)
    file.symlink_to(file.with_name("gone") / "quota")


def a_foreign_table(file: Path) -> None:
    away(file)
    with sqlite3.connect(file) as conn:
        conn.execute("CREATE TABLE budget (mine TEXT)")
        conn.execute("INSERT INTO budget VALUES ('dear')")
    conn.close()


@pytest.mark.parametrize("place", [a_folder, a_dangling_link, a_foreign_table])
def test_while_the_file_cannot_be_used_quotas_are_counted_in_memory(
    ledger: Ledger, quotas: LedgerBudgets, file: Path, place: Callable[[Path], None]
) -> None:
    place(file)
    with capture_logs() as said:
        again = LedgerBudgets(ledger, "acme", "app", LIMITS)
        assert [quotas.take(NAMES, 0), again.take(NAMES, 0), quotas.take(NAMES, 0)] == [0.0] * 3
        with pytest.raises(Throttled):
            again.take(NAMES, 0)
        again.feedback("day", remaining=2, limit=3)
        assert quotas.take(NAMES, 0) == 0.0
    (line,) = said
    assert (line["event"], line["log_level"]) == ("quotas counted in memory", "warning")
    assert "delete it" in line["message"]
    with pytest.raises(LedgerError, match="the counts are made anew"):
        quotas.usage()


def test_a_sound_file_of_somebody_else_is_left_alone(quotas: LedgerBudgets, file: Path) -> None:
    a_foreign_table(file)
    quotas.take(NAMES, 0)
    with sqlite3.connect(file) as conn:
        assert conn.execute("SELECT * FROM budget").fetchall() == [("dear",)]
    conn.close()


@pytest.fixture
def lock(quotas: LedgerBudgets, file: Path) -> Iterator[sqlite3.Connection]:
    quotas.take(["burst"], 0)
    conn = sqlite3.connect(file, isolation_level=None)
    conn.execute("BEGIN IMMEDIATE")
    yield conn
    conn.close()


@pytest.mark.usefixtures("lock")
def test_a_file_that_another_process_locks_delays_calls_by_seconds_once(
    quotas: LedgerBudgets,
) -> None:
    began = time.monotonic()
    assert [quotas.take(NAMES, 0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert time.monotonic() - began < 10
    with pytest.raises(LedgerBusy, match="locked by another process"):
        quotas.usage()


def test_a_file_that_can_be_used_again_is_used_again(ledger: Ledger, file: Path) -> None:
    hand = [100.0]
    counts = Counts(ledger.database.quotas("acme"), monotonic=lambda: hand[0])
    a_folder(file)
    with capture_logs() as said:
        with pytest.raises(LedgerError, match="delete it"):
            counts.turn(lambda _: 7)
        (file / "within").rmdir()
        file.rmdir()
        with pytest.raises(LedgerError, match="delete it"):
            counts.turn(lambda _: 7)
        hand[0] += 31
        assert counts.turn(lambda _: 7) == 7
    counts.close()
    assert [one["event"] for one in said] == [
        "quotas counted in memory",
        "quotas counted beside the ledger again",
    ]
