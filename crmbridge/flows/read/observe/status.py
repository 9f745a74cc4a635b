"""What a sales status says about the loop: accepted, given back, converted, handed by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crmbridge.agreement.recycle import BY_AUTOMATION, MISSING_REASON, OTHER
from crmbridge.flows.read.observe.at_sales import FIRST, counts_here, org_of, where
from crmbridge.flows.read.observe.beside_status import is_automatic, is_qualified, person_of
from crmbridge.flows.read.observe.identity import follow, stands
from crmbridge.flows.read.observe.merges import hold_rivals, join
from crmbridge.flows.read.observe.on_deals import JUST_AFTER
from crmbridge.flows.read.observe.owners import is_nobodys, owner_of, owner_of_user
from crmbridge.flows.read.observe.roles import join_deal
from crmbridge.flows.read.observe.take_over import (
    is_past,
    take_stage,
    taken_back,
    taken_over,
    was_over,
)
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lead import Ref, Sighting, Status, StatusType
from crmbridge.model.lifecycle import REASON_GIVEN, SIDES, Cycle, Stage
from crmbridge.model.payload import (
    Accepted,
    Handed,
    Linked,
    OfSales,
    Payload,
    Qualified,
    Recalled,
    Rejected,
    Step,
    TakenOver,
)
from crmbridge.model.side import SALES
from crmbridge.model.state import SeenState
from crmbridge.store import held
from crmbridge.store.replay import story


def status_moves(
    scene: Scene,
    lead: str,
    sighting: Sighting,
    before: SeenState,
    *,
    first: bool,
    revived: bool = False,
) -> None:
    """Emit the lifecycle events that a sales record's new status means; other records move none.

    A record that was deleted and restored (`revived`) says again what it said, but for a return.
    What a record showed before the company went live is taken over as it stands.
    """
    take_stage(scene, lead, sighting, before, first=first)
    status = sighting.status
    if not scene.company.stands(sighting.ref.system, SALES) or status is None:
        return
    if not counts_here(scene, lead, sighting.ref):
        return  # a fact of a system that does not have the lead
    at = _counts_at(scene, lead, sighting, before, first=first)
    if sighting.converted_to is not None and _conversion_is_news(scene, sighting, before):
        _converted(scene, lead, sighting, at, first=first)
        return
    if status.type is None:
        _unmapped(scene, sighting)
    elif first and was_over(scene, lead, sighting):
        _found(scene, lead, sighting)
    elif first or not _told_why(scene, lead, sighting, before):
        _moves(scene, lead, sighting, before, at, first=first, revived=revived)


def _moves(
    scene: Scene,
    lead: str,
    sighting: Sighting,
    before: SeenState,
    at: datetime,
    *,
    first: bool,
    revived: bool,
) -> None:
    """Emit what a status with a type means, where it is another than before."""
    status = sighting.status
    if status is None:
        return
    revived = revived and status.type is not StatusType.LOST
    again = first or revived or _is_taken_up(scene, sighting, before)
    if status.label == before.status and not again:
        return
    if status.type in FOUND and is_nobodys(scene, sighting):
        return  # it stands in line, whatever its status says
    at = _after_all(scene, lead, at) if revived else at
    if is_automatic(scene, sighting, before) and status.type is not StatusType.WON:
        _by_automation(scene, lead, sighting, at)
        return
    match status.type:
        case StatusType.OPEN:
            _opened(scene, lead, sighting, at, first=first)
        case StatusType.ONGOING:
            _move(scene, lead, sighting, Accepted(), at)
        case StatusType.LOST:
            _lost(scene, lead, sighting, at, first=first)
        case StatusType.WON:
            _move(scene, lead, sighting, Qualified(), at)


def _by_automation(scene: Scene, lead: str, sighting: Sighting, at: datetime) -> None:
    """A status that no person set: nobody took the lead on, and nobody gave it back.

    What is closed by it is with sales no more, though, and comes back as what lay there untouched.
    """
    status, closed = sighting.status, StatusType.LOST
    if status and status.type is closed and SIDES[scene.work.lifecycle(lead).stage] == SALES:
        _move(scene, lead, sighting, Recalled(reason=BY_AUTOMATION), at)


def _is_taken_up(scene: Scene, sighting: Sighting, before: SeenState) -> bool:
    """Whether somebody took a record out of a queue, or has it from a user who had left."""
    person = person_of(scene, sighting)
    was = before.raw.get(person.owner) if person and person.owner else None
    if not was or not sighting.owner or str(was) == sighting.owner:
        return False
    if sighting.status is None or sighting.status.type not in FOUND:
        return False
    had = owner_of_user(scene, str(was), sighting.ref.system)
    return scene.reps.is_nobody(had) and not is_nobodys(scene, sighting)


FOUND = {
    StatusType.OPEN: Stage.HANDED,
    StatusType.ONGOING: Stage.ACCEPTED,
}
"""In which stage a lead is taken over, by the type of its status. A conversion of the past is no
work that a rep has open: what became of it is a deal, or nothing."""


def _found(scene: Scene, lead: str, sighting: Sighting) -> None:
    """Take over where a record of sales stood when it was first looked at (R1.17)."""
    status = sighting.status
    if status is None or status.type is None:
        return
    if status.type is StatusType.LOST:
        why, owner = _why(scene, sighting.ref, status), _owner(scene, sighting)
        taken_back(scene, lead, sighting.ref, why, owner)
    elif status.type not in FOUND and not is_qualified(scene, sighting):
        return
    elif not is_nobodys(scene, sighting):
        stage = FOUND.get(status.type, Stage.QUALIFIED)
        taken_over(scene, lead, sighting.ref, stage, _owner(scene, sighting))


def _owner(scene: Scene, sighting: Sighting) -> str:
    """Who has the record, empty for nobody."""
    return owner_of(scene, sighting) if sighting.owner else ""


def _after_all(scene: Scene, lead: str, at: datetime) -> datetime:
    """An instant after all that the lead went through, whatever the vendor's stamp says."""
    newest = max((one.at for one in scene.work.state(lead).life), default=at)
    return at if at > newest else newest + JUST_AFTER


