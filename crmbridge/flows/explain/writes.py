"""What was written to the vendors for a lead, what they answered, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.store import held, outbox
from crmbridge.store.held import Held, HeldState
from crmbridge.store.table import Tx

ANSWER = ("ref", "created", "code", "message", "field", "why", "attempt")
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
        op = str(event.data.get("op", ""))
        if event.type == "write":
            made[op] = _write(event)
        elif op in made:
            made[op]["state"] = "sending" if event.type == "sent" else event.type
            made[op]["answers"].append(_answer(event))
    if live is not None:
        for ident, row in outbox.get(live, made).items():
            made[ident] |= {
                "state": row.state.value,
                "attempts": row.attempts,
                "priority": row.priority,
                "result": dict(row.result) if row.result else None,
            }
    return list(made.values())


def _write(event: Event) -> dict[str, Any]:
    data = event.data
    return {
        "op": data["op"],
        "at": instant(event.at),
        "system": data["system"],
        "object": data["obj"],
        "action": data["action"],
        "state": "intent",
        "changes": [
            {"field": name, "before": before, "after": after, "rule": rule}
            for name, (before, after, rule) in data["changes"].items()
        ],
        "answers": [],
    }


def _answer(event: Event) -> dict[str, Any]:
    told = {name: event.data[name] for name in ANSWER if event.data.get(name)}
    return {"at": instant(event.at), "type": event.type, **told}


def held_told(tx: Tx, family: Sequence[str], as_of: datetime | None) -> list[dict[str, Any]]:
    """Return what waits for a person of a lead and of those merged into it, the newest first.

    At a past instant: what had begun by then and nobody had resolved. Its advice is told only
    where nothing became of it since.
    """
    state = HeldState.OPEN if as_of is None else None
    rows = [one for lead in family for one in held.find(tx, lead=lead, state=state)]
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
