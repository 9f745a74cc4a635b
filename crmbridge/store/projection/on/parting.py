"""A wrong match that a person took apart: what moves to the lead that has its records now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crmbridge.model.event import OURS, Event
from crmbridge.model.payload import Parted, PartedFrom
from crmbridge.model.side import PAIR
from crmbridge.model.state import Fact, LeadState
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers
from crmbridge.store.projection.shapes import RefEntry

on = Handlers()


@on(Parted)
def _parted(work: Inventory, event: Event, told: Parted) -> None:
    moved = [work.put_ref(ref, told.into) for ref in told.refs]
    for mark in told.identities:
        work.put_identity(mark, told.into)
    for ident in told.touches:
        if (touch := work.touch(ident)) is not None:
            work.put_touch(replace(touch, lead=told.into))
    for ident in told.activities:
        if (activity := work.kept.activities.get(ident)) is not None:
            work.kept.did(replace(activity, lead=told.into))
    work.unhappen(event.lead, told.steps)
    for step in told.steps:
        work.happened(told.into, step)
    _share_out(work, event, told, moved)
    _facts(work, told.into, moved, event.at)
    _facts(work, event.lead, [one for one in work.refs(event.lead) if one.live], event.at)
    _apart(work, event.lead, told.into)
    into = work.lead(told.into)
    into.updated_at = into.updated_at or event.recorded_at  # a view of the past has no entry of it


@on(PartedFrom)
def _parted_from(work: Inventory, event: Event, told: PartedFrom) -> None:
    _apart(work, event.lead, told.former)


def _apart(work: Inventory, one: str, other: str) -> None:
    for lead, who in ((one, other), (other, one)):
        apart = work.state(lead).apart
        if who not in apart:
            apart.append(who)


def _share_out(work: Inventory, event: Event, told: Parted, moved: Sequence[RefEntry]) -> None:
    """Returns go with their steps, the hand-off and the rep with sales' record; an opt-out stays
    with both."""
    old, new = work.state(event.lead), work.state(told.into)
    new.opted_out = new.opted_out or old.opted_out
    new.consented_at = new.consented_at or old.consented_at
    before = work.state(told.joined).returns if told.joined else []
    ended = {step.at for step in told.steps}
    gone = [one for one in old.returns if one in before or (not told.joined and one.at in ended)]
    old.returns = [one for one in old.returns if one not in gone]
    new.returns = sorted([*new.returns, *gone], key=lambda one: one.at)
    sales_moved = told.owner is not None or _of_old(moved)
    if sales_moved and told.left is None and not _of_old(work.refs(event.lead)):
        new.owner, old.owner = old.owner, ""
        new.handover, old.handover = old.handover, {}
        new.activity_at, old.activity_at = old.activity_at, None
    elif sales_moved and told.joined:  # both had one before they were joined
        was = work.state(told.joined)
        new.handover, new.activity_at = dict(was.handover), was.activity_at
    _owners(old, new, told)


def _of_old(entries: Sequence[RefEntry]) -> bool:
    """Whether any record is of the system of sales that every company has.

    Entries of earlier builds do not say who has it, and companies had no other then.
    """
    return any(one.ref.system == PAIR[1] for one in entries)


def _owners(old: LeadState, new: LeadState, told: Parted) -> None:
    """Let each lead have the rep of its own record of sales, whoever was told of last."""
    if told.owner is not None:
        new.owner = told.owner or new.owner
    if told.left is not None:
        old.owner = told.left or old.owner
    elif told.owner and old.owner == told.owner and old.assigned is None:
        old.owner = ""  # the rep went with the record


def _facts(work: Inventory, lead: str, entries: Sequence[RefEntry], at: datetime) -> None:
    """Let a lead know what its own records say, and no more; a value that one says stands."""
    state = work.state(lead)
    said = [one for one in entries if one.seen.values and not one.seen.double]
    for word in {*state.facts, *(word for one in said for word in one.seen.values)}:
        told = [(one, one.seen.values[word]) for one in said if word in one.seen.values]
        if word == "opted_out" and state.opted_out:
            state.facts[word] = Fact(value=True, by=_side(told), at=at)
        elif word == "opted_out" and state.consented_at:
            state.facts[word] = Fact(value=False, by=OURS, at=state.consented_at)
        elif not told:
            state.facts.pop(word, None)
        elif state.value(word) not in [value for _, value in told]:
            first, value = told[0]
            state.facts[word] = Fact(value=value, by=first.ref.system, at=at)
    state.agreed = {
        key: one for key, one in state.agreed.items() if state.value(key.partition("@")[0]) == one
    }


def _side(told: Sequence[tuple[RefEntry, object]]) -> str:
    return told[0][0].ref.system if told else PAIR[0]
