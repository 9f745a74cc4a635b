"""The company's own stages: the part that a lead is in."""

from __future__ import annotations

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.payload import StageEntered
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers

on = Handlers()


@on(StageEntered)
def _entered(work: Inventory, event: Event, told: StageEntered) -> None:
    state = work.state(event.lead)
    if not told.part:
        state.part = {}
        return
    state.part = {"core": told.core, "id": told.part, "at": instant(event.at)}
    entered = [told.cycle, told.part]
    if entered not in state.parts:
        state.parts = [*state.parts, entered]
