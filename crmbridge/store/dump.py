"""The projections as text in one canonical form, to show that a rebuild makes the same ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, delete, select

from crmbridge.model.codec import instant
from crmbridge.store.schema import PROJECTIONS
from crmbridge.store.table import Tx

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
    for row in tx.conn.execute(statement):
        values = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        yield _LINE.encode({"table": table.name, **values})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, date | Decimal) else value
