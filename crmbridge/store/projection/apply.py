"""What each type of event does to the standing view; one small function a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from crmbridge.model.codec import decode_map, instant, parse_instant
from crmbridge.model.event import Event, Kind
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import RANK
from crmbridge.model.state import Fact, Happened, Return
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.rows import GONE, ActivityRow, DealRow, RoleRow, TouchRow, UserRow

RECORDS = frozenset({"write", "sent"})
"""Types that only record what was decided or done: the lead stands as it stood."""
TO_PEOPLE = frozenset({"task", "signal", "message"})
"""Actions that tell a person something: no record of the lead holds anything new after them."""

HANDOVER = ("rep", "team", "rating", "hand_raise")
"""What a lead keeps of its assignment while sales has it: its clocks depend on it."""


def apply(work: Inventory, event: Event) -> None:
    """Apply one event; a type that changes no view (a plain record of a decision) does nothing."""
    if event.type in RANK:
        _life(work, event)
    elif handler := _HANDLERS.get(event.type):
        handler(work, event)


def _life(work: Inventory, event: Event) -> None:
    data = event.data
    item = Happened(
        at=event.at,
        type=event.type,
        reason=data.get("reason", ""),
        deal=data.get("deal", ""),
        kind=data.get("kind", ""),
        out=bool(data.get("out")),
    )
    work.happened(event.lead, item)
    state = work.state(event.lead)
    match event.type:
        case "ready":
            state.queued_at = event.at
        case "handed":
            given = state.assigned or {}
            state.handover = {name: given[name] for name in HANDOVER if name in given}
            state.assigned, state.queued_at, state.waiting = None, None, ""
            state.owner = data.get("rep") or state.owner
        case "unready" | "queue_expired":
            state.queued_at, state.waiting = None, ""
        case "sales_touch":
            if data.get("since"):
                state.handover["touched"] = data["since"]
            if state.activity_at is None or event.at > state.activity_at:
                state.activity_at = event.at


def _sighting(work: Inventory, event: Event) -> None:
    data = event.data
    ref = Ref.parse(data["ref"])
    entry = work.put_ref(ref, event.lead)
    seen = entry.seen
    seen.raw |= decode_map(data.get("raw", {}))
    seen.values |= decode_map(data.get("values", {}))
    seen.status = data.get("status", seen.status)
    seen.converted_to = data.get("converted_to", seen.converted_to)
    if data.get("changed_at"):
        seen.changed_at = parse_instant(data["changed_at"])
    entry.live = not data.get("deleted", False)
    seen.deleted, seen.double = not entry.live, False
    if event.lead:
        _facts(work, event, ref.system)


def _facts(work: Inventory, event: Event, by: str) -> None:
    data, state = event.data, work.state(event.lead)
    kept = data.get("kept", ())
    holds = {word: one for word, one in data.get("values", {}).items() if word not in kept}
    for word, value in decode_map(holds | data.get("facts", {})).items():
        state.facts[word] = Fact(value=value, by=by, at=event.at)
    state.agreed |= decode_map(data.get("agreed", {}))
    if "owner" in data:
        state.owner = data["owner"]
    state.opted_out = state.opted_out or bool(data.get("opted_out"))
    if data.get("identity"):
        work.put_identity(data["identity"], event.lead)


def _opted_out(work: Inventory, event: Event) -> None:
    """Somebody opted out by a record that belongs to no lead (it waits for a person)."""
    state = work.state(event.lead)
    state.opted_out = True
    state.facts["opted_out"] = Fact(value=True, by=event.source.split(":")[0], at=event.at)


def _suppressed(work: Inventory, event: Event) -> None:
    """Somebody opted out who is nobody's lead yet."""
    work.suppressed.add(event.data["identity"])


def _doubled(work: Inventory, event: Event) -> None:
    """A second record of a person who has one: not theirs to change, but to opt out."""
    entry = work.put_ref(Ref.parse(event.data["ref"]), event.lead)
    entry.seen.raw |= decode_map(event.data["raw"])
    entry.seen.double, entry.seen.deleted, entry.live = True, False, True


def _absorbed(work: Inventory, event: Event) -> None:
    """Records that were merged away at the vendor: they stay ours, dead, as an alias."""
    for text in event.data["refs"]:
        work.put_ref(Ref.parse(text), event.lead).live = False
    work.state(event.lead).joined_at = event.at


def _linked(work: Inventory, event: Event) -> None:
    """A record that is known to be this lead's before it was seen (a conversion, a merge)."""
    work.put_ref(Ref.parse(event.data["ref"]), event.lead)
    if before := event.data.get("from"):
        old = work.put_ref(Ref.parse(before), event.lead)
        old.seen.converted_to = event.data["ref"]
        old.live = bool(event.data.get("from_live"))


