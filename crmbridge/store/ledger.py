"""The ledger of one company: opens the file, checks its version, and hands out transactions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from crmbridge.errors import LedgerError
from crmbridge.net.at_once import Gates
from crmbridge.store import dialect, held, upgrade, writer
from crmbridge.store.counts import Counts
from crmbridge.store.crash import crash_point
from crmbridge.store.guard import Guard, make_private
from crmbridge.store.place import check_place
from crmbridge.store.table import Tx

T = TypeVar("T")


class Ledger:
    """One company's part of a ledger file; safe to share between threads.

    Writers of this process wait for each other on a lock, those of other processes on SQLite's.
    """

    def __init__(self, url: str, company: str) -> None:
        self.company = company
        self.path = dialect.file_of(dialect.parse_url(url))
        self._writer = dialect.writer_engine(self.path)
        self._reader = dialect.reader_engine(self.path)
        self.counts = Counts(self.path)
        self.guard = Guard(self.path)
        self.gates = Gates()
        self._gate = threading.Lock()
        self._holder = 0

    @classmethod
    def open(
        cls,
        url: str,
        company: str,
        *,
        create: bool = True,
        progress: upgrade.Progress | None = None,
    ) -> Ledger:
        """Open a ledger such as `sqlite:////data/ledger.db`, and bring its tables up to date.

        `progress` is told how far a ledger of an earlier layout is carried over: the table, the
        rows that are done, and the rows in all.

        Raises `LedgerError` for a file that is missing (without `create`), damaged, on a network
        file system, or written by a newer crmbridge.
        """
        ledger = cls(url, company)
        check_place(ledger.path)
        if not create and not ledger.path.exists():
            raise LedgerError(
                f"there is no ledger at {ledger.path}: check CRMBRIDGE_LEDGER and "
                "CRMBRIDGE_DATA_DIR, or run `crmbridge init`"
            )
        try:
            ledger._prepare(progress)
            ledger.guard.remember()
        except LedgerError:
            ledger.close()
            raise
        return ledger

    def _prepare(self, progress: upgrade.Progress | None) -> None:
        # a look first: opening for a report must not wait for a long write
        if self.path.exists():
            with self.read() as tx:
                if upgrade.is_current(tx.conn):
                    return
        make_private(self.path)
        with self._transaction(self._writer) as tx:
            if upgrade.is_old(tx.conn):
                writer.must_be_free(tx, time.time())  # a build before knows nothing of new tables
            carried = upgrade.upgrade(tx.conn, self.path, progress)
        if carried:
            dialect.give_back(self._writer)

    def check(self) -> list[str]:
        """Look through the whole file for damage; return what is wrong, nothing when it is sound.

        Takes seconds a gigabyte. After a finding stop writing and restore a backup.
        """
        with self.read() as tx:
            return dialect.damage(tx.conn)

    def quick_check(self) -> list[str]:
        """Look through the file's pages for damage, without what takes long; as `check`."""
        with self.read() as tx:
            return dialect.damage(tx.conn, quick=True)

    @contextmanager
    def write(self, point: str) -> Iterator[Tx]:
        """Open a write transaction that commits at the end, or not at all.

        `point` names the commit to the crash tests (`pull`, `decide`, `send`, `settle`). Do
        nothing slow inside: every other writer waits. A thread may hold one at a time.
        """
        crash_point(f"{point}:begin")
        with self._transaction(self._writer) as tx:
            yield tx
            crash_point(f"{point}:before")
        crash_point(f"{point}:after")

    @contextmanager
    def dry(self, point: str) -> Iterator[Tx]:
        """Open a write transaction of which nothing is kept; for plans. `point` as in `write`."""
        with self._transaction(self._writer, keep=False) as tx:
            yield tx
            crash_point(f"{point}:before")

    def quick(self, work: Callable[[Tx], T]) -> T:
        """Do work in a transaction on the quotas' own file; it waits for no writer of the ledger.

        See `Counts.turn`.
        """
        return self.counts.turn(lambda conn: work(Tx(conn=conn, company=self.company)))

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a snapshot to read; it sees no later commit, and any write in it raises.

        Keep it short: the file's log cannot shrink while a reader holds on to it.
        """
        with self._errors(), self._reader.connect() as conn, conn.begin():
            tx = Tx(conn=conn, company=self.company)
            yield tx
            if tx.later is not None:
                raise LedgerError("held work was put down in a transaction that only reads")

    def close(self) -> None:
        """Close all connections; the ledger is not used afterwards."""
        # the last connection folds the log into the file, which a reader cannot
        self.counts.close()
        for engine in (self._reader, self._writer):
            engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine, *, keep: bool = True) -> Iterator[Tx]:
        with self._errors(), self._turn(), engine.connect() as conn:
            self.guard.check()
            turn = conn.begin()
            try:
                tx = Tx(conn=conn, company=self.company)
                yield tx
                if keep:
                    held.settle(tx)
                    turn.commit()
            finally:
                if turn.is_active:
                    turn.rollback()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._holder == me:
            raise LedgerError("a write transaction is open in this thread already: end it first")
        with self._gate:
            self._holder = me
            try:
                yield
            finally:
                self._holder = 0

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise dialect.translate(error, self.path) from error
