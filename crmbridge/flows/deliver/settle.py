"""What a vendor answered, recorded: done, refused, later, moved, or unknown until read back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crmbridge.errors import RefusalCause
from crmbridge.flows.deliver.agreed_by_write import agreed_by, note_agreed
from crmbridge.flows.deliver.gate import is_of
from crmbridge.flows.deliver.not_taken import not_taken, taken, wait_for
from crmbridge.flows.deliver.send import is_task
from crmbridge.flows.fit.advice import ADDRESS, TRACK, WHOLE
from crmbridge.flows.qualify.verdict import unassign
from crmbridge.flows.read.observe.at_sales import org_of
from crmbridge.flows.read.observe.identity import are_apart, follow, hold_two
from crmbridge.flows.read.observe.merges import gone, join
from crmbridge.flows.reps.hand_on import handed_on, settle_clocks
from crmbridge.flows.retry import later
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import decode, decode_map
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import SIDES
from crmbridge.model.payload import (
    Doubled,
    Handed,
    HandedOn,
    Linked,
    RecordSeen,
    WriteDone,
    WriteRefused,
)
from crmbridge.model.record import Outcome, Value, Written
from crmbridge.model.side import SALES
from crmbridge.policy.fit.same import same
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op, State

POISON = 8
"""Tries after which an operation that is always put off is shown to a person (it goes on)."""


def settlement(scene: Scene, op: Op, written: Written, timeout: float) -> Settlement:
    """Record one result: the lead's view, what is held, and the operation's next state.

    A lead that was merged while its write was on its way has it as the one that it lives on as.
    """
    now, op = time.time(), replace(op, lead=follow(scene, op.lead))
    match written.outcome:
        case Outcome.DONE:
            done(scene, op, written)
            return Settlement(id=op.id, state=State.DONE, remote_id=written.id)
        case Outcome.LATER:
            return put_off(scene, op, written, now)
        case Outcome.UNKNOWN:
            return Settlement(
                id=op.id, state=State.UNKNOWN, not_before=now + timeout, result=_words(written)
            )
        case Outcome.MOVED if _another_has_its_id(scene, op, written):
            return put_off(scene, op, written, now)
        case Outcome.GONE | Outcome.MOVED:
            return _moved(scene, op, written)
        case Outcome.AMBIGUOUS:
            return set_aside(scene, op, written, "ambiguous", _MANY)
        case Outcome.REFUSED:
            return _refused(scene, op, written)


_MANY = (
    "More than one record of the vendor matches this lead, and which one is meant is not ours to "
    "pick. Merge them, or put our lead id into the right one; then `crmbridge held retry`."
)


def _words(written: Written) -> dict[str, Any]:
    return {"code": written.code, "message": written.message, "field": written.field}


def _refusal(op: Op, written: Written) -> WriteRefused:
    return WriteRefused(op=op.id, code=written.code, message=written.message, field=written.field)


def done(scene: Scene, op: Op, written: Written) -> None:
    """The vendor has it: note what its record holds now, and the hand-off if it was one."""
    payload = op.payload
    ident = written.id or str(payload.get("id") or "")
    left = frozenset(written.without)
    taken(scene, op, left)
    if op.attempts > 1:
        scene.work.due(op.lead, scene.now, "taken at last")  # what was held for it is over
    told = WriteDone(
        op=op.id,
        action=op.action,
        system=op.system,
        obj=op.obj,
        ref=Ref(system=op.system, obj=op.obj, id=ident),
        values=_kept(decode_map(payload["values"]), left) | _key(scene, op),
        words=decode_map(_words_kept(scene, op, left)),
        created=written.created,
        track=payload.get("add", ""),
        status=_status(scene, op),
        changed_at=written.changed_at,
    )
    agreed = agreed_by(scene, op.lead, told.ref, told.words)
    scene.settled(told, op.lead, f"done:{op.id}")
    note_agreed(scene, op.lead, told.ref, agreed, op.id)
    if op.action == "handoff":
        scene.settled(_handed(scene, op), op.lead, f"handed:{op.id}")
        # the only write that changes what the other system should hold
        scene.work.due(op.lead, scene.now, "handed")
    elif _overtaken(scene, op):
        scene.work.due(op.lead, scene.now, "changed meanwhile")
    if left:
        not_taken(scene, op, written, sorted(left), ident)


def _handed(scene: Scene, op: Op) -> Handed | HandedOn:
    """Sales has the lead, or the next team of sales."""
    payload = op.payload
    rep, on = payload["rep"], payload.get("on", "")
    if not on:
        under, org = scene.work.state(op.lead).definition, org_of(scene, op.system)
        return Handed(kind="pushed", rep=rep, definition=under, system=org)
    settle_clocks(scene, op.lead)
    return handed_on(scene, op.lead, payload["team"], rep, payload["giver"], on)


def _kept(values: dict[str, Value], left: frozenset[str]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name not in left}


def _words_kept(scene: Scene, op: Op, left: frozenset[str]) -> dict[str, Any]:
    """The words of a write, but for those whose fields were left out of it.

    Of one that is read from another field the vendor says there what it has, and when.
    """
    person = scene.company.mapping.person(op.system, op.obj)
    lines = person.fields if person else {}
    lost = {word for word, line in lines.items() if line.read or not left.isdisjoint(line.names)}
    words: dict[str, Any] = op.payload["words"]
    return {word: value for word, value in words.items() if word not in lost}


def _overtaken(scene: Scene, op: Op) -> bool:
    """Whether the lead changed after a write was decided: a later decision may not have known it.

    While a write is on its way, what is owed is reckoned from what the record held before.
    """
    then, found, _ = op.decision.partition(":")
    if is_task(op.action) or not found or not then.isdigit():
        return False
    return int(then) != scene.work.state(op.lead).rev


def _key(scene: Scene, op: Op) -> dict[str, Value]:
    """A record that was created by our key carries it."""
    person = scene.company.mapping.person(op.system, op.obj)
    created = person is not None and person.key and not op.payload.get("id")
    return {person.key: op.payload["key"]} if person and created else {}


def _status(scene: Scene, op: Op) -> str | None:
    """The status that a write set, so that reading it back is no news; `None` for none."""
    person = scene.company.mapping.person(op.system, op.obj)
    if person is None or person.status is None:
        return None
    value = op.payload["values"].get(person.status.field)
    if value is None and op.action == "handoff" and not op.payload.get("id"):
        value = next((k for k, kind in person.status.types.items() if kind == "open"), None)
    return None if value is None else str(decode(value))


def put_off(scene: Scene, op: Op, written: Written, now: float) -> Settlement:
    """Try a write again later; a person is shown one that is put off again and again."""
    if op.attempts >= POISON:
        scene.hold(
            "slow",
            op.lead,
            op.id,
            f"{op.system} has put this write off {op.attempts} times ({written.code}); it is tried "
            "on. Look at the system's own status, and at `crmbridge quota`.",
            code=written.code,
        )
    wait = later(op.attempts, written.retry_after)
    return Settlement(id=op.id, state=State.LATER, not_before=now + wait, result=_words(written))


def _refused(scene: Scene, op: Op, written: Written) -> Settlement:
    """Refused for good: without the field at fault if there is one, else a person looks."""
    if op.action == "handoff" and written.cause is RefusalCause.OWNER:
        unassign(scene, op.lead, "the rep cannot own records any more")
        scene.work.due(op.lead, scene.now, "rep gone")
        return Settlement(id=op.id, state=State.REFUSED, result=_words(written))
    names = [one.strip() for one in written.field.split(",") if one.strip()]
    values = op.payload["values"]
    bad = [name for name in names if name in values]
    if op.priority == 0 and (not bad or opt_out_field(scene, op) in bad):
        return _opt_out_refused(scene, op, written)
    address = _address(scene, op)
    if address in bad:
        return wait_for(scene, op, written, ADDRESS, address)
    nothing_else = len(bad) == len(values) and op.action != "update"
    if bad and not nothing_else and not _needed(scene, op, bad):
        not_taken(scene, op, written, bad, str(op.payload.get("id") or ""))
        return Settlement(id=op.id, state=State.REFUSED, result=_words(written))
    if written.cause is RefusalCause.TRACK:
        return wait_for(scene, op, replace(written, message=_no_track(scene, op)), TRACK, "")
    return wait_for(scene, op, written, WHOLE, names[0] if len(names) == 1 else "")


def _address(scene: Scene, op: Op) -> str:
    """The field of the address of a record that is still to be made; empty for other writes."""
    person = scene.company.mapping.person(op.system, op.obj)
    line = person.fields.get("email") if person and not op.payload.get("id") else None
    return line.field if line else ""


def opt_out_field(scene: Scene, op: Op) -> str:
    """The vendor's field for an opt-out on this object; empty where the mapping has none."""
    person = scene.company.mapping.person(op.system, op.obj)
    line = person.fields.get("opted_out") if person else None
    return line.field if line else ""