def _lead_merged(work: Inventory, event: Event) -> None:
    """Another lead of ours turned out to be the same person: all it had moves here, once."""
    loser, keeper = event.data["loser"], event.lead
    old, new = work.state(loser), work.state(keeper)
    new.joined_at = event.at
    for entry in list(work.refs(loser)):
        work.put_ref(entry.ref, keeper)
    for row in work.touches(loser):
        work.put_touch(replace(row, lead=keeper))
    for mark in event.data["identities"]:
        work.put_identity(mark, keeper)
    for word, fact in old.facts.items():
        new.facts.setdefault(word, fact)
    for item in old.life:
        work.happened(keeper, item)
    new.opted_out = new.opted_out or old.opted_out
    new.returns = sorted([*new.returns, *old.returns], key=lambda one: one.at)
    for asset, at in old.told.items():
        new.told[asset] = max(at, new.told.get(asset, at))
    new.owner = new.owner or old.owner
    new.queued_at = new.queued_at or old.queued_at
    if old.activity_at and (new.activity_at is None or old.activity_at > new.activity_at):
        new.activity_at = old.activity_at


def _merged_away(work: Inventory, event: Event) -> None:
    """The other half of `lead_merged`, on the lead that is no more."""
    state = work.state(event.lead)
    state.merged_into = event.data["into"]
    state.assigned, state.queued_at = None, None


def _touch(work: Inventory, event: Event) -> None:
    data = event.data
    work.put_touch(
        TouchRow(
            id=data["id"],
            lead=event.lead or None,
            identity=data.get("identity") or None,
            at=event.at,
            kind=data["kind"],
            asset=data["asset"],
            channel=data["channel"],
            person_key=event.lead or event.source,
            data={"value": data.get("value", 0), "recorded": instant(event.recorded_at)},
        )
    )


def _touch_gone(work: Inventory, event: Event) -> None:
    """The vendor's record of a touch was deleted: it counts for nobody until it is restored."""
    if (row := work.touch(event.data["id"])) is not None:
        data = dict(row.data) | {"gone": event.lead or True}
        work.put_touch(replace(row, lead=None, identity=GONE, data=data))


def _adopted(work: Inventory, event: Event) -> None:
    """Touches that came before their person was known."""
    for ident in event.data["touches"]:
        if (row := work.touch(ident)) is not None:
            work.put_touch(replace(row, lead=event.lead, person_key=event.lead))


def _activity(work: Inventory, event: Event) -> None:
    work.put_activity(ActivityRow(id=event.data["id"], lead=event.lead, at=event.at))
    state, at = work.state(event.lead), _when(event.data, "latest") or event.at
    if state.activity_at is None or at > state.activity_at:
        state.activity_at = at


def _deal(work: Inventory, event: Event) -> None:
    data = event.data
    known = work.deal(data["id"])
    work.put_deal(
        DealRow(
            id=data["id"],
            state=data["state"],
            amount_minor=data["amount_minor"],
            currency=data["currency"],
            created_at=_when(data, "created_at") or (known.created_at if known else None),
            closed_at=_when(data, "closed_at"),
            changed_at=_when(data, "changed_at"),
            data={"reason": data["reason"], "precision": data["precision"]},
        )
    )


def _when(data: Mapping[str, Any], name: str) -> Any:
    return parse_instant(data[name]) if data.get(name) else None


def _role(work: Inventory, event: Event) -> None:
    data = event.data
    work.put_role(
        RoleRow(id=data["id"], deal=data["deal"], person=data["person"], live=data["live"])
    )


def _user(work: Inventory, event: Event) -> None:
    data = event.data
    work.put_user(
        UserRow(
            ref=data["ref"],
            email=data["email"] or None,
            active=data["active"],
            person_key=data["ref"],
            data={"name": data["name"]},
        )
    )


def _assigned(work: Inventory, event: Event) -> None:
    state = work.state(event.lead)
    state.assigned = dict(event.data)
    state.definition = event.data["definition"]
    state.waiting = ""


def _unassigned(work: Inventory, event: Event) -> None:
    work.state(event.lead).assigned = None


def _waits(work: Inventory, event: Event) -> None:
    work.state(event.lead).waiting = event.data["reason"]


def _routed(work: Inventory, event: Event) -> None:
    state = work.state(event.lead)
    state.returns.append(Return.of(dict(event.data["return"])))
    state.assigned = None


def _scored(work: Inventory, event: Event) -> None:
    work.state(event.lead).score = dict(event.data["score"])


def _signalled(work: Inventory, event: Event) -> None:
    work.state(event.lead).told[event.data["asset"]] = event.at


