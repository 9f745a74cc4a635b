"""The cycles that were handed to sales on some days, as reports count them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from crmbridge.model.codec import parse_instant
from crmbridge.policy.totals.counted import ADOPTED
from crmbridge.store.schema import cycle, lead, touch
from crmbridge.store.table import Tx, among, chunks

NOBODYS = (ADOPTED, "sales_initiated")
"""Kinds of cycles that are with sales, and that nobody handed over."""


class HandedCycle(NamedTuple):
    """A cycle that stands and was handed to sales; `ended` is `None` while it goes on.

    `accepted` is when sales accepted it, `outcome` how it ended, empty while it goes on. Who was
    taken over at the first look is none.
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


def handed_in(tx: Tx, since: datetime | None, until: datetime | None) -> list[HandedCycle]:
    """Return the cycles handed from `since` on and before `until`, by time; `None` is open.

    What sales opened by itself was handed by nobody, and is absent.
    """
    where = [cycle.c.company == tx.company, cycle.c.voided == 0]
    if until is not None:
        where.append(cycle.c.opened < until)
    if since is not None:
        where.append(or_(cycle.c.closed.is_(None), cycle.c.closed >= since))
    columns = (cycle.c.lead, cycle.c.n, cycle.c.data, cycle.c.outcome, cycle.c.closed)
    found = []
    for ident, n, data, outcome, closed in tx.conn.execute(select(*columns).where(*where)):
        text = data["effective"].get("handed")
        if text is None or data["kind"] in NOBODYS:
            continue
        at = parse_instant(text)
        if (since is None or at >= since) and (until is None or at < until):
            taken = data["effective"].get("accepted")
            found.append(
                HandedCycle(
                    lead=ident,
                    n=n,
                    handed=at,
                    accepted=parse_instant(taken) if taken else None,
                    ended=closed,
                    outcome=outcome,
                    reason=data["reason"],
                    kind=data["kind"],
                    deals=tuple(data["deals"]),
                )
            )
    return sorted(found, key=lambda one: (one.handed, one.lead, one.n))


def sources(tx: Tx, leads: Iterable[str]) -> dict[str, str]:
    """Return the source of leads as it is counted; empty for none."""
    found: dict[str, str] = {}
    for piece in chunks(dict.fromkeys(leads)):
        asked = select(lead.c.id, lead.c.counted).where(
            lead.c.company == tx.company, among(lead.c.id, piece)
        )
        for ident, counted in tx.conn.execute(asked):
            found[ident] = counted[1] if counted and len(counted) > 1 else ""
    return found


class Seen(NamedTuple):
    """A touch, as far as it tells what a lead had seen."""

    at: datetime
    kind: str
    campaign: str
    asset: str
    channel: str


def touches(tx: Tx, leads: Iterable[str]) -> dict[str, list[Seen]]:
    """Return the touches of leads, in no order; who has none is absent."""
    columns = (touch.c.at, touch.c.kind, touch.c.campaign, touch.c.asset, touch.c.channel)
    found: dict[str, list[Seen]] = {}
    for piece in chunks(dict.fromkeys(leads)):
        asked = select(touch.c.lead, *columns).where(
            touch.c.company == tx.company, among(touch.c.lead, piece)
        )
        for ident, *told in tx.conn.execute(asked):
            found.setdefault(ident, []).append(Seen(*told))
    return found
