"""The cycles that were handed to sales on some days, as reports count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Text,
    and_,
    func,
    select,
    type_coerce,
)

from crmbridge.store.book_rows import REVENUE
from crmbridge.store.dialect import each
from crmbridge.store.schema import booked, hand_off, part
from crmbridge.store.table import Tx

Micros = int
"""Microseconds since 1970, as the ledger keeps instants; see `model.codec.micros`."""
Ident = bytes
"""A lead's id as the ledger keeps it: reports only tell one from another."""


class HandedCycle(NamedTuple):
    """A cycle that stands and was handed to sales; `ended` is `None` while it goes on.

    `accepted` is when sales accepted it, `outcome` how it ended, empty while it goes on, `source`
    that of its lead as it is counted, empty for none. `campaigns` and `assets` are what the lead
    had touched by the hand-off, as JSON (see `hand_off`): alike for alike ones.
    """

    lead: Ident
    n: int
    handed: Micros
    accepted: Micros | None
    ended: Micros | None
    outcome: str
    reason: str
    source: str
    campaigns: str
    assets: str


_COLUMNS: Sequence[ColumnElement[Any]] = (
    type_coerce(hand_off.c.lead, LargeBinary),
    hand_off.c.n,
    *(type_coerce(hand_off.c[name], Integer) for name in ("handed", "accepted", "ended")),
    *(hand_off.c.outcome, hand_off.c.reason, hand_off.c.source),
    *(type_coerce(hand_off.c[name], Text) for name in ("campaigns", "assets")),
)


def handed_in(tx: Tx, since: datetime | None, until: datetime | None) -> list[HandedCycle]:
    """Return the cycles handed from `since` on and before `until`, by time; `None` is open.

    What sales opened by itself was handed by nobody, and is absent; so is who was taken over at
    the first look.
    """
    asked = select(*_COLUMNS).where(hand_off.c.company == tx.company, *_in(since, until))
    order = asked.order_by(hand_off.c.handed, hand_off.c.lead, hand_off.c.n)
    return [HandedCycle._make(row) for row in tx.conn.execute(order)]


def _in(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found.append(hand_off.c.handed >= since)
    if until is not None:
        found.append(hand_off.c.handed < until)
    return found


class Brought(NamedTuple):
    """A won deal of a handed cycle: its amount in the books, and whose it is, by id."""

    lead: Ident
    n: int
    deal: str
    minor: int
    people: Sequence[Ident]


def brought(tx: Tx, since: datetime | None, until: datetime | None, currency: str) -> list[Brought]:
    """Return the won deals of the cycles that were handed on some days, as they stand in the books.

    A deal is the first won cycle's of a lead that lists it. Deals in another currency are absent.
    """
    deal = each(type_coerce(hand_off.c.brings, Text))
    row = and_(
        booked.c.company == tx.company,
        booked.c.deal == deal.c.value,
        booked.c.measure == REVENUE,
        booked.c.handed != "",
        booked.c.currency == currency,
    )
    whose = and_(part.c.company == tx.company, part.c.deal == booked.c.deal, part.c.kind != "")
    columns = (_COLUMNS[0], hand_off.c.n, booked.c.deal, booked.c.minor)
    # outer joins, because SQLite would begin with all deals else, and look for their cycles
    asked = (
        select(*columns, type_coerce(part.c.lead, LargeBinary))
        .select_from(hand_off)
        .join(deal, func.length(type_coerce(hand_off.c.brings, Text)) > len("[]"))
        .outerjoin(booked, row)
        .outerjoin(part, whose)
        .where(hand_off.c.company == tx.company, *_in(since, until))
    )
    people: dict[tuple[Ident, int, str, int], list[Ident]] = defaultdict(list)
    for *spot, person in tx.conn.execute(asked):
        if person is not None:
            people[tuple(spot)].append(person)
    return [Brought(*spot, sorted(who)) for spot, who in people.items()]
