"""The projections made anew from the events alone."""

from __future__ import annotations

from collections.abc import Callable

from crmbridge.model.payload import Belongs, DealSeen, FirstSeen, RecordSeen, WriteDone
from crmbridge.store import events
from crmbridge.store.dump import clear_projections
from crmbridge.store.projection.apply import RECORDS, apply
from crmbridge.store.projection.workspace import Workspace
from crmbridge.store.table import Tx, chunks

_OF_REFS = (RecordSeen, FirstSeen, WriteDone)

CHUNK = 2000
"""Events between two writes: bounds the memory, and hardly costs time."""


def rebuild(tx: Tx, progress: Callable[[int], None] = lambda done: None) -> int:
    """Clear the projections and fold every event again, in the transaction; return their number.

    `progress` is told how many events are done, after every 2,000.
    """
    clear_projections(tx)
    done = 0
    for chunk in chunks(events.walk(tx), CHUNK):
        work = Workspace(tx)
        work.load_leads(event.lead for event in chunk if event.type not in RECORDS)
        work.load_refs(told.ref for e in chunk if isinstance(told := e.payload, _OF_REFS))
        work.deals.load(str(told.id) for e in chunk if isinstance(told := e.payload, DealSeen))
        moved = (e.payload for e in chunk if e.type == Belongs.type)
        work.kept.belongings.load(str(one.person) for one in moved if isinstance(one, Belongs))
        for event in chunk:
            apply(work, event)
            work.stamp(event)
        work.write_rows()
        done += len(chunk)
        progress(done)
    return done
