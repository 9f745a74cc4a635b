"""Looking at the vendor past its change feed: before we create, and after an unknown outcome."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.company import Company
from crmbridge.connector import Finds
from crmbridge.errors import NotSupported
from crmbridge.flows.deliver.send import Results, row_of
from crmbridge.model.codec import decode
from crmbridge.model.lead import Sighting
from crmbridge.model.record import Outcome, Written
from crmbridge.store.outbox import Op
from crmbridge.system import System


def known_already(company: Company, side: str, ops: Sequence[Op]) -> list[Sighting]:
    """Return the vendor's live people with the addresses of those whom we are about to create."""
    system = company.systems[side]
    creates = [op for op in ops if op.action == "handoff" and not op.payload.get("id")]
    if not creates or not isinstance(system.connector, Finds):
        return []
    found: list[Sighting] = []
    for person in system.map.people:
        line = system.map.lead.fields.get("email")
        mine = person.fields.get("email")
        if line is None or mine is None:
            continue
        addresses = [
            str(value) for op in creates if (value := decode(op.payload["values"].get(line.field)))
        ]
        found += system.find(person.object, mine.field, addresses)
    return [one for one in found if one.key == "" or one.converted_to is None]


def read_back(system: System, ops: Sequence[Op]) -> Results:
    """Settle operations whose outcome nobody knows.

    The values stand at the vendor: done. They do not: it may be sent again, by key or id, so it
    cannot happen twice. A vendor that cannot be asked: a person decides.
    """
    out: Results = []
    for op in ops:
        try:
            out.append((op, _one(system, op)))
        except NotSupported:
            out.append(
                (
                    op,
                    Written(
                        op=op.id,
                        outcome=Outcome.AMBIGUOUS,
                        code="unknown_outcome",
                        message="the outcome is unknown and this vendor cannot be asked",
                    ),
                )
            )
    return out


def _one(system: System, op: Op) -> Written:
    if op.action == "enroll":
        return Written(op=op.id, outcome=Outcome.LATER, code="repeat")
    row = row_of(op)
    person = system.map.person(op.obj)
    if person is None:
        return _by_marker(system, op, row.key)
    by, value = ("id", row.id) if row.id else (person.key, row.key)
    found = system.find(op.obj, by, [value])
    if len(found) > 1:
        return Written(op=op.id, outcome=Outcome.AMBIGUOUS, code="several_records")
    if found and all(found[0].raw.get(name) == want for name, want in row.values.items()):
        return Written(op=op.id, outcome=Outcome.DONE, id=found[0].ref.id, created=not row.id)
    return Written(op=op.id, outcome=Outcome.LATER, code="not_there")


def _by_marker(system: System, op: Op, key: str) -> Written:
    """A task carries the operation's id: there is one, or there is none."""
    field = str(op.payload.get("key_field") or "")
    rows = system.find_rows(op.obj, field, [key]) if field else []
    if rows:
        return Written(op=op.id, outcome=Outcome.DONE, id=rows[0].id)
    return Written(op=op.id, outcome=Outcome.LATER, code="not_there")
