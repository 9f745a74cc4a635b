"""Fields that hold ids, held against the objects that the vendor says they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crmbridge.mapping.check.around import Lead, around
from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.check.inner import happened
from crmbridge.mapping.check.tables import people_tables
from crmbridge.mapping.schema import SystemMap
from crmbridge.model.record import Field


def refer_findings(
    side: str, spec: SystemMap, known: Mapping[str, Mapping[str, Field]]
) -> Iterator[Finding]:
    """Yield the fields that lead to other objects than the mapping says.

    Nothing is said of a field of which the vendor does not tell where it leads.
    """
    for table, line, obj, name, target, money in _leads(side, spec):
        field = known.get(obj, {}).get(name)
        if field is None or not field.refers:
            continue
        if target.casefold() not in {one.casefold() for one in field.refers}:
            yield Finding(
                where=f"mapping.toml {table}",
                line=line,
                obj=obj,
                field=name,
                what=f"{name!r} leads to {' or '.join(field.refers)}, and never to {target!r}",
                advice="name the field that does, or the object that it leads to",
                fatal=money,
            )


def _leads(side: str, spec: SystemMap) -> Iterator[Lead]:
    people = {one.object for one in spec.people}
    # a target without a table is told of by itself
    yield from (one for one in _to_people(side, spec) if one[4] in people)
    deal = spec.deal.object if spec.deal else ""
    for table, person in people_tables(side, spec):
        if person.converted and person.converted.deal and deal:
            name = person.converted.deal
            yield table, "converted.deal", person.object, name, deal, True
        if person.owner and spec.rep:
            yield table, "owner", person.object, person.owner, spec.rep.object, False
    yield from around(side, spec)
    if spec.role and deal:
        yield f"{side}.role", "deal", spec.role.object, spec.role.deal, deal, True


def _to_people(side: str, spec: SystemMap) -> Iterator[Lead]:
    for table, person in people_tables(side, spec):
        if one := person.converted:
            target = one.contact_object
            yield table, "converted.contact", person.object, one.contact, target, True
    if role := spec.role:
        yield f"{side}.role", "person", role.object, role.person, role.person_object, True
    if deal := spec.deal:
        for name, target in deal.people.items():
            yield f"{side}.deal", f"people.{name}", deal.object, name, target, True
    for table, line, obj, target in happened(side, spec):
        yield table, line, obj, line.removeprefix("people."), target, False
