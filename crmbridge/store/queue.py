"""The places in the waiting line, kept so that only those of changed leads are made anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Join,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from crmbridge.model.codec import micros, moment
from crmbridge.store.columns import is_no
from crmbridge.store.cursors import get_meta, put_meta
from crmbridge.store.dialect import setting
from crmbridge.store.schema import CHANGED_SQL, due, lead, queue
from crmbridge.store.table import Tx, put

QUIET = "spigot"
"""Row of the ledger's facts: how the last tick left everything; empty once the line changed."""

PLACED = "line"
"""Row of the ledger's facts: on what basis the whole line was placed, and when that was last."""

CHANGED = -1
"""The `rev` of a place whose lead changed since."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A lead's place, in JSON's types, as it is while `rev` and `basis` are, from `at` to `until`.

    `rev` is the lead's, `basis` whatever else the place follows from (agreement, teams file).
    """

    lead: str
    rev: int
    basis: str
    at: datetime
    until: datetime
    place: Mapping[str, Any]


def _joined() -> Join:
    mine = and_(queue.c.company == lead.c.company, queue.c.lead == lead.c.id)
    return lead.outerjoin(queue, mine)


def _waits(tx: Tx) -> ColumnElement[bool]:
    # a literal, because the partial index serves no bound parameter
    waits = lead.c.waiting == literal_column("1")
    return and_(lead.c.company == tx.company, waits, is_no(lead.c.opted_out))


def _stands(basis: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        queue.c.lead.is_not(None),
        queue.c.rev == lead.c.rev,
        queue.c.basis == basis,
        queue.c.at <= now,
        queue.c.until > now,
    )


def overdue(tx: Tx, basis: str, now: datetime, limit: int | None) -> list[str]:
    """Return what `unplaced` returns, without a look at places that stand.

    As long as nothing but single leads and the time has changed since all of them were placed.
    """
    if not is_placed(tx, basis, now):
        return unplaced(tx, basis, now, limit)
    mine = queue.c.company == tx.company
    # in the words of the partial index, which serves no bound parameter
    changed = select(queue.c.lead).where(mine, literal_column(CHANGED_SQL))
    expired = select(queue.c.lead).where(mine, queue.c.until <= now)
    asked = changed.union(expired).subquery()
    found = select(lead.c.id).join(asked, asked.c.lead == lead.c.id).where(_waits(tx))
    return list(tx.conn.execute(found.order_by(lead.c.id).limit(limit)).scalars())


def count(tx: Tx) -> int:
    """Return how many leads wait in the line; cost: one look at the index of those that wait."""
    statement = select(func.count()).select_from(lead).where(_waits(tx))
    return int(tx.conn.execute(statement).scalar_one())


def is_placed(tx: Tx, basis: str, now: datetime) -> bool:
    """Whether all of the line was placed on a basis, and no later than now."""
    known = get_meta(tx, PLACED)
    if not isinstance(known, dict) or known.get("basis") != basis:
        return False
    return now >= moment(known["at"])


def forget_placed(tx: Tx) -> None:
    """Note that the line is being placed on another basis: some of it has that one already."""
    put_meta(tx, PLACED, {})


def note_placed(tx: Tx, basis: str, now: datetime) -> None:
    """Note that all of the line is placed, but for what `overdue` tells."""
    put_meta(tx, PLACED, {"basis": basis, "at": micros(now)})


def changed(tx: Tx, leads: Iterable[str]) -> None:
    """Note that waiting leads are new in line, or changed."""
    rows = [
        QueueRow(lead=one, rev=CHANGED, basis="", at=_NEVER, until=_NEVER, place={})
        for one in leads
    ]
    put(tx, rows, queue, how=lambda table: setting(table, ("rev",)))


def unplaced(tx: Tx, basis: str, now: datetime, limit: int | None) -> list[str]:
    """Return the ids of waiting leads whose place has to be made anew; `None` is all of them."""
    fine = _stands(basis, now)
    missing = or_(queue.c.lead.is_(None), ~fine)
    found = select(lead.c.id).select_from(_joined()).where(_waits(tx), missing)
    return list(tx.conn.execute(found.order_by(lead.c.id).limit(limit)).scalars())


def unjudged(tx: Tx, now: datetime) -> list[str]:
    """Return the ids of those who were taken over as ready and whom no decision looked at yet.

    They are due, and were never placed.
    """
    mine = and_(due.c.company == lead.c.company, due.c.lead == lead.c.id, due.c.at <= now)
    never = or_(queue.c.lead.is_(None), queue.c.at == _NEVER)
    found = select(lead.c.id).select_from(_joined().join(due, mine)).where(_waits(tx), never)
    return list(tx.conn.execute(found.order_by(lead.c.id)).scalars())


def places(tx: Tx, basis: str, now: datetime) -> dict[str, Mapping[str, Any]]:
    """Return the places that stand, by lead, in the order of their ids."""
    found = select(lead.c.id, queue.c.place).select_from(_joined())
    rows = tx.conn.execute(found.where(_waits(tx), _stands(basis, now)).order_by(lead.c.id))
    return {str(ident): place for ident, place in rows}


def waiting(tx: Tx) -> list[Mapping[str, Any]]:
    """Return the places of all who wait, as they were placed last; who never was is absent."""
    found = select(queue.c.place).select_from(_joined()).where(_waits(tx), queue.c.at > _NEVER)
    return [place for place in tx.conn.execute(found).scalars() if place]


def keep(tx: Tx, rows: Sequence[QueueRow]) -> None:
    """Insert or replace places."""
    put(tx, rows, queue)


def retell(tx: Tx, rows: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
    """Give places that are kept another text and their lead's new `rev`: (lead, rev, place)."""
    told = [{"b_lead": one, "b_rev": rev, "b_place": place} for one, rev, place in rows]
    if told:
        mine = and_(queue.c.company == tx.company, queue.c.lead == bindparam("b_lead"))
        change: dict[str, Any] = {"rev": bindparam("b_rev"), "place": bindparam("b_place")}
        tx.conn.execute(update(queue).where(mine).values(change), told)


def wake(tx: Tx) -> None:
    """Let the next tick look at the whole line: what it left behind is no longer so."""
    put_meta(tx, QUIET, {})


def sweep(tx: Tx) -> None:
    """Forget the places of leads that wait no longer."""
    same = and_(lead.c.company == queue.c.company, lead.c.id == queue.c.lead)
    gone = ~exists().where(same, lead.c.waiting == literal_column("1"))
    tx.conn.execute(delete(queue).where(queue.c.company == tx.company, gone))
