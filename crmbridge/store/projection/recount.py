"""The totals counted anew from the leads and deals as they stand."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from crmbridge.store import leads, schema, totals
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.table import Tx, chunks

Progress = Callable[[str, int, int], None] | None
"""Told of a table, the rows that are done, and the rows in all."""


def count_anew(tx: Tx, progress: Progress = None) -> None:
    """Count every lead and every part of a deal, whatever the totals say.

    A ledger needs it when a migration made the totals, or changed what is counted.
    """
    totals.clear(tx)
    mine = select(func.count()).where(schema.lead.c.company == tx.company)
    total, done = int(tx.conn.execute(mine).scalar_one()), 0
    for piece in chunks(leads.ids(tx), leads.PAGE):
        work = Inventory(tx)
        work.load_leads(piece)
        work.count_anew(piece)
        work.write_rows()
        done += len(piece)
        if progress is not None:
            progress("total", done, total)
