"""What was written to the vendors for a lead, what they answered, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crmbridge.flows.fit.advice import KINDS as CAUSES
from crmbridge.model.codec import encode, instant
from crmbridge.model.event import Event
from crmbridge.model.payload import (
    FieldRefused,
    OfWrite,
    WriteDone,
    WriteDropped,
    WriteOwed,
    WriteRefused,
    WriteSent,
)
from crmbridge.store import held, outbox
from crmbridge.store.held import Held, HeldState
from crmbridge.store.table import Tx

NEWER = (
    "this came up again or was dealt with later, and only its newest words are kept: "
    "`crmbridge held show {id}`"
)


def writes_told(entries: Iterable[Event], live: Tx | None) -> list[dict[str, Any]]:
    """Return each write with what was asked, and each answer to it in order.

    With `live`, the ledger as it is now, also how the outbox has it.
    """
    made: dict[str, dict[str, Any]] = {}
    for event in entries:
        told = event.payload
        if isinstance(told, WriteOwed):
            made[told.op] = _write(event.at, told)
        elif isinstance(told, OfWrite) and told.op in made:
            made[told.op]["state"] = "sending" if event.type == WriteSent.type else event.type
            made[told.op]["answers"].append(_answer(event.at, told))
    if live is not None:
        for ident, row in outbox.get(live, made).items():
            made[ident] |= {
                "state": row.state.value,
                "attempts": row.attempts,
                "priority": row.priority,
                "result": dict(row.result) if row.result else None,
            }
    return list(made.values())


def _write(at: datetime, told: WriteOwed) -> dict[str, Any]:
    return {
        "op": told.op,
        "at": instant(at),
        "system": told.system,
        "object": told.obj,
        "action": told.action,
        "state": "intent",
        "changes": [
            {
                "field": name,
                "before": encode(one.before),
                "after": encode(one.after),
                "rule": one.rule,
            }
            for name, one in told.changes.items()
        ],
        "answers": [],
    }


def _answer(at: datetime, told: OfWrite) -> dict[str, Any]:
    words = {name: one for name, one in _words(told).items() if one}
    return {"at": instant(at), "type": told.type, **words}


def _words(told: OfWrite) -> dict[str, Any]:
    """What an answer says, as it is told; empty for what says no more than its type."""
    match told:
        case WriteDone():
            return {"ref": str(told.ref), "created": told.created}
        case WriteRefused():
            return {"code": told.code, "message": told.message, "field": told.field}
        case FieldRefused():
            return {"ref": str(told.ref), "code": told.code}
        case WriteDropped():
            return {"why": told.why}
        case WriteSent():
            return {"attempt": told.attempt}
    return {}


def held_told(tx: Tx, family: Sequence[str], as_of: datetime | None) -> list[dict[str, Any]]:
    """Return what waits for a person of a lead and of those merged into it, the newest first.

    At a past instant: what had begun by then and nobody had resolved. Its advice is told only
    where nothing became of it since.
    """
    state = HeldState.OPEN if as_of is None else None
    rows = [one for lead in family for one in held.find(tx, lead=lead, state=state)]
    rows += [
        one
        for one in held.causes(tx, CAUSES)
        if not set(family).isdisjoint(one.detail.get("leads", ()))
        and (one.state is HeldState.OPEN or as_of is not None)
    ]
    if as_of is not None:
        rows = [one for one in rows if _open_at(one, as_of)]
    return [_held(one, as_of) for one in rows]


def _open_at(one: Held, as_of: datetime) -> bool:
    return one.first_at <= as_of and (one.state is HeldState.OPEN or one.last_at > as_of)


def _held(one: Held, as_of: datetime | None) -> dict[str, Any]:
    later = as_of is not None and one.last_at > as_of
    return {
        "id": one.id,
        "kind": one.kind,
        "advice": NEWER.format(id=one.id[:8]) if later else one.advice,
        "count": None if later else one.count,
        "first_at": instant(one.first_at),
        "last_at": "" if later else instant(one.last_at),
    }
