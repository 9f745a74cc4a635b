"""All cycles that stand, in one pass and without the leads' personal data; for counting."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, select

from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.policy.totals.trip import BLANK, Trip
from crmbridge.store.schema import cycle, lead
from crmbridge.store.table import Tx


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
