"""Credit added up day by day, by what reports tell it by, and kept as postings are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, select

from crmbridge.store.book_rows import CLASS, CreditRow
from crmbridge.store.dialect import bulk, upsert
from crmbridge.store.schema import credit_day
from crmbridge.store.table import Tx, among, chunks

Of = Literal["channel", "campaign", "asset"]
"""What credit is added up by."""


Spot = tuple[str, date, str, str, date, str, bool, str]
"""What credit is added up by: the columns of `_KEY`."""

_KEY = ("measure", "day", "of", "model", "posted", "currency", "untouched", "name")
"""`day` is that of the win or the creation, `posted` the one on which it stands in the books. Of
what no touch is credited with, `name` is why, whatever it is added up by."""
_NAMES = ("company", *_KEY, "minor")
_COLUMNS = tuple(credit_day.c[name] for name in (*_KEY, "minor"))


def add(tx: Tx, rows: Iterable[CreditRow]) -> None:
    """Add postings to the sums of their days. Classes have none."""
    sums: dict[Spot, int] = defaultdict(int)
    for row in rows:
        if not row.model.startswith(CLASS):
            for spot in _spots(row):
                sums[spot] += row.minor
    if sums:
        known = _known(tx, {spot[1] for spot in sums})
        # text, and added up here: the sum of many deals may be larger than the database's numbers
        made = ((tx.company, *spot, str(known.get(spot, 0) + n)) for spot, n in sums.items())
        bulk(tx.conn, upsert(credit_day), _NAMES, made)


def _spots(row: CreditRow) -> Iterator[Spot]:
    day, none = row.day or row.posted, row.touch == ""
    by = (("channel", row.channel), ("campaign", row.campaign), ("asset", row.asset))
    for of, name in by:
        shown = row.channel if none else name
        yield row.measure, day, of, row.model, row.posted, row.currency, none, shown


def _known(tx: Tx, days: Collection[date]) -> dict[Spot, int]:
    found: dict[Spot, int] = {}
    for piece in chunks(sorted(days)):
        mine = (credit_day.c.company == tx.company, among(credit_day.c.day, piece))
        for row in tx.conn.execute(select(*_COLUMNS).where(*mine)):
            found[tuple(row[:-1])] = int(row[-1])
    return found


def summed(
    tx: Tx,
    measure: str,
    models: Collection[str],
    of: Of,
    where: Iterable[ColumnElement[bool]],
    *more: str,
) -> dict[tuple[Any, ...], int]:
    """Add up credit by `more` columns, model, name, whether no touch has it, and currency."""
    columns = [credit_day.c[name] for name in (*more, "model", "name", "untouched", "currency")]
    asked = select(*columns, credit_day.c.minor).where(
        credit_day.c.company == tx.company,
        credit_day.c.measure == measure,
        credit_day.c.of == of,
        credit_day.c.model.in_(list(models)),
        *where,
    )
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for *spot, minor in tx.conn.execute(asked):
        sums[tuple(spot)] += int(minor)
    return {spot: minor for spot, minor in sums.items() if minor}
