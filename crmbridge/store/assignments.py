"""To whom the line gave each lead, as projections keep it and reports ask for it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select

from crmbridge.model.payload import Assigned
from crmbridge.store import events
from crmbridge.store.dialect import read_many
from crmbridge.store.rows import AssignmentRow
from crmbridge.store.schema import assignment
from crmbridge.store.table import CHUNK, Tx, chunks, put


def row_of(lead: str, told: Assigned) -> AssignmentRow | None:
    """What an assignment says, as a row; `None` where a team of sales hands the lead on."""
    if told.on:
        return None
    room = told.capacity
    return AssignmentRow(
        lead=lead,
        n=told.cycle or 1,
        rep=told.rep,
        team=told.team or "",
        definition=told.definition,
        rating=told.rating or "",
        hand_raise=bool(told.hand_raise),
        full=room is not None and room.limit is not None and room.open + 1 >= room.limit,
    )


class Given(NamedTuple):
    """An assignment as reports read it; see `AssignmentRow`."""

    rep: str
    team: str
    definition: str
    rating: str
    hand_raise: bool
    full: bool


def all_of(tx: Tx) -> dict[tuple[str, int], Given]:
    """Return all of them, by lead and cycle."""
    columns = (assignment.c[name] for name in ("lead", "n", *Given._fields))
    asked = select(*columns).where(assignment.c.company == tx.company)
    rows = read_many(tx.conn, asked, CHUNK)
    return {(lead, n): Given._make(told) for lead, n, *told in rows}


def make_anew(tx: Tx) -> None:
    """Make all rows from the entries: a ledger from before there were any has none."""
    tx.conn.execute(delete(assignment).where(assignment.c.company == tx.company))
    for some in chunks(events.of_types(tx, [Assigned.type])):
        made = (row_of(one.lead, one.payload) for one in some if isinstance(one.payload, Assigned))
        put(tx, list({(row.lead, row.n): row for row in made if row is not None}.values()))
