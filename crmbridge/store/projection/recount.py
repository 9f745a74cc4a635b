"""The totals counted anew from the leads and deals as they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select

from crmbridge.model.payload import DealSeen, LeadMerged
from crmbridge.policy.routing.account_mark import domain_mark
from crmbridge.store import assignments, events, leads, schema, totals, trail
from crmbridge.store.accounts import account_mark
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.deals import FIRST, first_amount
from crmbridge.store.rows import DealRow
from crmbridge.store.seen_rows import FirmRow
from crmbridge.store.table import Tx, chunks, fetch, fetch_in, put

Progress = Callable[[str, int, int], None] | None
"""Told of a table, the rows that are done, and the rows in all."""


def count_anew(tx: Tx, progress: Progress = None) -> None:
    """Count every lead and every part of a deal, whatever the totals say.

    A ledger needs it when a migration made the totals, or changed what is counted. What later
    builds keep beside entries that were there before is made from these.
    """
    mark_accounts(tx)
    price_deals(tx)
    join_activities(tx)
    assignments.make_anew(tx)
    totals.clear(tx)
    mine = select(func.count()).where(schema.lead.c.company == tx.company)
    total, done = int(tx.conn.execute(mine).scalar_one()), 0
    for piece in chunks(leads.ids(tx), leads.PAGE):
        work = Inventory(tx)
        work.load_leads(piece)
        work.count_anew(piece)
        work.books.touched(piece)
        work.write_rows()
        done += len(piece)
        if progress is not None:
            progress("total", done, total)
    share_anew(tx)


def share_anew(tx: Tx) -> set[str]:
    """Share every deal anew by the rule as it is; return the leads whose part is another now."""
    moved: set[str] = set()
    mine = select(schema.deal.c.id).where(schema.deal.c.company == tx.company)
    for piece in chunks(tx.conn.execute(mine).scalars().all(), leads.PAGE):
        work = Inventory(tx)
        work.deals.load(piece)
        work.totals.deals(piece)
        work.write_rows()
        moved |= work.totals.shares.moved
    return moved


def mark_accounts(tx: Tx) -> None:
    """Mark every account by name and domain, as those are that were seen since they have marks."""
    rows = fetch(tx, FirmRow)
    marked = (replace(one, mark=account_mark(one.name)) for one in rows)
    put(tx, [replace(one, domain_mark=domain_mark(one.domain)) for one in marked])


def price_deals(tx: Tx) -> None:
    """Work out every deal's first amount from its entries, as those were that came since then."""
    known: dict[str, DealRow] = {}
    for event in events.of_types(tx, [DealSeen.type]):
        told = event.payload
        if not isinstance(told, DealSeen):
            continue
        before, ident = known.get(str(told.id)), str(told.id)
        first = first_amount(event.at, told, before)
        created = told.created_at or (before.created_at if before else None)
        data = {FIRST: first} if first else {}
        known[ident] = DealRow(id=ident, state="", created_at=created, data=data)
    for piece in chunks(known, leads.PAGE):
        rows = fetch_in(tx, DealRow, schema.deal.c.id, piece)
        put(tx, [replace(row, data={**row.data, **known[row.id].data}) for row in rows])


def join_activities(tx: Tx) -> None:
    """Give what sales did with leads that were merged away to whom they live on as."""
    for event in events.of_types(tx, [LeadMerged.type]):
        told = event.payload
        if isinstance(told, LeadMerged):
            rows = trail.activities_of(tx, [told.loser]).get(told.loser, [])
            trail.put_activities(tx, [replace(row, lead=event.lead) for row in rows])
