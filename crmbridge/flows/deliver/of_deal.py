"""A write onto a deal: whether it may leave still, and what the vendor answered."""

from __future__ import annotations

import time
from dataclasses import replace

from crmbridge.flows.deliver.settle import put_off
from crmbridge.flows.fit.causes import redo
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import decode_map
from crmbridge.model.lead import Ref
from crmbridge.model.payload import WriteDone, WriteDropped, WriteRefused
from crmbridge.model.payload.writes import DEAL, INFLUENCE
from crmbridge.model.record import Outcome, Written
from crmbridge.policy.fit.same import same
from crmbridge.store import books, held
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op, State
from crmbridge.store.projection.deals import SHOWN, WROTE

KIND = "deal_refused"
"""The kind of held work about deals that a vendor does not let us write."""

_ABOUT = {
    DEAL: ("", "Mend the field there, or its line under [{}.deal.fields]"),
    INFLUENCE: (".influence", "Mend it there, or the table [{}.deal.influence]"),
}
"""What tells causes apart by the action, and what a person can do."""


def settle_deal(scene: Scene, op: Op, written: Written, timeout: float) -> Settlement:
    """Record what became of a write onto a deal, and the operation's next state.

    What is refused is held, one piece for an object and a code; a deal that is gone is let be.
    """
    result = {"code": written.code, "message": written.message, "field": written.field}
    match written.outcome:
        case Outcome.DONE:
            _done(scene, op, written)
            return Settlement(id=op.id, state=State.DONE, remote_id=written.id)
        case Outcome.LATER:
            return put_off(scene, replace(op, lead=""), written, time.time())
        case Outcome.UNKNOWN:
            later = time.time() + timeout
            return Settlement(id=op.id, state=State.UNKNOWN, not_before=later, result=result)
        case Outcome.GONE | Outcome.MOVED:
            _refused(scene, op, written)
            return Settlement(id=op.id, state=State.REFUSED, result=result)
    _refused(scene, op, written)
    what, mend = _ABOUT[op.action]
    cause = f"{op.system}.{op.obj}{what}:{written.code}"
    scene.hold(
        KIND,
        "",
        cause,
        f"{op.system} does not take what crmbridge writes onto deals: "
        f"{written.message or written.code}. {mend.format(op.system)}; then `crmbridge held "
        "retry`.",
        system=op.system,
        object=op.obj,
        **result,
    )
    return Settlement(id=op.id, state=State.HELD, result={**result, "cause": cause})


def _done(scene: Scene, op: Op, written: Written) -> None:
    """Note what the record holds now; what was left out of it is decided about anew."""
    values = decode_map(op.payload["values"])
    told = WriteDone(
        op=op.id,
        action=op.action,
        system=op.system,
        obj=op.obj,
        ref=Ref.parse(op.lead),
        values={name: one for name, one in values.items() if name not in written.without},
        words={"model": op.payload["model"]} if op.action == INFLUENCE else {},
        created=False,
        track="",
        changed_at=written.changed_at,
    )
    scene.settled(told, "", f"done:{op.id}")
    if written.without:
        books.mark(scene.tx, [op.lead])
    if cause := (op.result or {}).get("cause"):
        books.mark(scene.tx, [op.lead])  # the books may say something else by now
        _taken_at_last(scene, op, cause)


def _taken_at_last(scene: Scene, op: Op, cause: str) -> None:
    """What was held is taken now: so will the others be, as far as one can tell."""
    for row in held.find(scene.tx, kind=KIND):
        if row.op == cause:
            redo(scene, row)
            held.resolve(scene.tx, [row.id], scene.now)


def _refused(scene: Scene, op: Op, written: Written) -> None:
    told = WriteRefused(op=op.id, code=written.code, message=written.message, field=written.field)
    scene.settled(told, "", f"refused:{op.id}:{op.attempts}")


def drop_of_deal(scene: Scene, op: Op) -> Settlement | None:
    """Let a write onto a deal not leave that is deleted, or was edited; `None` for one that may.

    What was written and is another value by now is somebody's: an older write may have been on its
    way when this one was decided. What is still to be written is decided anew.
    """
    row = scene.work.deals.get(op.lead)
    if row is None or row.state == "deleted":
        return _dropped(scene, op, "the deal is gone")
    shown, wrote = decode_map(row.data.get(SHOWN, {})), decode_map(row.data.get(WROTE, {}))
    if op.action == INFLUENCE:
        return None
    zone = scene.company.zone
    for name, value in sorted(decode_map(op.payload["values"]).items()):
        ours = name in wrote and same(wrote[name], value, zone)
        if ours and not same(shown.get(name), value, zone):
            books.mark(scene.tx, [op.lead])
            return _dropped(scene, op, f"{name} was changed in the record meanwhile")
    return None


def _dropped(scene: Scene, op: Op, why: str) -> Settlement:
    scene.settled(WriteDropped(op=op.id, why=why), "", f"dropped:{op.id}")
    return Settlement(id=op.id, state=State.SUPERSEDED, result={"why": why})
