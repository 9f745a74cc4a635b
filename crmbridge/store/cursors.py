"""Where each reading of a vendor stands, and which leads are due for a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from crmbridge.store.dialect import bulk, earlier, upsert
from crmbridge.store.schema import cursor, due, meta
from crmbridge.store.table import Tx, chunks, fetch, put


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a reading stands; `position` is the connector's own text, kept verbatim.

    `name` tells several readings of one object apart, such as `changes` and `deleted`.
    `generation` is raised when a reading starts over from nothing.
    """

    system: str
    obj: str
    name: str
    position: str
    updated_at: datetime
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A lead that wants a decision from `at` on (business time), and why."""

    lead: str
    at: datetime
    why: str


def get_cursor(tx: Tx, system: str, obj: str, name: str) -> Cursor | None:
    """Return a cursor, `None` before the first page was read."""
    where = (cursor.c.system == system, cursor.c.obj == obj, cursor.c.name == name)
    found = fetch(tx, Cursor, *where, table=cursor)
    return found[0] if found else None


def put_cursor(tx: Tx, row: Cursor) -> None:
    """Move a cursor; belongs into the transaction that stores the page's events."""
    put(tx, [row], cursor)


def drop_cursor(tx: Tx, system: str, obj: str, name: str) -> None:
    """Forget where a reading stands, so that it starts over."""
    where = (cursor.c.system == system, cursor.c.obj == obj, cursor.c.name == name)
    tx.conn.execute(delete(cursor).where(cursor.c.company == tx.company, *where))


def all_cursors(tx: Tx) -> list[Cursor]:
    """Return all cursors of the company, by system, object and name."""
    return fetch(tx, Cursor, order=[cursor.c.system, cursor.c.obj, cursor.c.name], table=cursor)


def mark(tx: Tx, marks: Iterable[tuple[str, datetime, str]]) -> None:
    """Make leads due: (lead, at, why). A lead that is due already keeps the earlier time."""
    rows = ((tx.company, lead, at, why) for lead, at, why in marks)
    bulk(tx.conn, earlier(due, "at"), ("company", "lead", "at", "why"), rows)


def take(tx: Tx, now: datetime, limit: int, *, only: str = "") -> list[Due]:
    """Return the leads that are due at `now`, the longest due first, or `only` one of them.

    They stay due until `clear`, which belongs into the same write transaction: a mark set in
    between would be lost otherwise.
    """
    where = [due.c.at <= now, *([due.c.lead == only] if only else [])]
    return fetch(tx, Due, *where, order=[due.c.at, due.c.lead], limit=limit, table=due)


def bring_forward(tx: Tx, now: datetime, until: datetime) -> int:
    """Make leads that are due after `now`, up to `until`, due at `now`; return how many."""
    where = (due.c.company == tx.company, due.c.at > now, due.c.at <= until)
    return int(tx.conn.execute(update(due).where(*where).values(at=now)).rowcount)


def clear(tx: Tx, leads: Iterable[str]) -> None:
    """Say that leads are no longer due; those of them that must be again are marked after it."""
    for piece in chunks(leads):
        where = (due.c.company == tx.company, due.c.lead.in_(piece))
        tx.conn.execute(delete(due).where(*where))


def due_count(tx: Tx, now: datetime | None = None) -> int:
    """Return how many leads are due, at `now` or, without it, ever."""
    statement = select(func.count()).where(due.c.company == tx.company)
    if now is not None:
        statement = statement.where(due.c.at <= now)
    return int(tx.conn.execute(statement).scalar_one())


def next_due(tx: Tx) -> datetime | None:
    """Return the earliest time at which a lead is due, `None` when none is."""
    statement = select(due.c.at).where(due.c.company == tx.company).order_by(due.c.at).limit(1)
    return tx.conn.execute(statement).scalar_one_or_none()


def get_meta(tx: Tx, name: str) -> object:
    """Return a fact of the company in JSON's types, `None` when it was never set."""
    where = (meta.c.company == tx.company, meta.c.name == name)
    return tx.conn.execute(select(meta.c.value).where(*where)).scalar_one_or_none()


def put_meta(tx: Tx, name: str, value: object) -> None:
    """Set a fact of the company; `value` is made of JSON's types and never `None`."""
    row = {"company": tx.company, "name": name, "value": value}
    tx.conn.execute(upsert(meta), [row])
