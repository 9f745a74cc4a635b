"""Statements that every database takes: upserts, very many rows at once, quick look-ups."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Double,
    Select,
    String,
    Table,
    TableValuedAlias,
    Update,
    literal_column,
    select,
)
from sqlalchemy import Insert as AnyInsert
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

New = ReadOnlyColumnCollection[str, Any]
"""The columns of the row that was to be inserted."""


# of the two dialects' words for ON CONFLICT, which are alike, those that load quickly serve both
@compiles(OnConflictDoNothing, "postgresql")
def _nothing_in_postgresql(clause: Any, compiler: Any, **kw: Any) -> str:
    clause.constraint_target = None  # SQLite names no constraint, and has no such word
    return str(compiler.visit_on_conflict_do_nothing(clause, **kw))


@compiles(OnConflictDoUpdate, "postgresql")
def _update_in_postgresql(clause: Any, compiler: Any, **kw: Any) -> str:
    clause.constraint_target = None
    return str(compiler.visit_on_conflict_do_update(clause, **kw))


def by_company(conn: Connection) -> bool:
    """Whether companies write beside each other, and each numbers its entries for itself."""
    return conn.dialect.name != "sqlite"


def seconds(conn: Connection) -> float:
    """Return the seconds since 1970 by the clock that all share who write the ledger.

    A file's writers are on one machine; those of a server are not, and their clocks differ.
    """
    if not by_company(conn):
        return time.time()
    asked = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
    return float(conn.exec_driver_sql(asked).scalar_one())


class _Each(FunctionElement[Any]):
    """The members of a list in JSON, as rows of one column."""

    inherit_cache = True


@compiles(_Each)
def _each_in_sqlite(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Each, "postgresql")
def _each_in_postgresql(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **kw)} AS json))"


def each(document: Any) -> TableValuedAlias:
    """A table of one column, `value`, of the texts in a list that a column keeps as JSON."""
    return _Each(document).table_valued(Column("value", String))


def listed(values: Iterable[str]) -> TableValuedAlias:
    """A table of one column, `value`, of what a statement asks about, however many."""
    return each(json.dumps(list(values)))


def numbers(values: Iterable[int]) -> Select[Any]:
    """Return the query of the numbers that a statement asks about, however many."""
    return select(as_type(each(json.dumps(list(values))).c.value, BigInteger))


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
    compiled = statement.compile(dialect=dialect, column_keys=list(names), for_executemany=True)
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
    if isinstance(kind, Double):
        return None  # every driver gives a float; PostgreSQL's would first ask which of its types
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
    # a server's driver would fetch all rows at once
    ways = {"stream_results": True, "max_row_buffer": size} if by_company(conn) else {}
    found = conn.exec_driver_sql(str(compiled), tuple(values), execution_options=ways)
    for rows in found.partitions(size):
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
