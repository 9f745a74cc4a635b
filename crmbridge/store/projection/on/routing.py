"""The waiting line, assignments and hand-offs, their clocks, and what follows from a return."""

from __future__ import annotations

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.payload import (
    Assigned,
    DataFixed,
    Handed,
    HandedOn,
    HandOnDue,
    HandOnOff,
    OfClock,
    QueueExpired,
    Ready,
    Routed,
    Scored,
    SlaBreached,
    SlaSettled,
    SlaSoon,
    Step,
    Unassigned,
    Unready,
    Waits,
)
from crmbridge.model.state import Return
from crmbridge.model.stay import present
from crmbridge.store.assignments import row_of
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers

HANDOVER = ("rep", "team", "rating", "hand_raise")
"""What a lead keeps of its assignment while sales has it: its clocks depend on it."""

on = Handlers()


@on(Ready)
def _ready(work: Inventory, event: Event, told: Ready) -> None:
    state = work.state(event.lead)
    state.queued_at = event.at
    if (stay := present(state.stays)) is not None:
        stay.ready = stay.ready or event.at


@on(Handed)
def _handed(work: Inventory, event: Event, told: Handed) -> None:
    state = work.state(event.lead)
    given = state.assigned or {}
    state.handover = {name: given[name] for name in HANDOVER if name in given}
    state.assigned, state.queued_at, state.waiting = None, None, ""
    state.owner = told.rep or state.owner


@on(HandOnDue)
def _hand_on_due(work: Inventory, event: Event, told: HandOnDue) -> None:
    state = work.state(event.lead)
    state.passing = {
        "to": list(told.to),
        "since": instant(event.at),
        "cycle": told.cycle,
        "leg": told.leg,
        "back": told.back,
        "rep": told.rep,
        "giver": told.giver,
    }


@on(HandOnOff)
def _hand_on_off(work: Inventory, event: Event, told: HandOnOff) -> None:
    state = work.state(event.lead)
    state.passing, state.waiting = {}, ""
    # who had it did their part until now: no day of the wait is one that they let it lie
    if state.activity_at is None or event.at > state.activity_at:
        state.activity_at = event.at


@on(HandedOn)
def _handed_on(work: Inventory, event: Event, told: HandedOn) -> None:
    """The next team has it: its clocks begin, and who may get it back is known."""
    state = work.state(event.lead)
    given, before = state.assigned or {}, state.handover
    kept = {name: given.get(name, before.get(name)) for name in ("rating", "hand_raise")}
    kept |= {"rep": told.rep, "team": told.team, "before": [list(one) for one in told.before]}
    state.handover = {name: value for name, value in kept.items() if value not in (None, [])}
    state.assigned, state.passing, state.waiting = None, {}, ""
    state.owner = told.rep or state.owner


@on(Unready, QueueExpired)
def _left_the_line(work: Inventory, event: Event, told: Step) -> None:
    state = work.state(event.lead)
    state.queued_at, state.waiting = None, ""


@on(Assigned)
def _assigned(work: Inventory, event: Event, told: Assigned) -> None:
    state = work.state(event.lead)
    state.assigned = dict(event.content.json)
    if (row := row_of(event.lead, told)) is not None:
        work.kept.given(row)
        # what counts is the version of the hand-off to the first team
        state.definition = told.definition
    state.waiting = ""


@on(Unassigned)
def _unassigned(work: Inventory, event: Event, told: Unassigned) -> None:
    work.state(event.lead).assigned = None


@on(Waits)
def _waits(work: Inventory, event: Event, told: Waits) -> None:
    work.state(event.lead).waiting = told.reason


@on(Routed)
def _routed(work: Inventory, event: Event, told: Routed) -> None:
    state = work.state(event.lead)
    state.returns.append(Return.of(told.back.row()))  # its own, with instants in UTC
    state.assigned = None


@on(DataFixed)
def _data_fixed(work: Inventory, event: Event, told: DataFixed) -> None:
    work.state(event.lead).data_fixed_at = event.at


@on(Scored)
def _scored(work: Inventory, event: Event, told: Scored) -> None:
    work.state(event.lead).score = told.score.to_json()


@on(SlaSoon, SlaBreached, SlaSettled)
def _clock(work: Inventory, event: Event, told: OfClock) -> None:
    """A clock of the hand-off was told of, or stopped after its breach; each once a hand-off."""
    kept = work.state(event.lead).handover
    name = event.type.removeprefix("sla_")
    kept[name] = [*kept.get(name, ()), told.clock]
