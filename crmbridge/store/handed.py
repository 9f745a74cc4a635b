"""The cycles that were handed to sales on some days, as reports count them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, String, and_, func, or_, select
from sqlalchemy.sql.functions import Function

from crmbridge.model.codec import parse_instant
from crmbridge.policy.totals.counted import ADOPTED
from crmbridge.store.schema import cycle, lead, touch
from crmbridge.store.table import Tx, among, chunks

NOBODYS = (ADOPTED, "sales_initiated")
"""Kinds of cycles that are with sales, and that nobody handed over."""


class HandedCycle(NamedTuple):
    """A cycle that stands and was handed to sales; `ended` is `None` while it goes on.

    `accepted` is when sales accepted it, `outcome` how it ended, empty while it goes on, `source`
    that of its lead as it is counted, empty for none. Who was taken over at the first look is none.
    """

    lead: str
    n: int
    handed: datetime
    accepted: datetime | None
    ended: datetime | None
    outcome: str
    reason: str
    kind: str
    deals: tuple[str, ...]
    source: str


def handed_in(tx: Tx, since: datetime | None, until: datetime | None) -> list[HandedCycle]:
    """Return the cycles handed from `since` on and before `until`, by time; `None` is open.

    What sales opened by itself was handed by nobody, and is absent.
    """
    # taken out of its document in the database: most cycles were never handed over
    handed, accepted = (_told(f"effective.{name}") for name in ("handed", "accepted"))
    kind, reason, deals = (_told(name) for name in ("kind", "reason", "deals"))
    where = [
        cycle.c.company == tx.company,
        cycle.c.voided == 0,
        handed.is_not(None),
        kind.not_in(NOBODYS),
    ]
    if until is not None:
        where.append(cycle.c.opened < until)
    if since is not None:
        where.append(or_(cycle.c.closed.is_(None), cycle.c.closed >= since))
    columns = (cycle.c.lead, cycle.c.n, handed, accepted, cycle.c.closed, cycle.c.outcome)
    found = []
    asked = select(*columns, reason, kind, deals, lead.c.counted).where(*where)
    asked = asked.outerjoin(lead, and_(lead.c.company == tx.company, lead.c.id == cycle.c.lead))
    for ident, n, at_, taken, closed, outcome, why, what, listed, counted in tx.conn.execute(asked):
        at = parse_instant(at_)
        if (since is None or at >= since) and (until is None or at < until):
            found.append(
                HandedCycle(
                    lead=ident,
                    n=n,
                    handed=at,
                    accepted=parse_instant(taken) if taken else None,
                    ended=closed,
                    outcome=outcome,
                    reason=why,
                    kind=what,
                    deals=() if listed == "[]" else tuple(json.loads(listed)),
                    # the second place of what the lead adds to the totals
                    source=counted[1] if counted and len(counted) > 1 else "",
                )
            )
    return sorted(found, key=lambda one: (one.handed, one.lead, one.n))


def won_first(tx: Tx, leads: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return by lead and deal (ref as text) the first won cycle that lists the deal.

    A deal that outlives a win is listed by the next cycle, too.
    """
    found: dict[tuple[str, str], int] = {}
    for piece in chunks(dict.fromkeys(leads)):
        asked = select(cycle.c.lead, cycle.c.n, _told("deals")).where(
            cycle.c.company == tx.company,
            among(cycle.c.lead, piece),
            cycle.c.voided == 0,
            cycle.c.outcome == "won",
        )
        for ident, n, listed in tx.conn.execute(asked.order_by(cycle.c.lead, cycle.c.n)):
            for deal in json.loads(listed):
                found.setdefault((ident, deal), n)
    return found


def _told(name: str) -> Function[Any]:
    """What a cycle's document says under a name, as the database reads JSON."""
    return func.json_extract(cycle.c.data, f"$.{name}", type_=String)


Micros = int
"""Microseconds since 1970, as the ledger keeps instants; see `model.codec.micros`."""


def campaigns_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[tuple[str, Micros]]]:
    """Return by lead each touch with a campaign (a ref as text), and when it was, in no order."""
    return _told_of(tx, leads, touch.c.campaign)


def assets_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[tuple[str, str, Micros]]]:
    """Return by lead each touch with an asset: the asset, its kind and when, in no order."""
    return _told_of(tx, leads, touch.c.asset, touch.c.kind)


def _told_of(tx: Tx, leads: Iterable[str], *what: Column[Any]) -> dict[str, list[Any]]:
    """The touches of leads that name the first of some columns: those columns, and the time."""
    # a row a lead, because a row a touch costs more than the touches do
    told = func.json_group_array(func.json_array(*what, touch.c.at), type_=String)
    found: dict[str, list[Any]] = {}
    for piece in chunks(dict.fromkeys(leads)):
        # not `!= ""`: the index of what was touched would be searched, from one end to the other
        named = func.length(what[0]) > 0
        where = (touch.c.company == tx.company, among(touch.c.lead, piece), named)
        asked = select(touch.c.lead, told).where(*where).group_by(touch.c.lead)
        found.update((ident, json.loads(text)) for ident, text in tx.conn.execute(asked))
    return found
