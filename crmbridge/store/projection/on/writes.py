"""Writes of ours that a vendor took or refused: its record is ours to know, its values no news."""

from __future__ import annotations

from crmbridge.model.codec import encode_map
from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.payload import FieldOffered, FieldRefused, WriteDone
from crmbridge.model.payload.writes import DEAL, INFLUENCE
from crmbridge.model.state import SeenState
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers

_NEVER = object()

on = Handlers()


@on(WriteDone)
def _done(work: Inventory, event: Event, told: WriteDone) -> None:
    if told.action == DEAL:
        work.deals.note_wrote(str(told.ref), encode_map(told.values))
        return
    if told.action == INFLUENCE:
        work.deals.note_gave(str(told.ref), told.words["model"], encode_map(told.values))
        return
    state = work.state(event.lead)
    if told.action == "enroll":
        state.track = told.track
        if entry := work.ref(told.ref):
            work.put_ref(entry.ref, entry.lead).seen.track = told.track
    if not told.of_record:
        return
    entry = work.put_ref(told.ref, event.lead)
    not_yet = unborn(event.lead, told.ref.system, told.ref.obj)
    if told.created and (fresh := work.ref(not_yet)) is not None:
        entry.seen.wrote |= fresh.seen.wrote
        entry.seen.rounds |= fresh.seen.rounds
    _wrote(entry.seen, told)
    state.agreed |= told.words
    entry.live = True


def _wrote(seen: SeenState, told: WriteDone) -> None:
    """A value that is written again is counted: the vendor keeps another one."""
    for name, value in told.values.items():
        if seen.wrote.get(name, _NEVER) == value:
            seen.rounds[name] = seen.rounds.get(name, 0) + 1
        else:
            seen.rounds.pop(name, None)
    seen.raw |= told.values
    seen.wrote |= told.values
    seen.values |= told.words
    seen.ours = seen.ours or told.created
    seen.status = told.status or seen.status
    if told.changed_at is not None:
        seen.wrote_at = told.changed_at


def unborn(lead: str, system: str, obj: str) -> Ref:
    """What stands for a lead's record that the vendor has not made yet; it is never live."""
    return Ref(system=system, obj=obj, id=f"new:{lead}")


@on(FieldRefused)
def _field_refused(work: Inventory, event: Event, told: FieldRefused) -> None:
    """A value that the vendor will not take is not offered again until it is another."""
    live = (known := work.ref(told.ref)) is not None and known.live
    entry = work.put_ref(told.ref, event.lead)
    entry.live = live
    for name, value in told.values.items():
        entry.seen.wrote[name] = value
        entry.seen.rounds[name] = told.rounds


@on(FieldOffered)
def _field_offered(work: Inventory, event: Event, told: FieldOffered) -> None:
    """A person says that the vendor takes the value after all."""
    for entry in work.refs(event.lead):
        if entry.seen.rounds.pop(told.field, None) is not None:
            work.put_ref(entry.ref, event.lead)
