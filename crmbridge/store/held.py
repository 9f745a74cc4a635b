"""Held work: what waits for a person, once for each cause, with a typed reason and advice."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Insert, Table, bindparam, func, select, update

from crmbridge.store import table
from crmbridge.store.dialect import counting
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
) -> str:
    """Hold a piece of work, or count it once more when the same cause is known; return its id.

    The cause is (kind, lead, op, field). One that was resolved opens again. Advice and detail are
    those of the last time.
    """
    ident = str(uuid.uuid5(_SPACE, "\x1f".join((tx.company, kind, lead, op, field))))
    row = Held(
        id=ident,
        kind=kind,
        lead=lead,
        op=op,
        field=field,
        advice=advice,
        detail=detail,
        first_at=at,
        last_at=at,
    )
    _Later.of(tx).put(row)
    return ident


def end(tx: Tx, lead: str, kinds: Iterable[str], at: datetime, about: str = "") -> None:
    """Resolve the open held work of these kinds that a lead has, about an `op` that begins so."""
    if not lead:
        raise ValueError("held work ends by its lead; what has none is resolved by its id")
    _Later.of(tx).end(lead, [(lead, kind, about, at) for kind in kinds])


class _Later:
    """What a transaction holds and ends, gathered: many leads take as many statements as one.

    It is written before anybody looks and before the transaction ends, in the order in which it
    came for each lead.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[list[_End], list[Held]]] = []
        self._level: dict[str, int] = {}
        self._held: set[str] = set()

    @classmethod
    def of(cls, tx: Tx) -> _Later:
        if tx.later is None:
            tx.later = cls()
        found: _Later = tx.later
        return found

    def put(self, row: Held) -> None:
        key = row.lead or row.id
        self._at(key)[1].append(row)
        self._held.add(key)

    def end(self, lead: str, ends: Iterable[_End]) -> None:
        if lead in self._held:  # what is held must be there before it can end
            self._level[lead] += 1
            self._held.discard(lead)
        self._at(lead)[0].extend(ends)

    def _at(self, key: str) -> tuple[list[_End], list[Held]]:
        level = self._level.setdefault(key, 0)
        while len(self._levels) <= level:
            self._levels.append(([], []))
        return self._levels[level]

    def write(self, tx: Tx) -> None:
        for ends, rows in self._levels:
            if ends:
                tx.conn.execute(_ENDS, [_told(tx, *one) for one in ends])
            table.put(tx, rows, held, how=_again)


_End = tuple[str, str, str, datetime]


def _again(of: Table) -> Insert:
    return counting(of, ("advice", "detail", "last_at", "state"), "count")


def _told(tx: Tx, lead: str, kind: str, about: str, at: datetime) -> dict[str, Any]:
    return {"b_company": tx.company, "b_lead": lead, "b_kind": kind, "b_about": about, "b_at": at}


_ENDS = (
    update(held)
    .where(
        held.c.company == bindparam("b_company"),
        held.c.lead == bindparam("b_lead"),
        held.c.kind == bindparam("b_kind"),
        func.substr(held.c.op, 1, func.length(bindparam("b_about"))) == bindparam("b_about"),
        held.c.state == HeldState.OPEN,
    )
    .values(state=HeldState.RESOLVED, last_at=bindparam("b_at"))
)


def settle(tx: Tx) -> None:
    """Write what was gathered; whoever reads the table or ends the transaction does so first."""
    if tx.later is not None:
        later, tx.later = tx.later, None
        later.write(tx)


def get(tx: Tx, ident: str) -> Held | None:
    """Return held work by id, `None` for an unknown one."""
    settle(tx)
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
    settle(tx)
    where = []
    if state is not None:
        where.append(held.c.state == state)
    where += [held.c.kind == kind] if kind else []
    where += [held.c.lead == lead] if lead else []
    if not lead:
        order = [held.c.last_at.desc(), held.c.id]
        return fetch(tx, Held, *where, order=order, limit=limit, table=held)
    # sorted here: asked to sort, SQLite reads all open work in that order
    found = sorted(fetch(tx, Held, *where, table=held), key=attrgetter("id"))
    found.sort(key=attrgetter("last_at"), reverse=True)
    return found[:limit]


def of_leads(tx: Tx, leads: Iterable[str], kinds: Iterable[str]) -> list[Held]:
    """Return the open held work of these kinds that some leads have."""
    settle(tx)
    where = (held.c.state == HeldState.OPEN, held.c.kind.in_(sorted(kinds)))
    return fetch_in(tx, Held, held.c.lead, leads, *where)


def resolve(tx: Tx, idents: Iterable[str], at: datetime) -> list[Held]:
    """Say that a person dealt with it; return what was open until now."""
    settle(tx)
    rows = [row for row in fetch_in(tx, Held, held.c.id, idents) if row.state is HeldState.OPEN]
    change = {"state": HeldState.RESOLVED, "last_at": at}
    for piece in chunks(row.id for row in rows):
        where = (held.c.company == tx.company, held.c.id.in_(piece))
        tx.conn.execute(update(held).where(*where).values(change))
    return [replace(row, state=HeldState.RESOLVED, last_at=at) for row in rows]


def counts(tx: Tx) -> dict[str, int]:
    """Return how much is open of each kind; no zeros."""
    settle(tx)
    where = (held.c.company == tx.company, held.c.state == HeldState.OPEN)
    statement = select(held.c.kind, func.count()).where(*where).group_by(held.c.kind)
    return {str(kind): int(number) for kind, number in tx.conn.execute(statement)}


def oldest(tx: Tx) -> datetime | None:
    """Return since when the oldest open work waits, `None` where there is none."""
    settle(tx)
    where = (held.c.company == tx.company, held.c.state == HeldState.OPEN)
    found: datetime | None = tx.conn.execute(
        select(func.min(held.c.first_at)).where(*where)
    ).scalar_one()
    return found


def causes(tx: Tx, kinds: Iterable[str]) -> list[Held]:
    """Return held work of these kinds that is of no single lead, resolved work too."""
    settle(tx)
    return fetch(tx, Held, held.c.lead == "", held.c.kind.in_(sorted(kinds)), table=held)


def open_causes(tx: Tx, kinds: Iterable[str] = ()) -> list[Held]:
    """Return the open held work that is of no single lead, of these kinds or of all."""
    settle(tx)
    where = [held.c.lead == "", held.c.state == HeldState.OPEN]
    where += [held.c.kind.in_(some)] if (some := sorted(kinds)) else []
    return fetch(tx, Held, *where, table=held)


def cause_id(tx: Tx, kind: str, about: str, field: str) -> str:
    """The id of held work of no single lead."""
    return str(uuid.uuid5(_SPACE, "\x1f".join((tx.company, kind, "", about, field))))


def put_causes(tx: Tx, rows: Iterable[Held]) -> None:
    """Write held work as it is, with its count."""
    settle(tx)
    table.put(tx, list(rows), held)