def _conversion_is_news(scene: Scene, sighting: Sighting, before: SeenState) -> bool:
    """Whether sales' own word of a conversion comes for the first time.

    A write of ours may have met the contact before; the deal that came with it is told of here.
    """
    person = person_of(scene, sighting)
    flag = person.converted.flag if person and person.converted else ""
    return not before.converted_to or before.raw.get(flag) is not True


def _counts_at(
    scene: Scene, lead: str, sighting: Sighting, before: SeenState, *, first: bool
) -> datetime:
    """When a new status counts: not before the hand-off that set the status before it.

    Sales saw what our hand-off had written and changed it, whatever the two clocks say. (A
    sighting from before the hand-off was put aside.)
    """
    at = sighting.changed_at or scene.now
    given = [
        one.at
        for one in scene.work.state(lead).life
        if one.type in ("handed", "handed_on") and one.kind in ("pushed", "back")
    ]
    person = person_of(scene, sighting)
    if first or not given or person is None or person.status is None:
        return at
    set_by_us = {*person.handoff, *person.hand_on}
    sets = person.status.field in set_by_us or (before.ours and len(given) == 1)
    return max(at, max(given)) if sets else at


def _move(scene: Scene, lead: str, sighting: Sighting, step: Step, at: datetime) -> None:
    key = f"{step.type}:{sighting.ref}:{instant(at)}:{scene.work.state(lead).rev}"
    if isinstance(step, OfSales):
        step = replace(step, system=org_of(scene, sighting.ref.system))
    scene.observed(step, lead, key, at, source=str(sighting.ref))


def _opened(scene: Scene, lead: str, sighting: Sighting, at: datetime, *, first: bool) -> None:
    """An open record that we did not hand over: a person of sales took the lead in hand."""
    state = scene.work.state(lead)
    if state.assigned is not None or SIDES[scene.work.lifecycle(lead).stage] == SALES:
        return
    when = sighting.created_at or at if first else at
    taken = Handed(kind="override", rep=owner_of(scene, sighting))
    _move(scene, lead, sighting, taken, when)


def _lost(scene: Scene, lead: str, sighting: Sighting, at: datetime, *, first: bool) -> None:
    status = sighting.status
    if status is None:
        return
    if first and SIDES[scene.work.lifecycle(lead).stage] != SALES:
        when = min(sighting.created_at or at, at)
        _move(scene, lead, sighting, Handed(kind="override"), when)
    _move(scene, lead, sighting, _why(scene, sighting.ref, status), at)


def _why(scene: Scene, ref: Ref, status: Status, kind: str = "") -> Rejected:
    """Why sales gave a lead back."""
    if status.reason_text and not status.reason:
        _unmapped_reason(scene, ref, status.reason_text)
    reason = status.reason or MISSING_REASON
    out = reason in scene.company.agreement.out_reasons
    return Rejected(
        reason=reason,
        out=out,
        text=status.reason_text,
        noted=status.noted,
        kind=kind,
        back=reason in scene.company.agreement.back_reasons,
    )


def _told_why(scene: Scene, lead: str, sighting: Sighting, before: SeenState) -> bool:
    """Take up a reason that sales gives, or gives anew, for a trip that is over already.

    It is one only where the record stood as given back all the time: what was begun since and
    given back again is another matter. Returns whether that is all that this sighting says of the
    lead's stage.
    """
    status, cycle = sighting.status, _given_back(scene, lead)
    if status is None or status.type is not StatusType.LOST or cycle is None:
        return False
    if where(scene, lead, cycle) != sighting.ref.system:
        return False
    if not _was_lost(scene, sighting, before) or not _is_its_record(scene, lead, sighting, cycle):
        return False
    if not (status.reason or status.reason_text) or not _other_words(scene, sighting, before):
        return False
    why = _why(scene, sighting.ref, status, REASON_GIVEN)
    _move(scene, lead, sighting, why, cycle.closed or scene.now)
    if status.reason_text:
        held.end(scene.tx, lead, ["missing_reason"], scene.now)
    note_given(scene, lead, sighting)
    return True


