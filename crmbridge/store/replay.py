"""The standing view of a lead as it was known at an earlier instant, folded anew in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter

from sqlalchemy import create_engine, select

from crmbridge.model.event import Event, said
from crmbridge.model.payload import Adopted, LeadMerged, PartedFrom
from crmbridge.store import events
from crmbridge.store.projection.apply import apply
from crmbridge.store.projection.workspace import Workspace
from crmbridge.store.schema import event, metadata
from crmbridge.store.table import Tx

SHARED = ("deal", "role", "user")
"""Types of entries that belong to no lead and still say something of one."""


@contextmanager
def past(tx: Tx, lead: str, until: datetime) -> Iterator[Tx]:
    """Open a blank ledger in memory that knows of one lead what was known at `until`.

    The ledger behind `tx` is only read. Leads that were merged into this one by then are folded
    too. The memory is gone with the block.
    """
    engine = create_engine("sqlite://", hide_parameters=True)
    try:
        with engine.connect() as conn:
            metadata.create_all(conn)
            then = Tx(conn=conn, company=tx.company)
            mine = story(tx, lead, until)
            _fold(then, sorted([*mine, *_nobodys(tx, mine, until)], key=attrgetter("seq")))
            yield then
    finally:
        engine.dispose()


def story(tx: Tx, lead: str, until: datetime | None = None) -> list[Event]:
    """Return the entries of a lead and of those that were merged into it, in order.

    The entries of a lead that it was parted from belong to it, too. Only those known at `until`,
    when it is given. Empty for an unknown lead.
    """
    found: dict[str, list[Event]] = {}
    todo = [lead]
    while todo:
        got = events.of_leads(tx, todo, until)
        found |= got
        losers = {one.loser for entries in got.values() for one in said(entries, LeadMerged)}
        former = {one.former for entries in got.values() for one in said(entries, PartedFrom)}
        todo = sorted((losers | former) - set(found))
    return sorted((e for es in found.values() for e in es), key=attrgetter("seq"))


def _nobodys(tx: Tx, mine: list[Event], until: datetime) -> list[Event]:
    """What is shared by leads, and the touches that came before their person was known.

    Most touches without a lead are other people's, and are not read.
    """
    statement = select(event.c.seq).where(
        event.c.company == tx.company,
        event.c.lead == "",
        event.c.type.in_(SHARED),
        event.c.recorded_at <= until,
    )
    shared = tx.conn.execute(statement).scalars().all()
    adopted = [ident for one in said(mine, Adopted) for ident in one.touches]
    own = events.by_keys(tx, [f"touch:{one}" for one in adopted])
    return [*events.by_seqs(tx, shared).values(), *own]


def _fold(then: Tx, entries: list[Event]) -> None:
    work = Workspace(then)
    for entry in entries:
        apply(work, entry)
        work.stamp(entry)
    work.write_rows(whole=True)
