"""The projections made anew from the events alone."""

from __future__ import annotations

from collections.abc import Callable

from crmbridge.model.event import said
from crmbridge.model.payload import (
    Belongs,
    DealSeen,
    FirstSeen,
    JourneyKept,
    Posted,
    RecordSeen,
    WriteDone,
)
from crmbridge.store import events, queue
from crmbridge.store.dump import clear_projections
from crmbridge.store.projection.apply import RECORDS, apply
from crmbridge.store.projection.workspace import Workspace
from crmbridge.store.table import Tx, chunks

CHUNK = 10_000
"""Events between two writes: bounds the memory, while a lead that they tell of is read once."""


def rebuild(tx: Tx, progress: Callable[[int], None] = lambda done: None) -> int:
    """Clear the projections and fold every event again, in the transaction; return their number.

    `progress` is told how many events are done, after every 10,000.
    """
    clear_projections(tx)
    done = 0
    for chunk in chunks(events.walk(tx), CHUNK):
        work = Workspace(tx)
        work.books.watching = False  # nothing is news
        work.load_leads(event.lead for event in chunk if event.type not in RECORDS)
        looks = [told.ref for told in said(chunk, RecordSeen)]
        looks += [told.ref for told in said(chunk, FirstSeen)]
        work.load_refs([*looks, *(told.ref for told in said(chunk, WriteDone))])
        work.deals.load(str(told.id) for told in said(chunk, DealSeen))
        work.books.load(str(told.deal) for told in said(chunk, Posted))
        work.books.load(str(told.deal) for told in said(chunk, JourneyKept))
        work.kept.belongings.load(str(told.person) for told in said(chunk, Belongs))
        for event in chunk:
            apply(work, event)
            work.stamp(event)
        work.write_rows()
        done += len(chunk)
        progress(done)
    queue.sweep(tx)  # those who waited for a while are marked as changed
    return done
