"""Entries applied to the standing view: what each type does is in `on`, by capability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.model.event import Event, Kind
from crmbridge.model.lead import Ref
from crmbridge.model.payload import Doubled, FirstSeen, Linked, Payload, RecordSeen, Step, WriteDone
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on import (
    books,
    deals,
    happenings,
    nurture,
    objects,
    parting,
    people,
    routing,
    stages,
    writes,
)
from crmbridge.store.projection.on.handlers import Handler

RECORDS = frozenset({"write", "sent"})
"""Types that only record what was decided or done: the lead stands as it stood."""


def apply(work: Inventory, event: Event) -> None:
    """Apply one event; a type that changes no view (a plain record of a decision) does nothing.

    So does a type that this build does not know. Raises `LedgerError` for a payload of a later
    version.
    """
    if event.type in RECORDS:
        return
    told = event.payload
    if isinstance(told, Step):
        work.happened(event.lead, told.happened(event.at))
    if handler := _HANDLERS.get(type(told)):
        handler(work, event, told)


def note_order(work: Inventory, event: Event) -> None:
    """Note on a record which entry told of it last: a sighting, or the end of a write of ours."""
    ref = _tells_of(event.payload) if event.type not in RECORDS else None
    if ref is None or (entry := work.ref(ref)) is None:
        return
    if event.kind is Kind.SETTLED:
        entry.seen.settled = event.seq
    else:
        entry.seen.heard = event.seq
        if event.type == FirstSeen.type:
            entry.first = event
    work.put_ref(entry.ref, entry.lead)


def _tells_of(told: Payload) -> Ref | None:
    """The vendor's record that an entry tells of; `None` for none."""
    match told:
        case RecordSeen() | Doubled() | FirstSeen():
            return told.ref
        case WriteDone():
            return told.ref if told.of_record else None
        case Linked():
            return told.former
    return None


_HANDLERS: Mapping[type[Payload], Handler[Any]] = {
    **people.on,
    **parting.on,
    **happenings.on,
    **nurture.on,
    **deals.on,
    **books.on,
    **objects.on,
    **routing.on,
    **stages.on,
    **writes.on,
}