def _was_lost(scene: Scene, sighting: Sighting, before: SeenState) -> bool:
    """Whether a record showed before, too, that sales had given the lead back."""
    person = person_of(scene, sighting)
    types = person.status.types if person and person.status else {}
    return types.get(before.status) is StatusType.LOST


def _is_its_record(scene: Scene, lead: str, sighting: Sighting, cycle: Cycle) -> bool:
    """Whether a trip is this record's to explain: it was told by it, or by one that is gone.

    Only a join by hand, or a conversion, leaves a lead with two records that both stand.
    """
    others = [one.ref for one in scene.work.refs(lead) if stands(one) and one.ref != sighting.ref]
    others = [ref for ref in others if ref.system == sighting.ref.system]
    if not others:
        return True
    ends = [one for one in story(scene.tx, lead) if one.at == cycle.closed]
    told = {one.source for one in ends if _ends(one.payload)}
    return str(sighting.ref) in told or told.isdisjoint(map(str, others))


def _ends(told: Payload) -> bool:
    """Whether an entry says that sales gave a lead back, and not why it once did."""
    return isinstance(told, TakenOver) or (isinstance(told, Rejected) and not told.kind)


def note_given(scene: Scene, lead: str, sighting: Sighting) -> None:
    """A note that sales writes later answers who asks for one."""
    status = sighting.status
    if status and status.noted and status.type is StatusType.LOST and status.reason == OTHER:
        held.end(scene.tx, lead, ["missing_note"], scene.now)


def _other_words(scene: Scene, sighting: Sighting, before: SeenState) -> bool:
    """Whether a record gives another reason than before, in its field or by its status."""
    people = scene.company.mapping.system(sighting.ref.system).people
    names = [
        name
        for one in people
        if one.object == sighting.ref.obj and one.status
        for name in (one.status.field, *one.status.reason.fields)
        if name
    ]
    return any(before.raw.get(name) != sighting.raw.get(name) for name in names)


def _given_back(scene: Scene, lead: str) -> Cycle | None:
    """The newest trip, if sales gave the lead back and has not had it since."""
    life = scene.work.lifecycle(lead)
    ended = [one for one in life.cycles if one.outcome]
    if not ended or SIDES[life.stage] == SALES:
        return None
    return ended[-1] if ended[-1].outcome in ("rejected", "returned") else None


def _about(ref: Ref, what: str) -> str:
    """What held work about a word of a system of sales goes by; only others than `[sales]` say so.

    Two systems may have one word, and one of them a meaning for it.
    """
    return what if ref.system == FIRST else f"{ref.system}:{what}"


def _unmapped_reason(scene: Scene, ref: Ref, text: str) -> None:
    """R5.2: a reason that the mapping does not know takes the general row, and is reported."""
    scene.hold(
        "unmapped_reason",
        "",
        _about(ref, text),
        f"Sales gave a lead back with the reason {text!r}, which mapping.toml does not know. Add "
        f"it to [{ref.system}.lead.status.reason] values; until then it counts as missing_reason.",
        system=ref.system,
    )


def _converted(scene: Scene, lead: str, sighting: Sighting, at: datetime, *, first: bool) -> None:
    """The record became a contact, perhaps with a deal: the contact is this lead from now on.

    A conversion's date may have no time (domain.md 1.5): the record's stamp stands in.
    """
    contact = sighting.converted_to
    if contact is None:
        return
    lead = _one_with(scene, lead, sighting, contact)
    scene.observed(
        Linked(ref=contact, former=sighting.ref, from_live=True),
        lead,
        f"converted:{sighting.ref}:{contact}",
        at,
        source=str(sighting.ref),
    )
    hold_rivals(scene, lead)  # a second record of the person may be the one that was converted
    if join_deal(scene, lead, sighting, contact):
        return
    if first and is_past(scene, sighting):
        return
    if SIDES[scene.work.lifecycle(lead).stage] == SALES or first:
        _move(scene, lead, sighting, Qualified(), at)


def _one_with(scene: Scene, lead: str, sighting: Sighting, contact: Ref) -> str:
    """The lead that has the contact already is the same person, as sales says: they become one."""
    entry = scene.work.ref(contact)
    keeper = follow(scene, entry.lead) if entry and entry.lead else lead
    if keeper != lead:
        join(scene, lead, keeper, f"converted at the vendor: {sighting.ref} into {contact}")
    return keeper


def _unmapped(scene: Scene, sighting: Sighting) -> None:
    """R1.11: a status without a type moves no lead, and is reported once."""
    label, ref = sighting.status.label if sighting.status else "", sighting.ref
    scene.hold(
        "unmapped_status",
        "",
        _about(ref, f"{ref.obj}:{label}"),
        f"Status {label!r} of {ref.obj} has no type: give it one of open, ongoing, won, lost or "
        f"ignore in mapping.toml, [{ref.system}.lead.status] types. Until then it moves no lead.",
        status=label,
        system=ref.system,
    )
