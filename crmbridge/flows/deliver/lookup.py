"""Looking at the vendor past its change feed: before we create, and after an unknown outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmbridge.company import Company
from crmbridge.connector import Finds
from crmbridge.errors import NotSupported
from crmbridge.flows.deliver.send import Results, row_of
from crmbridge.model.codec import decode
from crmbridge.model.lead import Sighting
from crmbridge.model.record import Outcome, Record, Row, Written
from crmbridge.store.outbox import Op
from crmbridge.system import System


def known_already(company: Company, side: str, ops: Sequence[Op]) -> list[Sighting]:
    """Return the vendor's live people with the addresses of those whom we are about to create."""
    system = company.systems[side]
    creates = [op for op in ops if op.action == "handoff" and not op.payload.get("id")]
    if not creates or not isinstance(system.connector, Finds):
        return []
    looks: dict[str, tuple[str, Sequence[str]]] = {}
    for person in system.map.people:
        line = system.map.lead.fields.get("email")
        mine = person.fields.get("email")
        if line is None or mine is None:
            continue
        addresses = [
            str(value) for op in creates if (value := decode(op.payload["values"].get(line.field)))
        ]
        looks[person.object] = (mine.field, addresses)
    found = system.find_many(looks) if looks else []
    return [one for one in found if one.key == "" or one.converted_to is None]


def read_back(system: System, ops: Sequence[Op]) -> Results:
    """Settle operations whose outcome nobody knows, those of one kind in one look.

    The values stand at the vendor: done. They do not: it may be sent again, by key or id, so it
    cannot happen twice. A vendor that cannot be asked: a person decides.
    """
    looks: dict[tuple[str, str], list[Op]] = {}
    told: dict[str, Written] = {}
    for op in ops:
        if op.action == "enroll":
            told[op.id] = Written(op=op.id, outcome=Outcome.LATER, code="repeat")
        else:
            looks.setdefault((op.obj, _by(system, op)), []).append(op)
    for (obj, by), some in looks.items():
        try:
            told |= {one.op: one for one in _looked(system, obj, by, some)}
        except NotSupported:
            told |= {op.id: _unasked(op) for op in some}
    return [(op, told[op.id]) for op in ops]


def _unasked(op: Op) -> Written:
    return Written(
        op=op.id,
        outcome=Outcome.AMBIGUOUS,
        code="unknown_outcome",
        message="the outcome is unknown and this vendor cannot be asked",
    )


def _by(system: System, op: Op) -> str:
    """By what a record is looked up: its id, our key, or the operation's mark on a task."""
    person = system.map.person(op.obj)
    if person is None:
        return str(op.payload.get("key_field") or "")
    return "id" if row_of(op).id else person.key


def _looked(system: System, obj: str, by: str, ops: Sequence[Op]) -> list[Written]:
    rows = [row_of(op) for op in ops]
    if system.map.person(obj) is None:
        # a task carries the operation's id: there is one, or there is none
        marks = _marks(system.find_rows(obj, by, [row.key for row in rows]), by) if by else {}
        return [_task(row, marks) for row in rows]
    wanted = [row.id or row.key for row in rows]
    answering = _answering(system.find(obj, by, list(dict.fromkeys(wanted))), by)
    return [
        _person(row, answering.get(value.lower(), []))
        for row, value in zip(rows, wanted, strict=True)
    ]


def _marks(found: Sequence[Record], by: str) -> dict[str, str]:
    return {str(one.values.get(by)).lower(): one.id for one in found}


def _task(row: Row, marks: Mapping[str, str]) -> Written:
    ident = marks.get(row.key.lower())
    if ident is None:
        return Written(op=row.op, outcome=Outcome.LATER, code="not_there")
    return Written(op=row.op, outcome=Outcome.DONE, id=ident)


def _answering(found: Sequence[Sighting], by: str) -> dict[str, list[Sighting]]:
    """The records by what they answer to; a vendor may write a key in another case."""
    out: dict[str, list[Sighting]] = {}
    for one in found:
        own = [one.ref.id, *(ref.id for ref in one.absorbed)] if by == "id" else [one.key]
        for name in dict.fromkeys(each.lower() for each in own):
            out.setdefault(name, []).append(one)
    return out


def _person(row: Row, found: Sequence[Sighting]) -> Written:
    if len(found) > 1:
        return Written(op=row.op, outcome=Outcome.AMBIGUOUS, code="several_records")
    if found and all(found[0].raw.get(name) == want for name, want in row.values.items()):
        return Written(op=row.op, outcome=Outcome.DONE, id=found[0].ref.id, created=not row.id)
    return Written(op=row.op, outcome=Outcome.LATER, code="not_there")
