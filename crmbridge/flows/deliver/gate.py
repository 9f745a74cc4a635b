"""The last look before a write leaves: is it still wanted, permitted, and about a live record."""

from __future__ import annotations

from crmbridge.company import channel_of
from crmbridge.flows.fit.causes import leave_cause
from crmbridge.flows.owed.ops import assignment
from crmbridge.flows.qualify.verdict import unassign
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.consent import says_no
from crmbridge.model.codec import decode, decode_map
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import SIDES, Stage
from crmbridge.model.payload import WriteDropped
from crmbridge.model.record import is_blank
from crmbridge.model.side import MARKETING, SALES
from crmbridge.policy.fit.same import same
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op, State

TOMBS = frozenset({Stage.MERGED, Stage.ERASED})


def objection(scene: Scene, op: Op) -> str:
    """Why an operation must not leave any more; empty when it may.

    An opt-out passes whatever else is so: only a record that is gone stops it.
    """
    if not op.lead:
        return _way(scene, op)
    lead = follow(scene, op.lead)
    if lead != op.lead or scene.work.lifecycle(lead).stage in TOMBS:
        return "the lead was merged into another"
    ident = str(op.payload.get("id") or "")
    if ident and not _live(scene, op, ident):
        return "the record is gone, or lives on as another"
    if why := _way(scene, op):
        return why
    if why := _consent(scene, op):
        return why
    if ident and (why := _edited(scene, op, ident)):
        return why
    if op.action in ("handoff", "task"):
        return _handoff(scene, op, ident)
    if scene.work.state(lead).opted_out and _starts_nurture(scene, op):
        return "the person opted out"
    return ""


def _way(scene: Scene, op: Op) -> str:
    """Whether the way to people is there that a message is to go by."""
    channel = channel_of(op.system)
    if channel and channel not in scene.company.senders:
        return "mapping.toml [messages] does not name this way any more"
    return ""


def drop(scene: Scene, op: Op, why: str) -> Settlement:
    """Let an operation not leave, and decide anew; a hand-off's lead is in the line again at once.

    The next hand-off is of another assignment, and so another operation: this one is never sent.
    """
    scene.settled(WriteDropped(op=op.id, why=why), op.lead, f"dropped:{op.id}")
    if not op.lead:  # a message about nobody
        return Settlement(id=op.id, state=State.SUPERSEDED, result={"why": why})
    leave_cause(scene, op)
    if op.action == "handoff" and is_of(scene, op):
        unassign(scene, op.lead, why)
    scene.work.due(op.lead, scene.now, "dropped")
    return Settlement(id=op.id, state=State.SUPERSEDED, result={"why": why})


def is_of(scene: Scene, op: Op) -> bool:
    """Whether the assignment that an operation carries out still stands."""
    one = assignment(scene.work.state(op.lead).assigned)
    return bool(one) and (op.decision == one or op.decision.startswith(f"{one}:"))


def _live(scene: Scene, op: Op, ident: str) -> bool:
    entry = scene.work.ref(Ref(system=op.system, obj=op.obj, id=ident))
    return (
        entry is not None
        and entry.live
        and not (scene.company.stands(op.system, SALES) and entry.seen.converted_to)
    )


def _consent(scene: Scene, op: Op) -> str:
    """A write about consent goes while the person says what it says."""
    if op.system not in scene.company.names or "values" not in op.payload:
        return ""
    person = scene.company.mapping.person(op.system, op.obj)
    said = says_no(person, decode_map(op.payload["values"])) if person else None
    out = scene.work.state(op.lead).opted_out
    if said is None or said is out:
        return ""
    return "the person opted out" if out else "the person consented meanwhile"


def _starts_nurture(scene: Scene, op: Op) -> bool:
    """Whether a write puts somebody on a list, or gives the property a track to start from."""
    if op.action == "enroll":
        return bool(op.payload.get("add"))
    if not scene.company.stands(op.system, MARKETING) or "values" not in op.payload:
        return False
    person = scene.company.mapping.person(op.system, op.obj)
    line = person.fields.get("track") if person else None
    return line is not None and not is_blank(decode_map(op.payload["values"]).get(line.field))


def _edited(scene: Scene, op: Op, ident: str) -> str:
    """Whether a fact that a write is about was changed in its record since the write was decided.

    What somebody entered there meanwhile was not weighed: it would be lost. An opt-out waits for
    nothing, and what stands there by a write of ours is nobody's edit.
    """
    entry = scene.work.ref(Ref(system=op.system, obj=op.obj, id=ident))
    person = scene.company.mapping.person(op.system, op.obj)
    if entry is None or person is None or op.priority == 0:
        return ""
    seen, zone = entry.seen, scene.company.zone
    for word in sorted(op.payload.get("words", ())):
        line = person.fields.get(word)
        change = op.payload["changes"].get(line.field) if line else None
        if line is None or change is None:
            continue
        known = [decode(change[0]), decode(change[1])]
        known += [seen.wrote[line.field]] if line.field in seen.wrote else []
        if not any(same(seen.raw.get(line.field), one, zone) for one in known):
            return f"{line.field} was changed in the record meanwhile"
    return ""


def _handoff(scene: Scene, op: Op, ident: str) -> str:
    state = scene.work.state(op.lead)
    if op.action == "task":
        return _task(scene, op)
    if state.opted_out:
        return "the person opted out"
    assigned = state.assigned
    if scene.work.lifecycle(op.lead).stage is Stage.DISQUALIFIED:
        return "sales has said meanwhile that the lead is out"
    if assigned is None or assigned["cycle"] != op.payload["cycle"]:
        return "the hand-off was taken back"
    if assigned.get("on", "") != op.payload.get("on", ""):
        return "the lead goes to another team of sales meanwhile"
    if assigned["rep"] != op.payload["rep"]:
        return "the lead was given to another rep"
    if not ident and any(
        one.live and one.ref.system == op.system and not one.seen.converted_to
        for one in scene.work.refs(op.lead)
    ):
        return "sales has a record of this person meanwhile"
    return ""


def _task(scene: Scene, op: Op) -> str:
    """A task asks for what its hand-off gave: it goes while that stands, or was acknowledged."""
    life = scene.work.lifecycle(op.lead)
    handed = life.cycle == op.payload["cycle"] and SIDES[life.stage] == SALES
    return "" if handed or is_of(scene, op) else "the hand-off was taken back"
