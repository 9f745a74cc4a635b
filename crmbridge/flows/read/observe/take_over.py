"""What both systems showed before crmbridge came: taken over at the first look, as it stands.

R1.17: the stage of a record is where its lead begins. What was over then is history, and what is
under way goes on; nothing of it is ours to count, to take back or to put on a track.
"""

from __future__ import annotations

from crmbridge.flows.read.observe.at_sales import org_of
from crmbridge.flows.scene.live_since import is_live, live_since
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref, Sighting, StatusType
from crmbridge.model.lifecycle import WITH_SALES, Stage
from crmbridge.model.payload import Rejected, TakenOver
from crmbridge.model.state import SeenState

SHOWS_NOTHING = ("", Stage.KNOWN)
"""Stages of a record of which there is nothing to take over."""


def is_past(scene: Scene, sighting: Sighting) -> bool:
    """Whether what a record shows was so before the company went live."""
    if not is_live(scene):
        return True
    at = sighting.changed_at or sighting.created_at
    return at is not None and at < live_since(scene)


def was_over(scene: Scene, lead: str, sighting: Sighting) -> bool:
    """Whether what a record's status says was so before the company went live.

    A stamp is of the record, and whoever restores it or edits a field renews it. So one that was
    made before says nothing new of a lead that sales has not had since; a conversion has a day of
    its own.
    """
    if is_past(scene, sighting):
        return True
    status, made, since = sighting.status, sighting.created_at, live_since(scene)
    if status is None or status.type is StatusType.WON or made is None or made >= since:
        return False
    state = scene.work.state(lead)
    had = (one for one in state.life if one.type in WITH_SALES and one.at >= since)
    return state.assigned is None and not any(had)


def take_stage(
    scene: Scene, lead: str, sighting: Sighting, before: SeenState, *, first: bool
) -> None:
    """Take over the stage that a system has a field for; sales' status says more where it has one.

    After the company went live that is a customer alone: all else is decided here then. Who is no
    customer any more, as somebody there says, is none here by that record.
    """
    if sighting.status is not None:
        return
    taken = _taken(scene, lead)
    called = _customer_by(scene, lead, sighting, taken)
    if called and before.raw and _said_otherwise(scene, sighting, before):
        for ref in called:
            taken_over(scene, lead, ref, sighting.stage or Stage.KNOWN)
    elif sighting.ref not in taken and first and _counts(scene, sighting):
        taken_over(scene, lead, sighting.ref, sighting.stage)


def _counts(scene: Scene, sighting: Sighting) -> bool:
    if sighting.stage in SHOWS_NOTHING:
        return False
    return sighting.stage == Stage.CUSTOMER or is_past(scene, sighting)


def _said_otherwise(scene: Scene, sighting: Sighting, before: SeenState) -> bool:
    """Whether somebody there gave a customer another stage, who was not us."""
    person = scene.company.mapping.person(sighting.ref.system, sighting.ref.obj)
    line = person.fields.get("stage") if person else None
    if line is None or sighting.stage == Stage.CUSTOMER or line.field not in sighting.raw:
        return False
    said = sighting.raw[line.field]
    return said not in (before.raw.get(line.field), before.wrote.get(line.field))


def _taken(scene: Scene, lead: str) -> dict[Ref, str]:
    """The stage in which a lead was last taken over, by each record or deal that showed one."""
    life = scene.work.state(lead).life
    adopted = (one for one in life if one.type == "adopted" and one.system)
    return {Ref.parse(one.system): one.stage for one in adopted}


def _customer_by(scene: Scene, lead: str, sighting: Sighting, taken: dict[Ref, str]) -> list[Ref]:
    """The records by which a lead is a customer, and for which this one can speak (R1.18 (12)).

    It speaks for itself, and for those of its system that were merged away or deleted, of which
    nobody can say anything more.
    """
    system = sighting.ref.system
    called = [ref for ref, stage in taken.items() if stage == Stage.CUSTOMER]
    if not called:
        return []
    others = {one.ref for one in scene.work.refs(lead) if one.live} - {sighting.ref}
    return [ref for ref in called if ref.system == system and ref not in others]


def taken_over(scene: Scene, lead: str, ref: Ref, stage: str, owner: str = "") -> None:
    """Note in which stage a record, or a deal, showed a lead."""
    _emit(
        scene, lead, TakenOver(ref=ref, stage=stage, owner=owner, system=org_of(scene, ref.system))
    )


def taken_back(scene: Scene, lead: str, ref: Ref, why: Rejected, owner: str) -> None:
    """Note that sales had given a lead back; who is a customer is not out by that (R1.18 (15))."""
    out = why.out and not scene.work.lifecycle(lead).customer
    told = TakenOver(
        ref=ref,
        stage=Stage.DISQUALIFIED if out else Stage.NURTURE,
        owner=owner,
        outcome="rejected",
        reason=why.reason,
        out=why.out,
        system=org_of(scene, ref.system),
    )
    _emit(scene, lead, told)


def _emit(scene: Scene, lead: str, told: TakenOver) -> None:
    key = f"taken_over:{told.ref}:{lead}:{scene.work.turn()}"
    scene.observed(told, lead, key, scene.now, source=str(told.ref))
