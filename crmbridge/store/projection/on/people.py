"""Who is who: records seen and linked, leads made one, opt-outs."""

from __future__ import annotations

from dataclasses import replace

from crmbridge.model.event import OURS, Event
from crmbridge.model.lifecycle import standing
from crmbridge.model.payload import (
    Absorbed,
    Addressed,
    ConsentGiven,
    Doubled,
    FirstSeen,
    LeadMerged,
    Linked,
    MergedAway,
    OptedOut,
    RecordSeen,
    Suppressed,
)
from crmbridge.model.record import Value
from crmbridge.model.state import Fact, LeadState
from crmbridge.model.stay import joined
from crmbridge.store import born
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers

on = Handlers()


@on(FirstSeen)
def _first(work: Inventory, event: Event, told: FirstSeen) -> None:
    entry = work.put_ref(told.ref, event.lead)
    entry.seen, entry.live = born.seen_of(event), True
    born.tell(work.state(event.lead), event, told, entry.seen.values)
    if told.identity:
        work.put_identity(told.identity, event.lead)


@on(RecordSeen)
def _seen(work: Inventory, event: Event, told: RecordSeen) -> None:
    entry = work.put_ref(told.ref, event.lead)
    seen = entry.seen
    seen.raw |= told.raw or {}
    seen.values |= told.values or {}
    if told.status is not None:
        seen.status = told.status
    if told.converted_to is not None:
        seen.converted_to = str(told.converted_to)
    if told.changed_at is not None:
        seen.changed_at = told.changed_at
    entry.live = not told.deleted
    seen.deleted, seen.double = not entry.live, False
    if event.lead:
        _facts(work, event, told)


def _facts(work: Inventory, event: Event, told: RecordSeen) -> None:
    state, by = work.state(event.lead), told.ref.system
    for word, value in _holds(told).items():
        state.facts[word] = Fact(value=value, by=by, at=event.at)
    state.agreed |= told.agreed or {}
    if told.owner is not None:
        state.owner = told.owner
    state.opted_out = state.opted_out or told.opted_out
    if told.identity:
        work.put_identity(told.identity, event.lead)


def _holds(told: RecordSeen) -> dict[str, Value]:
    said = {word: one for word, one in (told.values or {}).items() if word not in told.kept}
    return said | dict(told.facts or {})


@on(OptedOut)
def _opted_out(work: Inventory, event: Event, told: OptedOut) -> None:
    """Somebody opted out by a record that belongs to no lead (it waits for a person)."""
    state = work.state(event.lead)
    state.opted_out = True
    state.facts["opted_out"] = Fact(value=True, by=event.source.split(":")[0], at=event.at)


@on(ConsentGiven)
def _consented(work: Inventory, event: Event, told: ConsentGiven) -> None:
    """The one thing that ends an opt-out."""
    state = work.state(event.lead)
    state.opted_out, state.consented_at = False, event.at
    state.facts["opted_out"] = Fact(value=False, by=OURS, at=event.at)
    work.suppressed.lift(told.identities)


@on(Suppressed)
def _suppressed(work: Inventory, event: Event, told: Suppressed) -> None:
    work.suppressed.add(told.identity)


@on(Doubled)
def _doubled(work: Inventory, event: Event, told: Doubled) -> None:
    """A second record of a person who has one: not theirs to change, but to opt out."""
    entry = work.put_ref(told.ref, event.lead)
    entry.seen.raw |= told.raw
    entry.seen.double, entry.seen.deleted, entry.live = True, False, True


@on(Addressed)
def _addressed(work: Inventory, event: Event, told: Addressed) -> None:
    """Further addresses by which the person is known."""
    for mark in told.identities:
        work.put_identity(mark, event.lead)


@on(Absorbed)
def _absorbed(work: Inventory, event: Event, told: Absorbed) -> None:
    """Records that were merged away at the vendor: they stay ours, dead, as an alias."""
    for ref in told.refs:
        work.put_ref(ref, event.lead).live = False
    work.state(event.lead).joined_at = event.at


@on(Linked)
def _linked(work: Inventory, event: Event, told: Linked) -> None:
    """A record that is known to be this lead's before it was seen (a conversion, a merge)."""
    work.put_ref(told.ref, event.lead)
    if told.former is not None:
        old = work.put_ref(told.former, event.lead)
        old.seen.converted_to = str(told.ref)
        old.live = bool(told.from_live)


@on(LeadMerged)
def _lead_merged(work: Inventory, event: Event, told: LeadMerged) -> None:
    """Another lead of ours turned out to be the same person: all it had moves here, once."""
    loser, keeper = told.loser, event.lead
    old, new = work.state(loser), work.state(keeper)
    new.joined_at = event.at
    for entry in list(work.refs(loser)):
        work.put_ref(entry.ref, keeper)
    work.books.touched([loser])
    for row in work.touches(loser):
        work.put_touch(replace(row, lead=keeper))
    for done in work.kept.done_with(loser):
        work.kept.did(replace(done, lead=keeper))
    work.kept.ratings.move(loser, keeper)
    for mark in told.identities:
        work.put_identity(mark, keeper)
    for item in standing(old.life):  # what was taken back of the one takes back nothing here
        work.happened(keeper, item)
    _inherit(new, old)
    new.stays = joined(new.stays, old.stays, event.at)
    _still_apart(new, old)


def _still_apart(new: LeadState, old: LeadState) -> None:
    """Two who are one person now are not apart; from others they stay so."""
    both = dict.fromkeys([*new.apart, *old.apart])
    new.apart = [one for one in both if one not in (new.id, old.id)]


def _inherit(new: LeadState, old: LeadState) -> None:
    for word, fact in old.facts.items():
        new.facts.setdefault(word, fact)
    if old.opted_out and not new.opted_out:  # the stricter of the two: nothing but a word lifts it
        new.opted_out = True
        new.facts |= {word: fact for word, fact in old.facts.items() if word == "opted_out"}
    given = [one.consented_at for one in (new, old) if one.consented_at is not None]
    new.consented_at = max(given, default=None)
    new.returns = sorted([*new.returns, *old.returns], key=lambda one: one.at)
    for asset, at in old.told.items():
        new.told[asset] = max(at, new.told.get(asset, at))
    new.part = new.part or old.part
    new.parts = [*new.parts, *(one for one in old.parts if one not in new.parts)]
    new.owner = new.owner or old.owner
    new.queued_at = new.queued_at or old.queued_at
    if old.activity_at and (new.activity_at is None or old.activity_at > new.activity_at):
        new.activity_at = old.activity_at


@on(MergedAway)
def _merged_away(work: Inventory, event: Event, told: MergedAway) -> None:
    """The other half of `lead_merged`, on the lead that is no more."""
    state = work.state(event.lead)
    state.merged_into = told.into
    state.assigned, state.queued_at, state.stays = None, None, []
