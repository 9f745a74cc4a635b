"""The ledger of one company: opens it, checks its version, and hands out transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from crmbridge.errors import LedgerError
from crmbridge.net.at_once import Gates
from crmbridge.store import dialect, held, upgrade, writer
from crmbridge.store.counts import Counts
from crmbridge.store.crash import crash_point
from crmbridge.store.table import Tx

T = TypeVar("T")


class Ledger:
    """One company's part of a ledger; safe to share between threads.

    Writers of this process wait for each other on a lock, those of other processes on the
    database's.
    """

    def __init__(self, url: str, company: str, *, home: Path | None = None) -> None:
        self.company = company
        self.database = dialect.database(url)
        self._home = home
        self._writer = self.database.writer(company)
        self._reader = self.database.reader()
        self.counts = Counts(self.database.quotas(company))
        self.guard = self.database.watch()
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
        home: Path | None = None,
    ) -> Ledger:
        """Open a ledger such as `sqlite:////data/ledger.db` or `postgresql://user@host/name`.

        Its tables are brought up to date. `home` is the folder for what lies beside a ledger that
        is no file, such as the key of links; a file has its own.

        `progress` is told how far a ledger of an earlier layout is carried over: the table, the
        rows that are done, and the rows in all.

        Raises `LedgerError` for a file that is missing (without `create`), damaged, on a network
        file system, or written by a newer crmbridge.
        """
        ledger = cls(url, company, home=home)
        ledger.database.check_place()
        try:
            if not create:
                ledger._must_exist()
            ledger._prepare(progress)
            ledger.guard.remember()
        except LedgerError:
            ledger.close()
            raise
        return ledger

    def _must_exist(self) -> None:
        if not self.exists():
            raise LedgerError(
                f"there is no ledger at {self.place}: check CRMBRIDGE_LEDGER and "
                "CRMBRIDGE_DATA_DIR, or run `crmbridge init`"
            )

    def _prepare(self, progress: upgrade.Progress | None) -> None:
        # a look first: opening for a report must not wait for a long write
        if self.database.exists():
            with self.read() as tx:
                if upgrade.is_current(tx.conn):
                    return
        self.database.make()
        with self._transaction(self._writer) as tx:
            self.database.only_maker(tx.conn)
            upgrade.must_be_ours(tx.conn, self.database)
            if upgrade.is_old(tx.conn):
                # a build before knows nothing of new tables
                writer.must_be_free(tx, dialect.seconds(tx.conn))
            carried = upgrade.upgrade(tx.conn, self.database, progress)
        if carried:
            self.database.give_back(self._writer)

    @property
    def place(self) -> str:
        """Where it is, for people: a file, or a server and a database, without a secret."""
        return self.database.place

    @property
    def lease_on(self) -> str:
        """What its writer's lease is on: a file, or one company's part of a database."""
        return f"{self.place} {self.company}" if self.database.shared else self.place

    @property
    def path(self) -> Path:
        """Its file; raises `LedgerError` for a ledger that is none."""
        return self.database.path()

    @property
    def home(self) -> Path:
        """The folder of what lies beside it; raises `LedgerError` where it was given none."""
        found = self.database.home(self.company) or self._home
        if found is None:
            raise LedgerError(
                f"the ledger {self.place} was opened without a folder for what lies beside it, "
                "such as the key of links: set CRMBRIDGE_DATA_DIR"
            )
        return found

    def exists(self) -> bool:
        """Whether there is a ledger with tables; none is made by looking."""
        if not self.database.exists():
            return False
        if not self.database.shared:
            return True
        with self.read() as tx:
            return upgrade.revision(tx.conn) != ""

    def check(self) -> list[str]:
        """Look through the whole file for damage; return what is wrong, nothing when it is sound.

        Takes seconds a gigabyte. After a finding stop writing and restore a backup.
        """
        with self.read() as tx:
            return self.database.damage(tx.conn)

    def quick_check(self) -> list[str]:
        """Look through the file's pages for damage, without what takes long; as `check`."""
        with self.read() as tx:
            return self.database.damage(tx.conn, quick=True)

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
            raise self.database.translate(error) from None
