"""A write that is owed as an operation of the outbox, by a key that two runs of it share."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from crmbridge.company import digest
from crmbridge.flows.owed.kinds import counted
from crmbridge.flows.owed.write import FIELDS, Write
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.words import is_fact
from crmbridge.model.codec import encode, encode_map, parse_instant
from crmbridge.model.lead import Ref
from crmbridge.store.outbox import Op

ONE_A_CYCLE = ("handoff", "task")
"""Actions that are one a cycle and assignment, whatever they write."""
_SPACE = UUID("0f1d7a0e-5a3c-4b0b-8f53-6b8b2f1f9a77")


def as_ops(scene: Scene, owed: Sequence[tuple[str, Write]]) -> list[Op]:
    """Make the writes that leads are owed operations, in their order; see `as_op`."""
    scene.work.load_first_looks(_ref(write) for _, write in owed if _empty(write))
    return [as_op(scene, lead, write) for lead, write in owed]


def as_op(scene: Scene, lead: str, write: Write) -> Op:
    """Make a write an operation whose key two runs of the same decision share."""
    values = {name: change.after for name, change in write.changes.items()}
    payload = {
        "id": write.id,
        "key": write.key,
        "values": encode_map(values),
        "words": {
            change.word: encode(change.said)
            for change in write.changes.values()
            if is_fact(change.word)
        },
        "changes": {
            name: [encode(change.before), encode(change.after), change.rule]
            for name, change in write.changes.items()
        },
        **write.extra,
    }
    if blank := _blank(scene, write):
        payload["blank"] = blank
    # a brief is another text every minute, and says the same
    facts = {name: one for name, one in values.items() if write.changes[name].word != "brief"}
    hashed = digest([write.id, encode_map(facts), write.extra])
    decision = _decision(scene, lead, write, hashed)
    ident, key = key_of(scene, (write.side, write.obj, lead, write.action), decision)
    return Op(
        id=ident,
        key=key,
        system=write.side,
        obj=write.obj,
        action=write.action,
        lead=lead,
        priority=write.priority,
        payload=payload,
        payload_hash=hashed,
        created_at=time.time(),
        decision=decision,
        remote_id=write.id,
        not_before=_waits_until(write),
        counts=" ".join(counted(scene, write)),
    )


def deal_op(
    scene: Scene, ref: Ref, action: str, hashed: str, payload: Mapping[str, Any], counts: str
) -> Op:
    """A write about a deal, in the deal's own lane; `hashed` tells what it wants from the next."""
    decision = f"{scene.work.turn()}:{hashed}"
    ident, key = key_of(scene, (ref.system, ref.obj, str(ref), action), decision)
    return Op(
        id=ident,
        key=key,
        system=ref.system,
        obj=ref.obj,
        action=action,
        lead=str(ref),
        priority=FIELDS,
        payload={"id": ref.id, "words": {}, **payload},
        payload_hash=hashed,
        created_at=time.time(),
        decision=decision,
        remote_id=ref.id,
        counts=counts,
    )


def _waits_until(write: Write) -> float:
    """When the hour is over that a message waits for, in business time; 0 for what waits for none.

    Nothing is sent from where it lies, so that no clock of sending reads this.
    """
    hour = write.extra.get("bundle")
    return parse_instant(hour["until"]).timestamp() if hour else 0.0


def key_of(scene: Scene, what: tuple[str, str, str, str], decision: str) -> tuple[str, str]:
    """The id and the key of an operation: system, object, lead and action, and its decision."""
    key = "|".join((scene.company.name, *what, decision))
    return str(uuid5(_SPACE, key)), key


def instead_of(scene: Scene, op: Op, held: int) -> Op:
    """The same operation in the place of a held one, which is the version `held` of its like."""
    decision = f"{op.decision}:{held}"
    ident, key = key_of(scene, op.identity, decision)
    return replace(op, id=ident, key=key, decision=decision)


def _blank(scene: Scene, write: Write) -> list[str]:
    """The fields whose `None` before says that the record holds nothing there, not: nobody knows.

    Its first look was told them, and whatever was told since stands in what was seen.
    """
    empty = _empty(write)
    first = scene.work.first_look(_ref(write)) if empty else None
    return [name for name in empty if name in first.told] if first else []


def _empty(write: Write) -> list[str]:
    """The fields of a record that is there of which no value was seen."""
    return [name for name, change in write.changes.items() if change.before is None and write.id]


def _ref(write: Write) -> Ref:
    return Ref(system=write.side, obj=write.obj, id=write.id)


def _decision(scene: Scene, lead: str, write: Write, hashed: str) -> str:
    """A hand-off and its task are one a cycle and assignment; other writes one a state.

    A hand-off that was refused for some of its fields is another one without them. What is told
    to people is one for what it is about.
    """
    if "about" in write.extra:
        return str(write.extra["about"])
    state = scene.work.state(lead)
    if write.action in ONE_A_CYCLE and state.assigned:
        one = assignment(state.assigned)
        return f"{one}:{write.without}" if write.without else one
    return f"{state.rev}:{hashed}"


def assignment(assigned: Mapping[str, Any] | None) -> str:
    """What tells one assignment of a lead from another; empty for none."""
    return f"{assigned['cycle']}:{assigned['since']}:{assigned['rev']}" if assigned else ""
