"""What the ledger knows of vendor records, to be compared with what the vendor has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, exists, func, or_, select

from crmbridge.store.columns import is_yes
from crmbridge.store.dialect import listed
from crmbridge.store.schema import activity, campaign, deal, firm, member, product, ref, role, touch
from crmbridge.store.table import Tx, chunks

PEOPLE, DEALS, ROLES, HAPPENINGS = "people", "deals", "roles", "happenings"
"""What a vendor object's records are to the ledger."""
THINGS = {"product": product, "campaign": campaign, "member": member, "firm": firm}
"""The same of what stands around deals and people: each has a table of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One record: the stamp that it had when it last said something new, and whether it lives."""

    id: str
    changed_at: datetime | None = None
    live: bool = True


def known(tx: Tx, kind: str, system: str, obj: str, ids: Collection[str]) -> dict[str, Known]:
    """Return what is known of some records of one object, by id; one never seen is absent."""
    if kind == PEOPLE:
        where = (ref.c.system == system, ref.c.obj == obj)
        columns = (ref.c.id, ref.c.changed_at, ref.c.live)
        return _rows(tx, columns, where, ids, "")
    prefix = f"{system}:{obj}:"
    if kind == DEALS:
        found = _rows(tx, (deal.c.id, deal.c.changed_at, deal.c.state), (), ids, prefix)
        return {k: Known(id=k, changed_at=v.changed_at, live=v.live) for k, v in found.items()}
    if kind == ROLES:
        return _rows(tx, (role.c.id, None, role.c.live), (), ids, prefix)
    if (one := THINGS.get(kind)) is not None:
        return _rows(tx, (one.c.id, one.c.changed_at, one.c.live), (), ids, prefix)
    there = {one for piece in chunks(prefix + one for one in ids) for one in _happened(tx, piece)}
    return {one: Known(id=one) for one in ids if prefix + one in there}


def _rows(
    tx: Tx,
    columns: tuple[Column[Any], Column[Any] | None, Column[Any]],
    where: tuple[ColumnElement[bool], ...],
    ids: Collection[str],
    prefix: str,
) -> dict[str, Known]:
    ident, stamp, live = columns
    table = ident.table
    out: dict[str, Known] = {}
    wanted = [ident, live] if stamp is None else [ident, live, stamp]
    for piece in chunks(prefix + one for one in ids):
        asked = select(*wanted).where(table.c.company == tx.company, ident.in_(piece), *where)
        for row in tx.conn.execute(asked):
            own = str(row[0]).removeprefix(prefix)
            at = None if stamp is None else row[2]
            out[own] = Known(id=own, changed_at=at, live=row[1] not in (False, "deleted"))
    return out


def _happened(tx: Tx, texts: Collection[str]) -> set[str]:
    """Those records (refs as text) in which a touch or an activity stands that is known."""
    asked = listed(texts)
    text = asked.c.value
    known_by = []
    for table in (touch, activity):
        mine, ident = table.c.company == tx.company, table.c.id
        # two look-ups and no OR: within one, SQLite reads all rows of the company
        known_by.append(exists().where(mine, ident == text))
        known_by.append(exists().where(mine, ident > text + "@", ident < text + "A"))
    return set(tx.conn.execute(select(text).where(or_(*known_by))).scalars())


def between(tx: Tx, kind: str, system: str, obj: str, after: str, upto: str) -> list[str]:
    """Return the ids of live records of one object behind `after`, up to `upto` (empty: the end).

    The order is (length, text), that of numbers and of ids of one length.
    """
    table = {PEOPLE: ref, DEALS: deal, ROLES: role, **THINGS}.get(kind)
    if table is None:
        return []
    prefix = "" if kind == PEOPLE else f"{system}:{obj}:"
    ident = table.c.id
    where = [table.c.company == tx.company]
    if kind == PEOPLE:
        where += [
            ref.c.system == system,
            ref.c.obj == obj,
            is_yes(ref.c.live),
            ref.c.id.not_like("new:%"),
        ]
    else:
        where += [ident >= prefix, ident < prefix + "\x7f"]
        where.append(deal.c.state != "deleted" if kind == DEALS else is_yes(table.c.live))
    if after:
        where.append(_beyond(ident, prefix + after))
    if upto:
        where.append(~_beyond(ident, prefix + upto))
    rows = tx.conn.execute(select(ident).where(*where).order_by(func.length(ident), ident))
    return [str(row[0]).removeprefix(prefix) for row in rows]


def _beyond(ident: Column[Any], place: str) -> ColumnElement[bool]:
    size = func.length(ident)
    return or_(size > len(place), and_(size == len(place), ident > place))


def count(tx: Tx, kind: str, system: str, obj: str) -> int:
    """Return roughly how many records of an object are known: it sets the pace of a comparison."""
    if kind == PEOPLE:
        where = (ref.c.company == tx.company, ref.c.system == system, ref.c.obj == obj)
        return int(tx.conn.execute(select(func.count()).where(*where)).scalar_one())
    prefix = f"{system}:{obj}:"
    own = {DEALS: deal, ROLES: role, **THINGS}.get(kind)
    tables = (touch, activity) if own is None else (own,)
    return sum(
        int(
            tx.conn.execute(
                select(func.count()).where(
                    one.c.company == tx.company, one.c.id >= prefix, one.c.id < prefix + "\x7f"
                )
            ).scalar_one()
        )
        for one in tables
    )
