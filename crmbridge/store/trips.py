"""All cycles that stand, in one pass and without the leads' personal data; for counting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, func, or_, select, type_coerce

from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.policy.totals.trip import BLANK, Trip
from crmbridge.store.columns import is_no, is_yes
from crmbridge.store.dialect import read_many
from crmbridge.store.schema import cycle, lead
from crmbridge.store.table import CHUNK, Tx


def trips(tx: Tx) -> Iterator[Trip]:
    """Yield every cycle that stands, by lead and number.

    Void cycles and those of leads that were merged away or erased are left out: the survivor of
    a merge has their cycles. A lead of which nothing but that it is known has happened has no row,
    and is in its first.
    """
    same = and_(lead.c.company == cycle.c.company, lead.c.id == cycle.c.lead)
    statement = (
        select(lead.c.id, cycle.c.n, cycle.c.outcome, cycle.c.data)
        .outerjoin(cycle, same)
        .where(lead.c.company == tx.company, func.coalesce(cycle.c.voided, 0) == 0)
        .where(lead.c.stage.not_in([stage.value for stage in TOMBSTONES]))
        .order_by(lead.c.id, cycle.c.n)
    )
    for ident, n, outcome, data in tx.conn.execute(statement):
        yield Trip(ident, 1, "", BLANK) if n is None else Trip(ident, n, outcome, data)


class Went(NamedTuple):
    """A cycle that came to a step: `data` as in `CycleRow`, `closed` is `None` while it is open."""

    lead: str
    n: int
    outcome: str
    closed: datetime | None
    data: dict[str, Any]


def went(tx: Tx, *steps: str) -> Iterator[Went]:
    """Yield the cycles that stand and came to one of some steps, such as `handed`, by lead.

    Cycles that came no nearer are not read: in a large ledger that is nearly all of them. Those
    that were adopted are among them, and those of leads that are no more are not.
    """
    gone = set(_tombstones(tx))
    asked = select(cycle.c.lead, cycle.c.n, cycle.c.outcome, cycle.c.closed, cycle.c.data)
    asked = asked.where(cycle.c.company == tx.company, is_no(cycle.c.voided))
    # the text is canonical JSON, and a quotation mark inside of a value is escaped
    said = type_coerce(cycle.c.data, Text)
    asked = asked.where(or_(*(said.contains(f'"{step}":"') for step in steps)))
    rows = read_many(tx.conn, asked.order_by(cycle.c.lead, cycle.c.n), CHUNK)
    yield from (Went._make(row) for row in rows if row[0] not in gone)


def voided(tx: Tx) -> int:
    """Return how many cycles a deal that was opened again, or a later reason, took back."""
    where = (cycle.c.company == tx.company, is_yes(cycle.c.voided))
    return int(tx.conn.execute(select(func.count()).where(*where)).scalar_one())


def _tombstones(tx: Tx) -> Iterator[str]:
    stages = [stage.value for stage in TOMBSTONES]
    where = (lead.c.company == tx.company, lead.c.stage.in_(stages))
    yield from tx.conn.execute(select(lead.c.id).where(*where)).scalars()
