"""A company's whole ledger copied into another database, and held against what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, delete, func, select
from sqlalchemy.types import TypeDecorator

from crmbridge.errors import LedgerError
from crmbridge.store import dialect, live
from crmbridge.store.compare import differences
from crmbridge.store.dump import canonical_dump
from crmbridge.store.lease import writer_lease
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import budget, event, metadata, op, writer
from crmbridge.store.table import Tx, chunks

PIECE = 1000
"""Rows that are read and written at a time."""

Progress = Callable[[str, int, int], None]
"""Told of a table, the rows that are done, and the rows in all."""

LEFT = frozenset({writer.name, budget.name})
"""Tables that are not of a company's story: who writes it now, and the quotas, which have their own
place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was copied: all rows, and how many of them are entries."""

    rows: int
    entries: int


def move(
    source: Ledger,
    target: Ledger,
    now: datetime,
    progress: Progress = lambda table, done, of: None,
) -> Moved:
    """Copy a company's ledger; nobody writes it meanwhile, and nothing leaves by it afterwards.

    The copy is read back before it is kept: each table row by row as it lies, and the standing view
    as the code reads it. It goes on where the source was, armed if that was; the source is switched
    off, so that no two ledgers write the same systems. No two do either where it is interrupted:
    the copy is armed last, and until then it says that it is not whole. Run again, it is made anew.

    Raises:
        LedgerBusy: another process writes the source or the target.
        LedgerError: the target has something already, or what was read back differs; then nothing
            is kept.
    """
    if source.lease_on == target.lease_on:
        raise LedgerError(f"{target.place} is the ledger itself: name another place")
    with writer_lease(source), writer_lease(target):
        with source.write("move") as before:
            with target.write("copy") as after:
                again = _begun_before(source, target, after)
                goes_on = live.is_armed(before) or (again and _went_to(target, before))
                moved = _copied(before, after, progress)
                target.database.go_on(after.conn, op)
                _must_be_equal(before, after)
                if goes_on:
                    live.switch_off(after, _half(source), now)
            _quotas(source, target)
            live.switch_off(before, _gone(target), now)
        if goes_on:
            with target.write("arm") as after:
                live.go_on(after)
    return moved


def _half(source: Ledger) -> str:
    return f"a move from {source.place} that did not end: run it again"


def _gone(target: Ledger) -> str:
    return f"moved to {target.place}"


def _went_to(target: Ledger, tx: Tx) -> bool:
    return live.switched_off(tx).get("by") == _gone(target)


def _begun_before(source: Ledger, target: Ledger, tx: Tx) -> bool:
    """Whether a copy is there that never went to work, which is taken away; else it is empty."""
    if live.switched_off(tx).get("by") != _half(source):
        _must_be_empty(target, tx)
        return False
    for table in reversed(_tables()):
        tx.conn.execute(delete(table).where(_mine(tx, table)))
    _must_be_empty(target, tx)
    return True


def _must_be_empty(target: Ledger, tx: Tx) -> None:
    """In a file all companies count their entries together, so it takes one company."""
    for table in (event, op, *metadata.sorted_tables):
        if table.name in LEFT:
            continue
        asked = select(table.c.company).limit(1)
        if target.database.shared:
            asked = asked.where(table.c.company == tx.company)
        if tx.conn.execute(asked).first() is not None:
            whose = f"has entries of {tx.company}" if target.database.shared else "is not empty"
            raise LedgerError(f"the ledger {target.place} {whose}: name an empty one")


def _copied(before: Tx, after: Tx, progress: Progress) -> Moved:
    rows = entries = 0
    for table in map(_as_it_lies, _tables()):
        many = _count(before, table)
        names, done = tuple(table.columns.keys()), 0
        for piece in chunks(_rows(before, table), PIECE):
            dialect.bulk(after.conn, dialect.insert(table), names, piece)
            done += len(piece)
            progress(table.name, done, many)
        rows += done
        entries = done if table.name == event.name else entries
    return Moved(rows=rows, entries=entries)


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in LEFT]


def _as_it_lies(table: Table) -> Table:
    """The table with columns that turn nothing: bytes stay the bytes that they are."""
    kinds = ((one, one.type) for one in table.columns)
    plain = (
        Column(
            one.name,
            kind.impl_instance if isinstance(kind, TypeDecorator) else kind,
            primary_key=one.primary_key,
            autoincrement=False,
        )
        for one, kind in kinds
    )
    return Table(table.name, MetaData(), *plain)


def _mine(tx: Tx, table: Table) -> ColumnElement[bool]:
    return table.c.company == tx.company


def _count(tx: Tx, table: Table) -> int:
    asked = select(func.count()).select_from(table).where(_mine(tx, table))
    return int(tx.conn.execute(asked).scalar_one())


def _rows(tx: Tx, table: Table) -> Iterator[tuple[Any, ...]]:
    asked = select(table).where(_mine(tx, table)).order_by(*table.primary_key)
    yield from dialect.read_many(tx.conn, asked, PIECE)


def _must_be_equal(before: Tx, after: Tx) -> None:
    for table in map(_as_it_lies, _tables()):
        if _sum(before, table) != _sum(after, table):
            raise LedgerError(_differs(f"the table {table.name}"))
    found = next(differences(canonical_dump(before), canonical_dump(after)), None)
    if found is not None:
        raise LedgerError(_differs(f"a row of the table {found.table}"))


def _differs(what: str) -> str:
    return (
        f"{what} is not read back as it was written: nothing was kept. Go on with the ledger that "
        "you have, and tell us"
    )


def _sum(tx: Tx, table: Table) -> bytes:
    """A digest of all rows in the order of their key, and so of that order too."""
    found = sha256()
    for row in _rows(tx, table):
        found.update(repr(row).encode("utf-8", "surrogatepass"))
    return found.digest()


def _quotas(source: Ledger, target: Ledger) -> None:
    """Counts of the vendors' quotas go on, too; one that cannot be read begins anew."""
    names = tuple(budget.columns.keys())
    try:
        rows = source.quick(lambda tx: list(_rows(tx, budget)))
        target.quick(lambda tx: dialect.bulk(tx.conn, dialect.upsert(budget), names, rows))
    except LedgerError:
        return  # the vendor's own count corrects it
