"""Values and writes that a vendor does not take: held by cause, and what ends that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from crmbridge.errors import RefusalCause
from crmbridge.flows.fit import described
from crmbridge.flows.fit.advice import ADDRESS, REFUSED, TRACK, WHOLE
from crmbridge.flows.fit.causes import NOT_TAKEN, OF_WRITE, Cause, Causes
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import decode
from crmbridge.model.lead import Ref
from crmbridge.model.payload import FieldRefused, WriteRefused
from crmbridge.model.record import Value, Written
from crmbridge.policy.fit.same import same
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op, State
from crmbridge.store.projection import unborn

ENROLS = "list-"
"""Begins the mark of causes for which a list does not take people."""
WORDINGS = 10
"""Messages of one code and object that are causes of their own; more are one cause together."""


def not_taken(scene: Scene, op: Op, written: Written, bad: Sequence[str], ident: str) -> None:
    """Give up on values that the vendor will not take, until their cause is gone.

    `ident` is the record's id, empty for one that is still to be made. The lead is decided about
    anew, so that the rest goes through.
    """
    scene.work.due(op.lead, scene.now, "field refused")
    if written.cause is RefusalCause.NO_FIELD and described.of(scene, op.system):
        for name in bad:
            described.lost(scene, op.system, op.obj, name)
        return  # the next decision holds what it then does not find
    for name in bad:
        Causes.of(scene).join(_cause(op, written, REFUSED, name), op.lead)
    here = Ref(system=op.system, obj=op.obj, id=ident) if ident else None
    told = FieldRefused(
        op=op.id,
        ref=here or unborn(op.lead, op.system, op.obj),
        values={name: decode(op.payload["values"][name]) for name in bad},
        rounds=NOT_TAKEN,
        code=written.code,
    )
    scene.settled(told, op.lead, f"field_refused:{op.id}")


def wait_for(scene: Scene, op: Op, written: Written, kind: str, field: str) -> Settlement:
    """Hold a whole write until its cause is gone, with all others of that cause."""
    mark = _mark(scene, op, written) if kind != ADDRESS else ""
    cause = _cause(op, written, kind, field, mark)
    Causes.of(scene).join(cause, op.lead)
    told = WriteRefused(op=op.id, code=written.code, message=written.message, field=written.field)
    scene.settled(told, op.lead, f"refused:{op.id}:{op.attempts}")
    result: dict[str, Any] = {"code": written.code, "message": written.message}
    result |= {"field": written.field, "cause": cause.about}
    return Settlement(id=op.id, state=State.HELD, result=result)


def _cause(op: Op, written: Written, kind: str, field: str, mark: str = "") -> Cause:
    return Cause(
        kind=kind,
        system=op.system,
        obj=op.obj,
        field=field,
        code=written.code,
        message=written.message,
        mark=mark,
    )


def _mark(scene: Scene, op: Op, written: Written) -> str:
    """What tells causes of one code apart: the vendor's wording, numbers apart."""
    digits = r"[^a-z]+" if written.cause is not RefusalCause.TRACK else r"\s+"
    words = re.sub(digits, " ", written.message.lower())
    mark = sha256(words.encode()).hexdigest()[:8]
    alike = {
        row.op.rpartition(":")[2].removeprefix(ENROLS)
        for row in Causes.of(scene).open(WHOLE, TRACK, system=op.system, obj=op.obj)
        if row.detail.get("code") == written.code
    }
    mark = mark if mark in alike or len(alike) < WORDINGS else "others"
    return f"{ENROLS}{mark}" if op.action == "enroll" else mark


def taken(scene: Scene, op: Op, left: frozenset[str]) -> None:
    """A vendor took a write: what it had refused of this lead is over, perhaps of all leads.

    A field that now takes the very value that it refused takes those of the others, too, as far
    as one can tell; they are offered again.
    """
    causes = Causes.of(scene)
    for row in causes.open(*OF_WRITE, system=op.system, obj=op.obj):
        if (op.result or {}).get("cause") == row.op:
            causes.release(row)
        elif op.lead in row.detail["leads"] and _alike(row.op, op):
            causes.leave(row, op.lead)
    for name in op.payload["values"].keys() - left:
        _takes(scene, op, name)


def _alike(about: str, op: Op) -> bool:
    """Whether a cause is of writes of this sort: lists, or records."""
    return (ENROLS in about) is (op.action == "enroll")


def _takes(scene: Scene, op: Op, name: str) -> None:
    causes = Causes.of(scene)
    sent = decode(op.payload["values"][name])
    was = _refused_before(scene, op, name)
    for row in causes.open(REFUSED, system=op.system, obj=op.obj):
        if row.field == name and op.lead in row.detail["leads"]:
            if same(was, sent, scene.company.zone):
                causes.release(row)
            else:
                causes.leave(row, op.lead)


def _refused_before(scene: Scene, op: Op, name: str) -> Value:
    """What the vendor refused of this lead in a field, as far as it was noted."""
    ident = str(op.payload.get("id") or "")
    ref = Ref(system=op.system, obj=op.obj, id=ident)
    found = [scene.work.ref(one) for one in (ref, unborn(op.lead, op.system, op.obj)) if one.id]
    return next((one.seen.wrote[name] for one in found if one and name in one.seen.wrote), None)