def _opt_out_refused(scene: Scene, op: Op, written: Written) -> Settlement:
    """An opt-out is never given up: a person is told, and it is tried on until it is there."""
    if _opted_out_there(scene, op):
        scene.work.due(op.lead, scene.now, "opt-out entered by hand")
        return Settlement(id=op.id, state=State.REFUSED, result=_words(written))
    scene.hold(
        "opt_out_refused",
        op.lead,
        op.id,
        f"{op.system} does not take this person's opt-out: {written.message or written.code}. "
        "Enter it there by hand and mend the cause; it is tried on until the system has it.",
        code=written.code,
    )
    return put_off(scene, op, written, time.time())


def _opted_out_there(scene: Scene, op: Op) -> bool:
    """Whether the record was seen to have the opt-out that we write."""
    name, ident = opt_out_field(scene, op), str(op.payload.get("id") or "")
    entry = scene.work.ref(Ref(system=op.system, obj=op.obj, id=ident)) if ident else None
    if entry is None or name not in op.payload["values"]:
        return False
    return same(entry.seen.raw.get(name), decode(op.payload["values"][name]), scene.company.zone)


def _no_track(scene: Scene, op: Op) -> str:
    """The tracks that a write is about, each with what the mapping says of it."""
    names = [str(op.payload[way]) for way in ("add", "remove") if op.payload.get(way)]
    return ", ".join(f"{one} = {scene.company.mapping.lists.get(one, one)!r}" for one in names)


