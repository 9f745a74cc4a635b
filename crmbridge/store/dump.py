"""The projections as text in one canonical form, to show that a rebuild makes the same ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, delete, select

from crmbridge.model.codec import instant
from crmbridge.model.state import LeadState
from crmbridge.store import born, events
from crmbridge.store.schema import PROJECTIONS, lead, ref
from crmbridge.store.table import Tx, chunks

_LINE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_dump(tx: Tx) -> Iterator[str]:
    """Yield one line of ASCII JSON a row, for every projection table, ordered by table and key.

    Two ledgers with the same projections of the company give the same lines. They hold personal
    data: compare or hash them, never log them.
    """
    for table in PROJECTIONS:
        yield from _lines(tx, table)


def clear_projections(tx: Tx) -> None:
    """Remove all projection rows of the company; entries and working state stay."""
    for table in PROJECTIONS:
        tx.conn.execute(delete(table).where(table.c.company == tx.company))


def _lines(tx: Tx, table: Table) -> Iterator[str]:
    columns = [column for column in table.columns if column.name != "company"]
    names = [column.name for column in columns]
    keys = [column for column in table.primary_key if column.name != "company"]
    statement = select(*columns).where(table.c.company == tx.company).order_by(*keys)
    for piece in chunks(tx.conn.execute(statement)):
        rows = [dict(zip(names, row, strict=True)) for row in piece]
        _complete(tx, table, rows)
        for row in rows:
            values = {name: _plain(value) for name, value in row.items()}
            yield _LINE.encode({"table": table.name, **values})


def _complete(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    """Fill in what rows leave to an entry: how much they do is no difference."""
    if table not in (lead, ref):
        return
    what, number = ("state", "rev") if table is lead else ("seen", "heard")
    left = [row for row in rows if row[what] is None]
    entries = events.by_seqs(tx, [row[number] for row in left]) if left else {}
    for row in left:
        entry = entries[row[number]]
        told = born.state_of(entry) if table is lead else born.seen_of(entry)
        row[what] = told.to_json()
        if isinstance(told, LeadState):
            row["counted"] = born.counted_of(told).to_json()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, date | Decimal) else value
