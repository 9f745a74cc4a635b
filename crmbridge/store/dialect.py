"""Everything that is special to one database: engines, locks, upserts, and what errors mean."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Engine,
    Select,
    String,
    Table,
    TableValuedAlias,
    Update,
    create_engine,
    event,
    func,
    literal_column,
)
from sqlalchemy import Insert as AnyInsert
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeDecorator, TypeEngine

from crmbridge.errors import LedgerBusy, LedgerError

New = ReadOnlyColumnCollection[str, Any]
"""The columns of the row that was to be inserted."""

BUSY_SECONDS = 30.0
"""How long a writer waits for another one's transaction. Source: the brief of the ledger."""


def parse_url(url: str) -> URL:
    """Read a ledger URL; raises `LedgerError` for one that this version cannot open."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerError(
            "CRMBRIDGE_LEDGER is not a URL: write sqlite:////absolute/path/ledger.db"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        raise LedgerError(f"this version keeps ledgers in SQLite, not in {parsed.drivername}")
    if not parsed.database or parsed.database == ":memory:":
        raise LedgerError("a ledger needs a file: write sqlite:////absolute/path/ledger.db")
    return parsed


def listed(values: Iterable[str | int]) -> TableValuedAlias:
    """A table of one column, `value`, of what a statement asks about, however many."""
    return func.json_each(json.dumps(list(values))).table_valued(Column("value", String))


def file_of(url: URL) -> Path:
    """Return the ledger's file."""
    return Path(url.database or "").absolute()


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


@cache
def upsert(table: Table) -> Insert:
    """Return the statement that inserts a row, or replaces all but the key of the present one."""
    return setting(table, tuple(one.name for one in table.columns if not one.primary_key))


@cache
def insert(table: Table) -> Insert:
    """Return the statement that inserts a row, and fails where one of its keys is known."""
    return Insert(table)


@cache
def insert_new(table: Table) -> Insert:
    """Return the statement that inserts a row unless one of its unique keys is known."""
    return Insert(table).on_conflict_do_nothing()


@cache
def setting(table: Table, names: tuple[str, ...]) -> Insert:
    """Return the statement that inserts a row, or sets these columns of the present one."""
    return _or_change(table, lambda new: {name: new[name] for name in names})


@cache
def counting(table: Table, names: tuple[str, ...], count: str) -> Insert:
    """Return the statement that inserts a row, or sets these columns and counts one more."""
    more = table.c[count] + literal_column("1")  # no parameter beside those of the row
    return _or_change(table, lambda new: {count: more} | {name: new[name] for name in names})


@cache
def adding(table: Table, names: tuple[str, ...]) -> Insert:
    """Return the statement that inserts a row, or adds its columns `names` to the present one."""
    return _or_change(table, lambda new: {name: table.c[name] + new[name] for name in names})


@cache
def earlier(table: Table, column: str) -> Insert:
    """Return the statement that inserts a row, or replaces the present one by an earlier one."""
    rest = [one.name for one in table.columns if not one.primary_key]
    return _or_change(
        table,
        lambda new: {name: new[name] for name in rest},
        where=lambda new: new[column] < table.c[column],
    )


def _or_change(
    table: Table,
    change: Callable[[New], dict[str, Any]],
    where: Callable[[New], ColumnElement[bool]] | None = None,
) -> Insert:
    """Return the statement that inserts a row, or changes the one that has its key already."""
    statement = Insert(table)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_=change(new),
        where=where(new) if where else None,
    )


