"""What a record says of consent: any no among its fields counts; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from crmbridge.errors import UNREADABLE
from crmbridge.mapping.schema import PersonMap
from crmbridge.mapping.transforms import inward
from crmbridge.mapping.values import looked_up
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.record import Record, Value

WORD = "opted_out"


def says_no(person: PersonMap, values: Mapping[str, Value]) -> bool | None:
    """Whether a record says that the person opted out; `None` where it says nothing of it.

    Of several fields (types of mail, a box of sales' own) the strictest counts.
    """
    said = [one for _, one in _said(person, values)]
    if any(said):
        return True
    return False if said else None


def fields_with_no(person: PersonMap, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The fields of a record in which the person is opted out."""
    return tuple(name for name, said in _said(person, values) if said)


def fields_of(person: PersonMap) -> tuple[str, ...]:
    """The fields that tell of consent, that of the word first."""
    line = person.fields.get(WORD)
    own = (line.field,) if line and line.reads else ()
    return tuple(dict.fromkeys((*own, *person.more_opt_outs)))


def heard_of(side: str, person: PersonMap, record: Record) -> Sighting:
    """What is heard of a record that cannot be read as it is: consent, and whose it may be.

    It tells no fact and makes no lead; that it is gone it still says.
    """
    values = record.values
    told: dict[str, Value] = {}
    with suppress(*UNREADABLE):
        if (no := says_no(person, values)) is not None:
            told[WORD] = no
    line = person.fields.get("email")
    with suppress(*UNREADABLE):
        if line and line.reads and (address := inward("email", values.get(line.field))):
            told["email"] = address
    key = ""
    with suppress(*UNREADABLE):
        key = str(values.get(person.key) or "") if person.key else ""
    merged = record.merged_into
    return Sighting(
        ref=Ref(system=side, obj=record.obj, id=record.id),
        values=told,
        raw={name: values[name] for name in fields_of(person) if name in values},
        key=key,
        deleted=record.deleted,
        merged_into=Ref(system=side, obj=record.obj, id=merged) if merged else None,
        filtered=not record.deleted,
    )


def _said(person: PersonMap, values: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
    """Each field that is there, and whether it says no. One that holds nothing says yes to mail."""
    line = person.fields.get(WORD)
    for name in fields_of(person):
        if name not in values:
            continue
        own = line if line and name == line.field else None
        via, table = (own.via, own.values) if own else ("boolean", {})
        try:
            yield name, inward(via, looked_up(table, values[name])) is True
        except ValueError:
            continue
