"""The cycles that were handed to sales on some days, as reports count them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, String, func, or_, select
from sqlalchemy.sql.functions import Function

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
    asked = select(*columns, reason, kind, deals).where(*where)
    for ident, n, at_, taken, closed, outcome, why, what, listed in tx.conn.execute(asked):
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
                )
            )
    return sorted(found, key=lambda one: (one.handed, one.lead, one.n))


def _told(name: str) -> Function[Any]:
    """What a cycle's document says under a name, as the database reads JSON."""
    return func.json_extract(cycle.c.data, f"$.{name}", type_=String)


def sources(tx: Tx, leads: Iterable[str]) -> dict[str, str]:
    """Return the source of leads as it is counted; empty for none."""
    # the second place of what the lead adds to the totals
    told = func.coalesce(func.json_extract(lead.c.counted, "$[1]", type_=String), "")
    found: dict[str, str] = {}
    for piece in chunks(dict.fromkeys(leads)):
        asked = select(lead.c.id, told).where(lead.c.company == tx.company, among(lead.c.id, piece))
        found.update((ident, source) for ident, source in tx.conn.execute(asked))
    return found


def campaigns_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[tuple[str, datetime]]]:
    """Return by lead which campaigns (refs as text) it touched, and when first, in no order."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for ident, campaign, at in _first(tx, leads, touch.c.campaign):
        found.setdefault(ident, []).append((campaign, at))
    return found


def assets_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[tuple[str, str, datetime]]]:
    """Return by lead which assets it touched by which kind of touch, and when first."""
    found: dict[str, list[tuple[str, str, datetime]]] = {}
    for ident, asset, kind, at in _first(tx, leads, touch.c.asset, touch.c.kind):
        found.setdefault(ident, []).append((kind, asset, at))
    return found


def _first(tx: Tx, leads: Iterable[str], *what: Column[Any]) -> Iterator[Any]:
    """The first touch of each lead with each of something that is named by the first column."""
    at = func.min(touch.c.at, type_=touch.c.at.type)
    for piece in chunks(dict.fromkeys(leads)):
        where = (touch.c.company == tx.company, among(touch.c.lead, piece), what[0] != "")
        asked = select(touch.c.lead, *what, at).where(*where).group_by(touch.c.lead, *what)
        yield from tx.conn.execute(asked)
