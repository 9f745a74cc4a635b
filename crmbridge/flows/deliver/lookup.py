"""Looking at the vendor past its change feed: before we create, and after an unknown outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field

from crmbridge.connector import Finds
from crmbridge.errors import NotSupported
from crmbridge.flows.deliver.send import Results, row_of
from crmbridge.model.codec import decode
from crmbridge.model.lead import Sighting
from crmbridge.model.payload.writes import INFLUENCE
from crmbridge.model.record import Outcome, Record, Row, Written
from crmbridge.store.outbox import Op
from crmbridge.system import System

REPEATED = ("enroll", INFLUENCE)
"""Actions that may be repeated freely: the vendor is asked for a state, and not for a step."""
LASTS = 30.0
"""Seconds for which a look is good: whom sales enters in that time gets a second record."""


@dataclass(slots=True, kw_only=True)
class LookUps:
    """The looks of one drain for people whom a vendor may have, before records are made for them.

    One look is for the batch in hand and for those behind it. Each look is good for one record
    made, once: whoever is written to under the same address afterwards is looked for anew.
    """

    system: System
    clock: Callable[[], float] = time.time
    """A clock that goes on while the machine sleeps; one that is set back makes a look void."""
    _looked: dict[str, float] = field(default_factory=dict)

    def known(self, ops: Sequence[Op], ahead: Callable[[], Sequence[Op]]) -> list[Sighting]:
        """Return the vendor's live people with the addresses of those whom we are about to create.

        `ahead` gives the operations that come next; it is asked only where a look is needed.
        """
        if not isinstance(self.system.connector, Finds):
            return []
        now = self.clock()
        own = {op.id: self._address(op) for op in ops}
        seen = {mark: self._looked.pop(mark, None) for mark in map(_mark, own.values())}
        wanted: list[str] = []
        for op in ops:
            mark = _mark(own[op.id])
            at, seen[mark] = seen[mark], None
            if mark and _creates(op) and not _fresh(at, now):
                wanted.append(own[op.id])
        if not wanted:
            return []
        more = self._more(ahead(), seen, now)
        found = self._found(list(dict.fromkeys([*wanted, *more])))
        self._looked |= dict.fromkeys(map(_mark, more), now)
        return found

    def _more(self, ops: Sequence[Op], own: Container[str], now: float) -> list[str]:
        """The addresses of people to be created later; none of those that are written to now."""
        addresses = (one for op in ops if _creates(op) and (one := self._address(op)))
        return [
            one
            for one in addresses
            if (mark := _mark(one)) not in own and not _fresh(self._looked.get(mark), now)
        ]

    def _address(self, op: Op) -> str:
        line = self.system.map.lead.fields.get("email")
        return str(decode(op.payload.get("values", {}).get(line.field)) or "") if line else ""

    def _found(self, addresses: Sequence[str]) -> list[Sighting]:
        looks = {
            person.object: (mine.field, addresses)
            for person in self.system.map.people
            if (mine := person.fields.get("email"))
        }
        found = self.system.find_many(looks)
        return [one for one in found if one.key == "" or one.converted_to is None]


def _fresh(at: float | None, now: float) -> bool:
    """Whether a look is good still."""
    return at is not None and 0 <= now - at <= LASTS


def _mark(address: str) -> str:
    return address.strip().lower()


def _creates(op: Op) -> bool:
    return op.action == "handoff" and not op.payload.get("id")


def read_back(system: System, ops: Sequence[Op]) -> Results:
    """Settle operations whose outcome nobody knows, those of one kind in one look.

    The values stand at the vendor: done. They do not: it may be sent again, by key or id, so it
    cannot happen twice. A vendor that cannot be asked: a person decides.
    """
    looks: dict[tuple[str, str], list[Op]] = {}
    told: dict[str, Written] = {}
    for op in ops:
        if op.action in REPEATED:
            told[op.id] = Written(op=op.id, outcome=Outcome.LATER, code="repeat")
        else:
            looks.setdefault((op.obj, _by(system, op)), []).append(op)
    for (obj, by), some in looks.items():
        try:
            told |= {one.op: one for one in _looked(system, obj, by, some)}
        except NotSupported:
            told |= {op.id: unasked(op) for op in some}
    return [(op, told[op.id]) for op in ops]


def unasked(op: Op) -> Written:
    """The result of a write whose outcome nobody can find out: a person decides."""
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
