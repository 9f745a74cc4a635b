"""Deals that are won or lost, read bare; for reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from crmbridge.store.book_rows import REVENUE
from crmbridge.store.columns import is_no, is_yes
from crmbridge.store.schema import booked, deal, product
from crmbridge.store.table import Tx


class Closed(NamedTuple):
    """A deal (ref as text) that is won or lost.

    `minor` is what the books have of it, in the company's currency where there was a rate; its own
    amount where they have nothing, and `None` without one. `owner` is a ref as text, or empty.
    """

    deal: str
    won: bool
    at: datetime
    owner: str
    minor: int | None
    currency: str


def closed(tx: Tx) -> Iterator[Closed]:
    """Yield the deals that are closed and of which a time is known, by id.

    Those that the mapping leaves out are not among them.
    """
    same = and_(
        booked.c.company == deal.c.company,
        booked.c.deal == deal.c.id,
        booked.c.measure == REVENUE,
        booked.c.handed != "",
        is_no(booked.c.unpriced),
    )
    at = func.coalesce(deal.c.closed_at, deal.c.changed_at, type_=deal.c.closed_at.type)
    columns = [deal.c.id, deal.c.state, at, deal.c.owner, deal.c.amount_minor, deal.c.currency]
    asked = select(*columns, booked.c.minor, booked.c.currency).outerjoin(booked, same)
    asked = asked.where(
        deal.c.company == tx.company,
        deal.c.state.in_(("won", "lost")),
        is_no(deal.c.outside),
        at.is_not(None),
    )
    rows = tx.conn.execute(asked.order_by(deal.c.id))
    for row in rows:
        ident, state, when, owner, minor, currency, posted, home = tuple[Any, ...](row)
        won = state == "won"
        if won and posted is not None:
            yield Closed(ident, won, when, owner, int(posted), home)
        else:
            yield Closed(ident, won, when, owner, minor, currency)


def lines(tx: Tx) -> dict[str, list[str]]:
    """Return what each deal is about: the names of its products, each once, else their codes."""
    found: dict[str, list[str]] = {}
    asked = select(product.c.deal, product.c.name, product.c.code).where(
        product.c.company == tx.company, is_yes(product.c.live)
    )
    for ident, name, code in tx.conn.execute(asked.order_by(product.c.id)):
        what = name or code
        if what and what not in (mine := found.setdefault(ident, [])):
            mine.append(what)
    return found
