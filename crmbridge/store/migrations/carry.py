"""Rows of the layout before 0003 into that of 0003, and the proof that they say the same.

All of it is one transaction: it is done whole, or the ledger is as it was. Each row is read as
what it says, written in its new form, and read back; the sums of what was said before and after
are compared table by table, and a difference ends the step.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from crmbridge.errors import LedgerError
from crmbridge.model.codec import canonical, instant, parse_instant
from crmbridge.model.kind import Kind
from crmbridge.model.state import LeadState, SeenState
from crmbridge.store import dialect, schema
from crmbridge.store.crash import crash_point
from crmbridge.store.types import Choice, Flag, Instant, JsonBlob, Mark, OpaqueJson, as_kept

TABLES = (
    *("event", "lead", "cycle", "ref", "identity", "account", "touch", "activity", "deal"),
    *("vendor_user", "cursor", "due", "queue", "held", "op"),
)
"""The tables that change; the others stay as they are."""

PIECE = 1000
"""Rows between two tellings of how far it is."""

Row = dict[str, Any]
Progress = Callable[[str, int, int], None] | None
"""Told of a table, rows that are done, and rows in all."""


def carry_over(conn: sa.Connection, progress: Progress = None) -> None:
    """Copy every row of the `old_…` tables.

    Raises:
        LedgerError: what is read back differs from what was there; nothing is kept.
    """
    for name in TABLES:
        try:
            _carry(conn, name, progress or _quiet)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerError(
                _cannot(name, f"a row cannot be read ({type(error).__name__})")
            ) from None
        crash_point(f"carry:{name}")


def _cannot(name: str, why: str) -> str:
    return (
        f"the table {name} of this ledger cannot be carried over to the new layout: {why}. Nothing "
        "was changed; go on with the build that wrote it, and tell us"
    )


def _quiet(name: str, done: int, total: int) -> None:
    pass


def _carry(conn: sa.Connection, name: str, progress: Callable[[str, int, int], None]) -> None:
    old = sa.Table(f"old_{name}", sa.MetaData(), autoload_with=conn)
    table = _as_it_is_now(conn, name)
    names = tuple(column.name for column in table.columns)
    total = int(conn.execute(sa.select(sa.func.count()).select_from(old)).scalar_one())
    before, done = 0, 0
    for piece in _pieces(conn, old, table):
        before = (before + sum(_sum(row, names) for row in piece)) % _TOP
        rows = (tuple(row[one] for one in names) for row in piece)
        dialect.bulk(conn, dialect.insert(table), names, rows)
        done = min(done + PIECE, total)
        progress(name, done, total)
    after = sum(_sum(row, names) for row in _rows(conn, table)) % _TOP
    if before != after:
        raise LedgerError(_cannot(name, "what is read back is not what was there"))


def _as_it_is_now(conn: sa.Connection, name: str) -> sa.Table:
    """The new table with the columns that this step made: later steps add their own."""
    kinds = schema.metadata.tables[name].columns
    there = [str(one["name"]) for one in sa.inspect(conn).get_columns(name)]
    return sa.Table(name, sa.MetaData(), *(sa.Column(one, kinds[one].type) for one in there))


def _rows(conn: sa.Connection, table: sa.Table) -> Iterator[Row]:
    found = conn.execution_options(yield_per=PIECE).execute(sa.select(table))
    for row in found:
        yield dict(zip(table.columns.keys(), row, strict=True))


def _pieces(conn: sa.Connection, old: sa.Table, table: sa.Table) -> Iterator[list[Row]]:
    found = conn.execution_options(yield_per=PIECE).execute(sa.select(old))
    turn = _TURNS.get(table.name, _same)
    names = old.columns.keys()
    for piece in found.partitions(PIECE):
        told = (turn(_read(table, dict(zip(names, row, strict=True)))) for row in piece)
        yield [row for row in told if row is not None]


def _read(table: sa.Table, row: Row) -> Row:
    """Turn the columns of the old layout into what they mean."""
    for name, value in row.items():
        column = table.columns.get(name)
        if value is None or column is None:
            continue
        if isinstance(column.type, Instant):
            row[name] = parse_instant(value)
        elif isinstance(column.type, Flag):
            row[name] = bool(value)
        elif isinstance(column.type, Choice):
            row[name] = column.type.members(value)
        elif isinstance(column.type, Mark):
            row[name] = as_kept(value)
        elif isinstance(column.type, OpaqueJson | JsonBlob):
            text = value if isinstance(value, str) else value.decode("utf-8", "surrogatepass")
            row[name] = json.loads(text)
    return row


_TOP = 1 << 256


def _sum(row: Row, names: tuple[str, ...]) -> int:
    """A row's digest as a number: the sum of them does not depend on the order."""
    told = {name: _plain(row[name]) for name in names}
    text = canonical(told).encode("utf-8", "surrogatepass")
    return int.from_bytes(sha256(text).digest(), "big")


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value


def _same(row: Row) -> Row | None:
    return row


def _event(row: Row) -> Row | None:
    return row | {"kind": Kind(row["kind"])}


def _lead(row: Row) -> Row | None:
    return row | {"state": LeadState.of(row["id"], row["state"]).to_json()}


def _cycle(row: Row) -> Row | None:
    """A lead of which nothing has happened needs no row any more."""
    told = (row["outcome"], row["closed"], *row["data"].values())
    return row if row["n"] != 1 or row["voided"] or any(told) else None


def _ref(row: Row) -> Row | None:
    seen = SeenState.of(row["seen"])
    return row | {"seen": seen.to_json(), "heard": seen.heard}


def _touch(row: Row) -> Row | None:
    """What a touch is worth beside its kind was always 0, and has a column of its own since."""
    return row | {"data": {k: v for k, v in row["data"].items() if k != "value" or v}}


_TURNS: Mapping[str, Callable[[Row], Row | None]] = {
    **{"event": _event, "lead": _lead, "cycle": _cycle, "ref": _ref, "touch": _touch},
}
