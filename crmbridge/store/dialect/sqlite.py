"""Ledgers in a file of SQLite: its engines and locks, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, MetaData, Table, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.ddl import ExecutableDDLElement

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.store.dialect.port import BUSY_SECONDS, QUOTA_BUSY_SECONDS
from crmbridge.store.guard import Guard, make_private
from crmbridge.store.place import check_place

SUFFIX = "-quota"
"""Follows the ledger's name in that of the file in which quotas are counted."""

_SPOILT = ("malformed", "not a database")


def file_of(url: URL) -> Path:
    """Return the ledger's file; raises `LedgerError` for a URL that names none."""
    if not url.database or url.database == ":memory:":
        raise LedgerError("a ledger needs a file: write sqlite:////absolute/path/ledger.db")
    return Path(url.database).absolute()


def writer_engine(path: Path, *, synchronous: str = "FULL", busy: float = BUSY_SECONDS) -> Engine:
    """Build the engine of writers: every transaction takes the write lock when it begins.

    A lock that is taken later, by the first write, fails at once instead of waiting
    (engine.md 5: 53 % "locked" errors against none).
    """
    engine = _engine(path, "rwc", busy)

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        raw.execute(f"PRAGMA busy_timeout={int(busy * 1000)}")
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            raw.execute("PRAGMA journal_mode=WAL")
        raw.execute(f"PRAGMA synchronous={synchronous}")
        raw.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reader_engine(path: Path) -> Engine:
    """Build the engine of readers: a snapshot for each transaction, and no way to write."""
    engine = _engine(path, "ro")

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        raw.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        raw.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN")

    return engine


def _engine(path: Path, mode: str, busy: float = BUSY_SECONDS) -> Engine:
    # parameters may be personal data, so errors must not show them
    return create_engine(
        URL.create(
            "sqlite", database=f"file:{quote(str(path))}", query={"mode": mode, "uri": "true"}
        ),
        hide_parameters=True,
        connect_args={
            "timeout": busy,
            "isolation_level": None,
            "check_same_thread": False,
        },
        pool_size=8,
        max_overflow=24,
    )


def damage(conn: Connection, *, quick: bool = False) -> list[str]:
    """Return what SQLite finds wrong with its own file; see `Database.damage`."""
    pragma = "quick_check" if quick else "integrity_check"
    found = [str(row[0]) for row in conn.exec_driver_sql(f"PRAGMA {pragma}(20)")]
    return [] if found == ["ok"] else found


class SqliteFile:
    """A file that has ledgers; it fulfils `port.Database`."""

    shared = False

    def __init__(self, url: URL) -> None:
        self._path = file_of(url)
        self.url = f"sqlite:///{self._path}"
        self.place = str(self._path)

    def path(self) -> Path:
        """The file."""
        return self._path

    def home(self, company: str) -> Path | None:
        """The file's own folder, whatever the company."""
        return self._path.parent

    def check_place(self) -> None:
        """Refuse a network file system, and a folder that is missing or locked to us."""
        check_place(self._path)

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._path.exists()

    def make(self) -> None:
        """Make an empty file that only its owner may read, unless there is one already."""
        make_private(self._path)

    def writer(self, company: str) -> Engine:
        """The engine of writers: one at a time, whatever its company."""
        return writer_engine(self._path)

    def reader(self) -> Engine:
        """The engine of readers."""
        return reader_engine(self._path)

    def quotas(self, company: str) -> QuotaFile:
        """The file beside the ledger's."""
        return QuotaFile(self._path)

    def watch(self) -> Guard:
        """What knows the file again."""
        return Guard(self._path)

    def only_maker(self, conn: Connection) -> None:
        """Nothing: whoever writes is alone."""

    def tables(self, metadata: MetaData) -> Iterator[ExecutableDDLElement]:
        """Yield the statements that make the tables and their indexes."""
        for table in metadata.sorted_tables:
            yield CreateTable(table)
            # in one order in every process: of two that serve alike, SQLite takes the last one made
            for index in sorted(table.indexes, key=lambda one: str(one.name)):
                yield CreateIndex(index)

    def go_on(self, conn: Connection, table: Table) -> None:
        """Nothing: SQLite looks at the rows."""

    def damage(self, conn: Connection, *, quick: bool = False) -> list[str]:
        """Return what SQLite finds wrong with the file."""
        return damage(conn, quick=quick)

    def give_back(self, engine: Engine) -> None:
        """Give the disk back what the file does not need any more.

        It takes as much room again while it is at work, and no other writer may be.
        """
        with suppress(DBAPIError), engine.connect() as conn:
            raw = conn.connection.driver_connection
            if raw is not None:
                with suppress(sqlite3.Error):
                    raw.execute("VACUUM")
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def translate(self, error: DBAPIError) -> LedgerError:
        """Turn SQLite's error into ours, without any of the row's values."""
        words = str(error.orig)
        if _is_busy(error):
            return LedgerBusy(
                f"the ledger {self.place} was locked by another process for {BUSY_SECONDS:.0f} s: "
                "stop that one, or try again"
            )
        for mark, meaning in _MEANINGS:
            if mark in words:
                return LedgerError(f"the ledger {self.place} cannot be used: {meaning}")
        return LedgerError(f"the ledger {self.place} refused a statement: {words}")


_MEANINGS = (
    ("database or disk is full", "its disk is full: free space; nothing of this step was kept"),
    ("disk I/O error", "its disk fails: stop, check the disk, and restore a backup if it is bad"),
    ("malformed", "it is damaged: restore the last backup, then run `crmbridge plan`"),
    ("not a database", "it is not a ledger: check the path, or restore the last backup"),
    ("readonly database", "it was opened for reading only"),
    ("unable to open", "its file cannot be opened: check path and permissions"),
)


class QuotaFile:
    """The file beside a ledger in which quotas are counted; it fulfils `port.Quotas`.

    In the ledger's own file a count would wait for whoever decides for seconds.
    """

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(ledger.name + SUFFIX)
        # commits need not wait for the disk
        self.engine = writer_engine(self.path, synchronous="NORMAL", busy=QUOTA_BUSY_SECONDS)

    def renew(self, error: DBAPIError) -> bool:
        """Remove a damaged file; a sound one that is not ours stays."""
        if not any(mark in str(error.orig) for mark in _SPOILT):
            return False
        for tail in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        return True

    def is_busy(self, error: DBAPIError) -> bool:
        """Whether another process had the file locked for too long."""
        return _is_busy(error)

    def translate(self, error: DBAPIError | OSError) -> LedgerError:
        """Turn an error into ours."""
        if isinstance(error, DBAPIError) and _is_busy(error):
            return LedgerBusy(
                f"the quotas' file {self.path} is locked by another process: stop that one; until "
                "then each process counts for itself"
            )
        words = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
        return LedgerError(
            f"the quotas' file {self.path} cannot be used ({words}): delete it, or move away what "
            "stands in its place; the counts are made anew"
        )


def _is_busy(error: DBAPIError) -> bool:
    return any(mark in str(error.orig) for mark in ("locked", "busy"))
