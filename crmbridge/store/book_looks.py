"""What the books say of leads and of their deals, looked up in bulk for what records are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import func, select

from crmbridge.store import schema
from crmbridge.store.table import Tx, among, chunks

Case = tuple[str, str]
"""A deal (ref as text), and a measure."""


class Backed(NamedTuple):
    """What a model credits a touch of a campaign with (ref as text) in one currency."""

    deal: str
    measure: str
    model: str
    touch: str
    campaign: str
    asset: str
    currency: str
    minor: int


def stakes_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[Case]]:
    """Return the deals that leads have a stake in, in their order; a lead without one is absent."""
    table = schema.stake
    out: dict[str, list[Case]] = defaultdict(list)
    for piece in chunks(sorted(set(leads))):
        asked = select(table.c.lead, table.c.deal, table.c.measure).where(
            table.c.company == tx.company, among(table.c.lead, piece)
        )
        for lead, deal, measure in tx.conn.execute(asked):
            out[lead].append((deal, measure))
    # sorted here: for an order by deal the store would go through all stakes by their key
    return {lead: sorted(found) for lead, found in out.items()}


def holders_of(tx: Tx, deals: Iterable[str]) -> dict[Case, list[str]]:
    """Return who has a stake in deals, by deal and measure; a deal that nobody has is absent."""
    table = schema.stake
    out: dict[Case, list[str]] = defaultdict(list)
    for piece in chunks(sorted(set(deals))):
        asked = select(table.c.deal, table.c.measure, table.c.lead).where(
            table.c.company == tx.company, among(table.c.deal, piece)
        )
        for deal, measure, lead in tx.conn.execute(asked):
            out[deal, measure].append(lead)
    return dict(out)


class Named(NamedTuple):
    """What a lead's touches of a campaign (ref as text) are credited with in one currency."""

    deal: str
    campaign: str
    lead: str
    currency: str
    minor: int


def named_by(tx: Tx, deals: Iterable[str], measure: str, model: str) -> list[Named]:
    """Return what a model credits campaigns and leads with; what adds up to 0 is absent.

    Touches that name no campaign are absent.
    """
    table = schema.credit
    what = (table.c.deal, table.c.campaign, table.c.lead, table.c.currency)
    out: list[Named] = []
    for piece in chunks(sorted(set(deals))):
        asked = select(*what, func.sum(table.c.minor)).where(
            table.c.company == tx.company,
            among(table.c.deal, piece),
            table.c.measure == measure,
            table.c.model == model,
            table.c.campaign != "",
        )
        rows = tx.conn.execute(asked.group_by(*what).order_by(*what))
        out += [Named(*row[:-1], int(row[-1])) for row in rows if row[-1]]
    return out


def backed_by(tx: Tx, deals: Iterable[str], models: Collection[str]) -> list[Backed]:
    """Return what some models credit touches of campaigns with; what adds up to 0 is absent.

    Touches that name no campaign are absent.
    """
    table = schema.credit
    spot = (table.c.deal, table.c.measure, table.c.model, table.c.touch)
    more = (table.c.campaign, table.c.asset, table.c.currency)
    out: list[Backed] = []
    for piece in chunks(sorted(set(deals))):
        asked = select(*spot, *more, func.sum(table.c.minor)).where(
            table.c.company == tx.company,
            among(table.c.deal, piece),
            table.c.model.in_(sorted(models)),
            table.c.campaign != "",
        )
        rows = tx.conn.execute(asked.group_by(*spot, *more).order_by(*spot, *more))
        out += [Backed(*row[:-1], int(row[-1])) for row in rows if row[-1]]
    return out