def bulk(
    conn: Connection,
    statement: AnyInsert | Update,
    names: tuple[str, ...],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Run a statement for many rows; `names` are the parameters in the order of each row.

    The compiled statement goes to the driver's own executemany, which takes a third of the time
    of SQLAlchemy's (engine.md 5).
    """
    columns = list(zip(*rows, strict=True))
    if columns:
        sql, picks = _plan(statement, names, conn.dialect)
        # column by column: most need no turning, and the others are turned without a look at each
        turned = (columns[at] if write is None else map(write, columns[at]) for at, write in picks)
        conn.exec_driver_sql(sql, list(zip(*turned, strict=True)))


@cache
def _plan(
    statement: AnyInsert | Update, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, list[tuple[int, Callable[[Any], Any] | None]]]:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = getattr(compiled, "positiontup", None) or ()
    binds = getattr(compiled, "binds", {})
    writers = [_writer(binds[name].type, dialect) for name in order]
    return str(compiled), list(zip(map(names.index, order), writers, strict=True))


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value of a column is written; our own types give what the driver takes as it is."""
    if isinstance(kind, TypeDecorator):
        return cast(Callable[[Any], Any], kind.process_bind_param)
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value of a column is read."""
    if isinstance(kind, TypeDecorator):
        return cast(Callable[[Any], Any], kind.process_result_value)
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def look_up(
    conn: Connection, statement: Select[Any], given: Mapping[str, Any]
) -> Iterator[list[Any]]:
    """Run a query whose parameters are all named, and yield its rows.

    It is compiled once. SQLAlchemy's own way costs several times what a small look-up does.
    """
    sql, picks, readers = _query(statement, conn.dialect)
    values = tuple(given[n] if write is None else write(given[n]) for n, write in picks)
    for row in conn.exec_driver_sql(sql, values):
        yield [it if read is None else read(it) for it, read in zip(row, readers, strict=True)]


def read_many(conn: Connection, statement: Select[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Run a query that lists no values, and yield its very many rows, read so many at a time.

    Column by column: SQLAlchemy turns value by value, at twice the cost.
    """
    compiled = statement.compile(dialect=conn.dialect)
    binds, given = compiled.binds, compiled.params
    readers = [_reader(one.type, conn.dialect) for one in statement.selected_columns]
    values = []
    for name in getattr(compiled, "positiontup", None) or ():
        write = _writer(binds[name].type, conn.dialect)
        values.append(given[name] if write is None else write(given[name]))
    for rows in conn.exec_driver_sql(str(compiled), tuple(values)).partitions(size):
        both = zip(zip(*rows, strict=True), readers, strict=True)
        yield from zip(*(it if read is None else map(read, it) for it, read in both), strict=True)


@cache
def _query(
    statement: Select[Any], dialect: Dialect
) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]], list[Callable[[Any], Any] | None]]:
    compiled = statement.compile(dialect=dialect)
    order = getattr(compiled, "positiontup", None) or ()
    binds = getattr(compiled, "binds", {})
    readers = [_reader(one.type, dialect) for one in statement.selected_columns]
    return str(compiled), [(n, _writer(binds[n].type, dialect)) for n in order], readers


def damage(conn: Connection, *, quick: bool = False) -> list[str]:
    """Return what the database finds wrong with its own file, nothing when it is sound.

    `quick` leaves out whether the indexes have what their tables have.
    """
    pragma = "quick_check" if quick else "integrity_check"
    found = [str(row[0]) for row in conn.exec_driver_sql(f"PRAGMA {pragma}(20)")]
    return [] if found == ["ok"] else found


def give_back(engine: Engine) -> None:
    """Give the disk back what the file does not need any more; where it cannot, it is kept for use.

    It takes as much room again while it is at work, and no other writer may be.
    """
    with suppress(DBAPIError), engine.connect() as conn:
        raw = conn.connection.driver_connection
        if raw is not None:
            with suppress(sqlite3.Error):
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_MEANINGS = (
    ("database or disk is full", "its disk is full: free space; nothing of this step was kept"),
    ("disk I/O error", "its disk fails: stop, check the disk, and restore a backup if it is bad"),
    ("malformed", "it is damaged: restore the last backup, then run `crmbridge plan`"),
    ("not a database", "it is not a ledger: check the path, or restore the last backup"),
    ("readonly database", "it was opened for reading only"),
    ("unable to open", "its file cannot be opened: check path and permissions"),
)


def translate(error: DBAPIError, path: Path) -> LedgerError:
    """Turn a driver's error into ours, without any of the row's values."""
    words = str(error.orig)
    if "locked" in words or "busy" in words:
        return LedgerBusy(
            f"the ledger {path} was locked by another process for {BUSY_SECONDS:.0f} s: "
            "stop that one, or try again"
        )
    for mark, meaning in _MEANINGS:
        if mark in words:
            return LedgerError(f"the ledger {path} cannot be used: {meaning}")
    return LedgerError(f"the ledger {path} refused a statement: {words}")