def _clock(work: Inventory, event: Event) -> None:
    """A clock of the hand-off was told of, or stopped after its breach; each once a hand-off."""
    told = work.state(event.lead).handover
    name = event.type.removeprefix("sla_")
    told[name] = [*told.get(name, ()), event.data["clock"]]


def _data_fixed(work: Inventory, event: Event) -> None:
    work.state(event.lead).data_fixed_at = event.at


def _credited(work: Inventory, event: Event) -> None:
    state = work.state(event.lead)
    state.first_touch, state.last_touch = event.data["first"], event.data["last"]


def _done(work: Inventory, event: Event) -> None:
    """A write that the vendor took: its record is ours to know, its values are no news."""
    data, state = event.data, work.state(event.lead)
    if data["action"] == "enroll":
        state.track = data["track"]
        if entry := work.ref(Ref.parse(data["ref"])):
            work.put_ref(entry.ref, entry.lead).seen.track = data["track"]
    if not _of_record(event):
        return
    entry = work.put_ref(Ref.parse(data["ref"]), event.lead)
    values = decode_map(data["values"])
    not_yet = unborn(event.lead, entry.ref.system, entry.ref.obj)
    if data["created"] and (fresh := work.ref(not_yet)) is not None:
        entry.seen.wrote |= fresh.seen.wrote
        entry.seen.rounds |= fresh.seen.rounds
    for name, value in values.items():
        again = entry.seen.wrote.get(name, _NEVER) == value
        entry.seen.rounds[name] = entry.seen.rounds.get(name, 0) + 1 if again else 0
    entry.seen.raw |= values
    entry.seen.wrote |= values
    words = decode_map(data["words"])
    entry.seen.values |= words
    state.agreed |= words
    entry.seen.ours = entry.seen.ours or data["created"]
    entry.seen.status = data.get("status") or entry.seen.status
    if data.get("changed_at"):
        entry.seen.wrote_at = parse_instant(data["changed_at"])
    entry.live = True


def note_order(work: Inventory, event: Event) -> None:
    """Note on a record which entry told of it last: a sighting, or the end of a write of ours."""
    text = event.data.get(name) if (name := _TELLS.get(event.type)) else None
    if not text or (event.type == "done" and not _of_record(event)):
        return
    if (entry := work.ref(Ref.parse(text))) is None:
        return
    if event.kind is Kind.SETTLED:
        entry.seen.settled = event.seq
    else:
        entry.seen.heard = event.seq
    work.put_ref(entry.ref, entry.lead)


def _of_record(event: Event) -> bool:
    """Whether a write that was done changed a record, and did not tell people something."""
    action = event.data["action"]
    return action != "enroll" and action.partition(":")[0] not in TO_PEOPLE


def unborn(lead: str, system: str, obj: str) -> Ref:
    """What stands for a lead's record that the vendor has not made yet; it is never live."""
    return Ref(system=system, obj=obj, id=f"new:{lead}")


def _field_refused(work: Inventory, event: Event) -> None:
    """A value that the vendor will not take is not offered again until it is another."""
    ref = Ref.parse(event.data["ref"])
    live = (known := work.ref(ref)) is not None and known.live
    entry = work.put_ref(ref, event.lead)
    entry.live = live
    for name, value in decode_map(event.data["values"]).items():
        entry.seen.wrote[name] = value
        entry.seen.rounds[name] = event.data["rounds"]


def _field_offered(work: Inventory, event: Event) -> None:
    """A person says that the vendor takes the value after all."""
    for entry in work.refs(event.lead):
        if entry.seen.rounds.pop(event.data["field"], None) is not None:
            work.put_ref(entry.ref, event.lead)


_NEVER = object()

_TELLS: Mapping[str, str] = {
    "sighting": "ref",
    "doubled": "ref",
    "done": "ref",
    "linked": "from",
}
"""Where each type of event that tells of a vendor's record names it."""

_HANDLERS: Mapping[str, Callable[[Inventory, Event], None]] = {
    "sighting": _sighting,
    "opted_out": _opted_out,
    "suppressed": _suppressed,
    "absorbed": _absorbed,
    "doubled": _doubled,
    "linked": _linked,
    "lead_merged": _lead_merged,
    "merged_away": _merged_away,
    "touch": _touch,
    "touch_gone": _touch_gone,
    "adopted": _adopted,
    "activity": _activity,
    "deal": _deal,
    "role": _role,
    "user": _user,
    "assigned": _assigned,
    "unassigned": _unassigned,
    "waits": _waits,
    "routed": _routed,
    "scored": _scored,
    "signalled": _signalled,
    "sla_soon": _clock,
    "sla_breached": _clock,
    "sla_settled": _clock,
    "data_fixed": _data_fixed,
    "credited": _credited,
    "done": _done,
    "field_refused": _field_refused,
    "field_offered": _field_offered,
}
