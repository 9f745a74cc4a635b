"""On a nurture track by a rule of the agreement, and off it again."""

from __future__ import annotations

from crmbridge.model.event import Event
from crmbridge.model.payload import Nurtured
from crmbridge.model.stay import Stay, present
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers

on = Handlers()


@on(Nurtured)
def _nurtured(work: Inventory, event: Event, told: Nurtured) -> None:
    state = work.state(event.lead)
    if (stay := present(state.stays)) is not None:
        stay.until, stay.why = event.at, told.why
    if told.track:
        state.stays.append(Stay(track=told.track, rule=told.rule, since=event.at))