def _needed(scene: Scene, op: Op, names: Sequence[str]) -> bool:
    """Whether a write makes no sense without one of these fields."""
    person = scene.company.mapping.person(op.system, op.obj)
    if person is None:
        return True
    return not {person.key, person.owner, *person.handoff, *person.hand_on}.isdisjoint(names)


def set_aside(scene: Scene, op: Op, written: Written, kind: str, advice: str) -> Settlement:
    """Hold a write for a person."""
    scene.hold(kind, op.lead, op.id, advice, system=op.system, action=op.action, **_words(written))
    scene.settled(_refusal(op, written), op.lead, f"refused:{op.id}:{op.attempts}")
    return Settlement(id=op.id, state=State.HELD, result=_words(written))


def _moved(scene: Scene, op: Op, written: Written) -> Settlement:
    """The record lives elsewhere, or nowhere: follow it and decide again, never re-create.

    A hand-off that found it so gives its lead back in the same act.
    """
    ident = str(op.payload.get("id") or "")
    if not ident and not written.moved_to and op.action in ("handoff", "task"):
        return set_aside(scene, op, written, "refused", _NOBODY)
    if _leads_nowhere(scene, op, written):
        return set_aside(scene, op, written, "refused", _DEAD_END)
    if op.action == "handoff" and is_of(scene, op):
        unassign(scene, op.lead, "the record moved or is gone")
    scene.settled(_refusal(op, written), op.lead, f"moved:{op.id}")
    scene.work.due(op.lead, scene.now, "record moved")
    old = Ref(system=op.system, obj=op.obj, id=ident) if ident else None
    if written.moved_to:
        obj, new = written.moved_to
        _follow(scene, op, old, Ref(system=op.system, obj=obj, id=new))
    elif old is not None:
        _bury(scene, op, old)
        if SIDES[scene.work.lifecycle(op.lead).stage] == SALES:
            gone(scene, op.lead, old, scene.now)
    return Settlement(id=op.id, state=State.REFUSED, result=_words(written))


