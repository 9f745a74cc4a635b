"""The last look before a write leaves: is it still wanted, permitted, and about a live record."""

from __future__ import annotations

from crmbridge.company import channel_of
from crmbridge.flows.observe.identity import follow
from crmbridge.flows.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Stage
from crmbridge.store.outbox import Op

TOMBS = frozenset({Stage.MERGED, Stage.ERASED})


def objection(scene: Scene, op: Op) -> str:
    """Why an operation must not leave any more; empty when it may.

    An opt-out passes whatever else is so: only a record that is gone stops it.
    """
    lead = follow(scene, op.lead)
    if lead != op.lead or scene.work.lifecycle(lead).stage in TOMBS:
        return "the lead was merged into another"
    ident = str(op.payload.get("id") or "")
    if ident and not _live(scene, op, ident):
        return "the record is gone, or lives on as another"
    channel = channel_of(op.system)
    if channel and channel not in scene.company.senders:
        return "mapping.toml [messages] does not name this way any more"
    if op.action in ("handoff", "task"):
        return _handoff(scene, op, ident)
    if op.action == "enroll" and op.payload.get("add") and scene.work.state(lead).opted_out:
        return "the person opted out"
    return ""


def _live(scene: Scene, op: Op, ident: str) -> bool:
    entry = scene.work.ref(Ref(system=op.system, obj=op.obj, id=ident))
    return (
        entry is not None and entry.live and not (op.system == "sales" and entry.seen.converted_to)
    )


def _handoff(scene: Scene, op: Op, ident: str) -> str:
    state = scene.work.state(op.lead)
    if op.action == "task":
        return ""
    if state.opted_out:
        return "the person opted out"
    assigned = state.assigned
    if scene.work.lifecycle(op.lead).stage is Stage.DISQUALIFIED:
        return "sales has said meanwhile that the lead is out"
    if assigned is None or assigned["cycle"] != op.payload["cycle"]:
        return "the hand-off was taken back"
    if assigned["rep"] != op.payload["rep"]:
        return "the lead was given to another rep"
    if not ident and any(
        one.live and one.ref.system == "sales" and not one.seen.converted_to
        for one in scene.work.refs(op.lead)
    ):
        return "sales has a record of this person meanwhile"
    return ""
