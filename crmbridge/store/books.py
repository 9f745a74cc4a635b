"""The books: how deals stand there, what was posted so far, and what is to be posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select, union

from crmbridge.store import schema
from crmbridge.store.book_rows import CLASS, BookedRow, FitRow
from crmbridge.store.book_rows import MEASURES as MEASURES
from crmbridge.store.book_rows import PIPELINE as PIPELINE
from crmbridge.store.book_rows import REVENUE as REVENUE
from crmbridge.store.cursors import get_meta, put_meta
from crmbridge.store.dialect import bulk, insert_new
from crmbridge.store.table import Tx, among, chunks, fetch, fetch_in

OPENED = "books"
"""Row of the ledger's facts: by `measure model` the day on which its books were opened."""


class Spot(NamedTuple):
    """A touch as the books name it: `touch` is empty for none, and `channel` then says why."""

    touch: str
    lead: str = ""
    channel: str = ""
    campaign: str = ""
    asset: str = ""


Balance = dict[tuple[str, str], dict[Spot, int]]
"""Units by model and currency, and by touch."""


def booked(tx: Tx, deals: Iterable[str]) -> list[BookedRow]:
    """Return how deals (refs as text) stand in the books; one never posted is absent."""
    return fetch_in(tx, BookedRow, schema.booked.c.deal, deals)


def posted(tx: Tx, deals: Iterable[str]) -> dict[tuple[str, str], Balance]:
    """Return what was posted of deals so far, by deal and measure, classes left out.

    What adds up to 0 is absent. Touches stand in the order in which they were first posted.
    """
    table = schema.credit
    columns = (table.c.deal, table.c.measure, table.c.model, table.c.currency)
    spot = (table.c.touch, table.c.lead, table.c.channel, table.c.campaign, table.c.asset)
    out: dict[tuple[str, str], Balance] = defaultdict(dict)
    for piece in chunks(deals):
        mine = (table.c.company == tx.company, among(table.c.deal, piece))
        asked = select(*columns, *spot, func.sum(table.c.minor)).where(
            *mine, table.c.model.not_like(CLASS + "%")
        )
        asked = asked.group_by(*columns, *spot).order_by(func.min(table.c.n), func.min(table.c.i))
        for deal, measure, model, currency, *told, minor in tx.conn.execute(asked):
            if minor:
                touch, lead, *rest = told
                by = out[deal, measure].setdefault((model, currency), {})
                by[Spot(touch, lead or "", *rest)] = int(minor)
    return dict(out)


def fits(tx: Tx, model: str = "") -> list[FitRow]:
    """Return the fits of a model, or of all, each model's in their order."""
    where = (schema.fit.c.model == model,) if model else ()
    return fetch(tx, FitRow, *where, order=[schema.fit.c.model, schema.fit.c.n])


def mark(
    tx: Tx, deals: Iterable[str], *, leads: Iterable[str] = (), accounts: Iterable[str] = ()
) -> None:
    """Have deals credited anew: these, those that leads have a stake in, and those of accounts."""
    found = set(deals)
    table = schema.stake
    for piece in chunks(sorted(leads)):
        mine = (table.c.company == tx.company, among(table.c.lead, piece))
        found.update(tx.conn.execute(select(table.c.deal).where(*mine)).scalars())
    deal = schema.deal
    for piece in chunks(sorted(accounts)):
        mine = (deal.c.company == tx.company, among(deal.c.account, piece))
        found.update(tx.conn.execute(select(deal.c.id).where(*mine)).scalars())
    rows = ((tx.company, one) for one in sorted(found))
    bulk(tx.conn, insert_new(schema.book_due), ("company", "deal"), rows)


def firms_of(tx: Tx, leads: Iterable[str]) -> set[str]:
    """Return the accounts (refs as text) that the records of leads belong to, or did."""
    ref, period = schema.ref, schema.belonging
    people: list[str] = []
    for piece in chunks(sorted(leads)):
        mine = (ref.c.company == tx.company, among(ref.c.lead, piece))
        asked = select(ref.c.system, ref.c.obj, ref.c.id).where(*mine)
        people += (":".join(row) for row in tx.conn.execute(asked))
    found: set[str] = set()
    for piece in chunks(people):  # by the key: joined, or distinct, it goes through all periods
        theirs = (period.c.company == tx.company, among(period.c.person, piece))
        found.update(tx.conn.execute(select(period.c.account).where(*theirs)).scalars())
    return found


def mark_all(tx: Tx) -> None:
    """Have every deal credited anew."""
    mine = schema.deal.c.company == tx.company
    mark(tx, tx.conn.execute(select(schema.deal.c.id).where(mine)).scalars().all())


def mark_foreign(tx: Tx, home: str) -> None:
    """Have every deal credited anew that is not in the company's own currency, or was not.

    A deal's amount at its creation keeps the currency that the deal had then.
    """
    deal, row = schema.deal, schema.booked
    now = select(deal.c.id).where(deal.c.company == tx.company, deal.c.currency != home)
    then = select(row.c.deal).where(
        row.c.company == tx.company, row.c.own_currency.not_in(["", home])
    )
    mark(tx, tx.conn.execute(union(now, then)).scalars().all())


def is_any_due(tx: Tx) -> bool:
    """Whether any deal is to be credited anew."""
    table = schema.book_due
    mine = table.c.company == tx.company
    return tx.conn.execute(select(table.c.deal).where(mine).limit(1)).first() is not None


def take_due(tx: Tx, limit: int) -> list[str]:
    """Return some deals that are to be credited anew, and ask it of them no more."""
    table = schema.book_due
    asked = select(table.c.deal).where(table.c.company == tx.company).order_by(table.c.deal)
    some = list(tx.conn.execute(asked.limit(limit)).scalars())
    for piece in chunks(some):
        tx.conn.execute(
            delete(table).where(table.c.company == tx.company, among(table.c.deal, piece))
        )
    return some


def opened(tx: Tx) -> dict[str, date]:
    """Return by `measure model` when its books were opened."""
    known = cast(dict[str, str] | None, get_meta(tx, OPENED)) or {}
    return {name: date.fromisoformat(day) for name, day in known.items()}


def keep_opened(tx: Tx, days: dict[str, date]) -> None:
    """Keep when books were opened."""
    put_meta(tx, OPENED, {name: day.isoformat() for name, day in sorted(days.items())})
