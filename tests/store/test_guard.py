"""A ledger whose file is gone or another is written no more, and a new one is private."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmbridge.errors import LedgerError
from crmbridge.store import cursors
from crmbridge.store.lease import writer_lease
from crmbridge.store.ledger import Ledger

pytestmark = pytest.mark.of_file


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    other = path.with_name("other.db")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


WAYS = (
    (remove, "was removed"),
    (move, "was removed"),
    (replace, "was replaced by another file"),
    (cut, "was cut short"),
)


@pytest.mark.parametrize(("harm", "said"), WAYS, ids=[one.__name__ for one, _ in WAYS])
def test_nothing_is_written_to_a_file_that_is_not_the_one_that_was_opened(
    ledger: Ledger, harm: Callable[[Path], None], said: str
) -> None:
    with ledger.write("test") as tx:
        cursors.put_meta(tx, "a", 1)
    harm(ledger.path)
    for _ in range(2):
        with pytest.raises(LedgerError, match=said), ledger.write("test") as tx:
            cursors.put_meta(tx, "a", 2)
    assert not ledger.path.exists() or harm in (replace, cut)


@pytest.mark.parametrize(("harm", "said"), WAYS, ids=[one.__name__ for one, _ in WAYS])
def test_who_holds_the_lease_learns_of_it_at_the_next_beat(
    ledger: Ledger, harm: Callable[[Path], None], said: str
) -> None:
    stack = ExitStack()
    lease = stack.enter_context(writer_lease(ledger, ttl=0.3))
    harm(ledger.path)
    until = time.monotonic() + 10
    while not lease.stopped() and time.monotonic() < until:
        time.sleep(0.02)  # the lease's own thread beats
    assert lease.stopped()
    with pytest.raises(LedgerError, match=said):
        stack.close()


def test_a_file_that_grows_is_the_same_file(ledger: Ledger, entry: Any) -> None:
    for n in range(5):
        with ledger.write("test") as tx:
            cursors.put_meta(tx, f"row {n}", "x" * 200_000)
        assert ledger.guard.fault() == ""


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_a_new_ledger_can_be_read_by_its_owner_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        ledger = Ledger.open(f"sqlite:///{tmp_path}/new.db", "acme")
        with ledger.write("test") as tx:
            cursors.put_meta(tx, "a", 1)
        modes = {one.name: one.stat().st_mode & 0o077 for one in tmp_path.glob("new.db*")}
        ledger.close()
    finally:
        os.umask(before)
    assert modes["new.db"] == 0
    assert modes.get("new.db-wal", 0) == 0