_NOBODY = (
    "The vendor says that what this write is about is gone, and names no record. Look the person "
    "up there; then `crmbridge held retry`, or `crmbridge held resolve` if nobody is to have it."
)


_DEAD_END = (
    "This person's record became another one, which is deleted since, and the vendor makes no new "
    "one while the old one carries our lead id. Restore the deleted record, or clear our lead id "
    "in the old one; then `crmbridge held retry`."
)


def _leads_nowhere(scene: Scene, op: Op, written: Written) -> bool:
    """Whether the record that a write is referred to is known to be gone itself."""
    if not written.moved_to:
        return False
    obj, ident = written.moved_to
    entry = scene.work.ref(Ref(system=op.system, obj=obj, id=ident))
    return entry is not None and entry.seen.deleted


def _another_has_its_id(scene: Scene, op: Op, written: Written) -> bool:
    """Whether the id that a write gives stands in the record of somebody who was parted from them.

    That record is about to get an id of its own; until then this is no merge, and the write waits.
    """
    if not written.moved_to:
        return False
    obj, ident = written.moved_to
    entry = scene.work.ref(Ref(system=op.system, obj=obj, id=ident))
    person = scene.company.mapping.person(op.system, obj)
    if entry is None or person is None or not entry.live or not person.key:
        return False
    other = follow(scene, entry.lead)
    carries = entry.seen.raw.get(person.key) == op.lead
    return carries and other not in ("", op.lead) and are_apart(scene, op.lead, other)


def _bury(scene: Scene, op: Op, old: Ref) -> None:
    scene.settled(RecordSeen(ref=old, deleted=True), op.lead, f"gone:{old}:{op.id}")


def _are_two(scene: Scene, op: Op, old: Ref, target: Ref) -> bool:
    """Whether a vendor refused a value of one record because another of the same person has it."""
    entries = [scene.work.ref(one) for one in (old, target)]
    mine = [one for one in entries if one and one.live and follow(scene, one.lead) == op.lead]
    return len(mine) == len({old, target}) == 2 and old.obj == target.obj


def _second(scene: Scene, op: Op, old: Ref, target: Ref) -> None:
    """Keep a second record of one person in sight: a person merges the two, and opt-outs pass."""
    scene.settled(Doubled(ref=old, raw={}), op.lead, f"doubled:{old}:{op.id}")
    hold_two(scene, op.lead, old, target)


def _follow(scene: Scene, op: Op, old: Ref | None, target: Ref) -> None:
    """Take a record over that ours became; the lead that has it already is the same person."""
    entry = scene.work.ref(target)
    keeper = follow(scene, entry.lead) if entry and entry.lead else ""
    if old is not None and _are_two(scene, op, old, target):
        _second(scene, op, old, target)
        return
    if old is not None and keeper not in ("", op.lead):
        _bury(scene, op, old)
        join(scene, op.lead, keeper, f"merged at the vendor: {old} into {target}")
        return
    goes_on = old.obj != target.obj if old else None
    linked = Linked(ref=target, former=old, from_live=goes_on)
    scene.settled(linked, op.lead, f"linked:{target}:{op.id}")
