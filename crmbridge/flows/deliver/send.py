"""One batch of operations as calls of a vendor, and the result of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from crmbridge.errors import (
    ConnectorError,
    NotSupported,
    RefusalCause,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.flows.deliver.enroll import by_list
from crmbridge.flows.deliver.influence import credited
from crmbridge.flows.deliver.narrow import narrowed
from crmbridge.flows.retry import patiently
from crmbridge.mapping.schema import Mapping, PersonMap
from crmbridge.model.codec import decode, decode_map
from crmbridge.model.payload.writes import INFLUENCE
from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.net.priority import urgency
from crmbridge.store.outbox import Op
from crmbridge.system import System

Results = list[tuple[Op, Written]]


def send(
    system: System, mapping: Mapping, ops: Sequence[Op], sleep: Callable[[float], None]
) -> Results:
    """Send operations, those of one object together; every one gets exactly one result.

    Raises only what makes further calls pointless (a rejected credential); then nothing was sent.
    """
    out: Results = []
    for (action, obj), group in groupby(sorted(ops, key=_kind), key=_kind):
        batch = list(group)
        with urgency(min(op.priority for op in batch)):
            if action == "enroll":
                out += _enroll(system, mapping, batch, sleep)
            elif action == INFLUENCE:
                out += credited(system, batch, sleep, _result)
            else:
                out += _write(system, obj, batch, sleep)
    return out


def _kind(op: Op) -> tuple[str, str]:
    return (op.action if op.action in ("enroll", INFLUENCE) else "write", op.obj)


def is_task(action: str) -> bool:
    """Whether an operation makes a task: of a hand-off, or of a signal."""
    return action == "task" or action.startswith("signal:")


def row_of(op: Op) -> Row:
    """The row of an operation; a task is keyed by the operation, a person by the lead."""
    values = decode_map(op.payload["values"])
    key = op.id if is_task(op.action) else str(op.payload.get("key") or op.lead)
    ident = str(op.payload.get("id") or "")
    return Row(
        op=op.id,
        key=key,
        values=values,
        id=ident,
        before=_before(op) if ident else {},
        by_rules=bool(op.payload.get("by_rules")),
    )


def _before(op: Op) -> dict[str, Value]:
    """What the ledger knew of the record's fields when the write was decided.

    `None` is empty only for those in `blank`, which operations of earlier builds lack: of the
    others nobody knows, and they are left out.
    """
    blank = frozenset(op.payload.get("blank", ()))
    return {
        name: decode(change[0])
        for name, change in op.payload.get("changes", {}).items()
        if change[0] is not None or name in blank
    }


def _write(system: System, obj: str, ops: Sequence[Op], sleep: Callable[[float], None]) -> Results:
    rows = [row_of(op) for op in ops]
    try:
        written = patiently(lambda: system.write(obj, rows), sleep)
    except Unknown as error:
        return [(op, _result(op, Outcome.UNKNOWN, error)) for op in ops]
    except Unavailable as error:
        return [(op, _result(op, Outcome.LATER, error)) for op in ops]
    except (Refused, NotSupported) as error:
        return [(op, _result(op, Outcome.REFUSED, error)) for op in ops]
    person = system.map.person(obj)
    if person is not None:
        needed = {op.id: _needed(person, op, row) for op, row in zip(ops, rows, strict=True)}
        by_row = {row.op: row for row in rows}
        written = narrowed(by_row, written, needed, lambda some: system.write(obj, some))
    by_op = {one.op: one for one in written}
    lost = Unknown("the connector gave no result for this row")
    return [(op, by_op.get(op.id) or _result(op, Outcome.UNKNOWN, lost)) for op in ops]


def _needed(person: PersonMap, op: Op, row: Row) -> frozenset[str]:
    """The fields of a row that go together, or not at all.

    Of a new record those without which it must not be made: whose it is, its address, what has a
    default because the vendor requires it. Of a hand-off what it sets, of an opt-out the opt-out.
    """
    names = {person.key}
    lines = person.fields.items()
    if op.priority == 0:
        names |= {line.field for word, line in lines if word == "opted_out"}
    if op.action == "handoff":
        names |= {person.owner, *person.handoff, *person.hand_on}
    if not row.id:
        names |= set(person.constants)
        names |= {one.field for word, one in lines if word == "email" or one.default is not None}
    return frozenset(names & row.values.keys())


def _result(op: Op, outcome: Outcome, error: ConnectorError) -> Written:
    return Written(
        op=op.id,
        outcome=outcome,
        code=getattr(error, "code", "") or type(error).__name__,
        message=str(error),
        field=getattr(error, "field", ""),
        cause=_cause(error),
        retry_after=error.retry_after if isinstance(error, Throttled) else 0.0,
    )


def _cause(error: ConnectorError) -> RefusalCause | None:
    if isinstance(error, NotSupported):
        return RefusalCause.UNABLE
    return error.cause if isinstance(error, Refused) else None


def _enroll(
    system: System, mapping: Mapping, ops: Sequence[Op], sleep: Callable[[float], None]
) -> Results:
    """Lists take people on and off in one call each; both may be repeated freely."""
    out: dict[str, Written] = {}
    for name, (add, remove) in by_list(mapping, ops).items():
        ids = ([op.payload["id"] for op in add], [op.payload["id"] for op in remove])
        try:
            said = patiently(lambda n=name, i=ids: system.enroll(n, *i), sleep)  # type: ignore[misc]
        except (Unavailable, Unknown) as error:
            out |= {op.id: _result(op, Outcome.LATER, error) for op in (*add, *remove)}
            continue
        except (Refused, NotSupported) as error:
            out |= {op.id: _result(op, Outcome.REFUSED, error) for op in (*add, *remove)}
            continue
        for op in (*add, *remove):
            reason = said.get(op.payload["id"], "no answer for this record")
            before = out.get(op.id)
            if before is None or before.outcome is Outcome.DONE:
                out[op.id] = _placed(op, reason)
    return [(op, out[op.id]) for op in ops]


def _placed(op: Op, said: str) -> Written:
    """What a list made of one record, in the vendor's word for it."""
    if said == "done":
        return Written(op=op.id, outcome=Outcome.DONE, id=op.payload["id"])
    if said == "gone":
        return Written(op=op.id, outcome=Outcome.GONE, code="gone")
    return Written(op=op.id, outcome=Outcome.REFUSED, code="not_taken", message=said)
