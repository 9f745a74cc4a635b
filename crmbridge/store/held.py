"""Held work: what waits for a person, once for each cause, with a typed reason and advice."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from crmbridge.store import table
from crmbridge.store.schema import held
from crmbridge.store.states import HeldState as HeldState
from crmbridge.store.table import Tx, chunks, fetch, fetch_in

_SPACE = uuid.UUID("6a1c2f0e-6a0b-5d7e-9c1d-0f4b7a3e2d58")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One cause that waits for a person.

    `op` is an operation's id and `field` a field, either may be empty. `count` is how often it
    came up between `first_at` and `last_at` (business time). `detail` may be personal data.
    """

    id: str
    kind: str
    advice: str
    first_at: datetime
    last_at: datetime
    lead: str = ""
    op: str = ""
    field: str = ""
    detail: Mapping[str, Any] = default(default_factory=dict)
    count: int = 1
    state: HeldState = HeldState.OPEN

    def __repr__(self) -> str:
        return f"Held({self.id} {self.kind} lead={self.lead} {self.state})"


def put(
    tx: Tx,
    kind: str,
    *,
    lead: str = "",
    op: str = "",
    field: str = "",
    advice: str,
    detail: Mapping[str, Any],
    at: datetime,
) -> Held:
    """Hold a piece of work, or count it once more when the same cause is known.

    The cause is (kind, lead, op, field). One that was resolved opens again. Advice and detail are
    those of the last time.
    """
    ident = str(uuid.uuid5(_SPACE, "\x1f".join((tx.company, kind, lead, op, field))))
    known = get(tx, ident)
    row = Held(
        id=ident,
        kind=kind,
        lead=lead,
        op=op,
        field=field,
        advice=advice,
        detail=detail,
        first_at=known.first_at if known else at,
        last_at=at,
        count=known.count + 1 if known else 1,
    )
    table.put(tx, [row], held)
    return row


def get(tx: Tx, ident: str) -> Held | None:
    """Return held work by id, `None` for an unknown one."""
    found = fetch(tx, Held, held.c.id == ident, table=held)
    return found[0] if found else None


def find(
    tx: Tx,
    *,
    state: HeldState | None = HeldState.OPEN,
    kind: str = "",
    lead: str = "",
    limit: int | None = None,
) -> list[Held]:
    """Return held work, the newest first; `None` as the state gives resolved work too."""
    where = []
    if state is not None:
        where.append(held.c.state == state)
    where += [held.c.kind == kind] if kind else []
    where += [held.c.lead == lead] if lead else []
    order = [held.c.last_at.desc(), held.c.id]
    return fetch(tx, Held, *where, order=order, limit=limit, table=held)


def of_leads(tx: Tx, leads: Iterable[str], kinds: Iterable[str]) -> list[Held]:
    """Return the open held work of these kinds that some leads have."""
    where = (held.c.state == HeldState.OPEN, held.c.kind.in_(sorted(kinds)))
    return fetch_in(tx, Held, held.c.lead, leads, *where)


def resolve(tx: Tx, idents: Iterable[str], at: datetime) -> list[Held]:
    """Say that a person dealt with it; return what was open until now."""
    rows = [row for row in fetch_in(tx, Held, held.c.id, idents) if row.state is HeldState.OPEN]
    change = {"state": HeldState.RESOLVED, "last_at": at}
    for piece in chunks(row.id for row in rows):
        where = (held.c.company == tx.company, held.c.id.in_(piece))
        tx.conn.execute(update(held).where(*where).values(change))
    return [replace(row, state=HeldState.RESOLVED, last_at=at) for row in rows]


def end(tx: Tx, lead: str, kinds: Iterable[str], at: datetime) -> None:
    """Resolve the open held work of these kinds that a lead has."""
    resolve(tx, [row.id for row in of_leads(tx, [lead], kinds)], at)


def counts(tx: Tx) -> dict[str, int]:
    """Return how much is open of each kind; no zeros."""
    where = (held.c.company == tx.company, held.c.state == HeldState.OPEN)
    statement = select(held.c.kind, func.count()).where(*where).group_by(held.c.kind)
    return {str(kind): int(number) for kind, number in tx.conn.execute(statement)}
