"""Names of vendor's objects in the mapping that lead to no table of it."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.check.tables import people_tables
from crmbridge.mapping.schema import SystemMap
from crmbridge.model.nearest import meant


def inner_findings(side: str, spec: SystemMap) -> Iterator[Finding]:
    """Yield what one side's tables say of each other that cannot be."""
    people = [person.object for person in spec.people]
    for table, line, obj, target in _targets(side, spec):
        if target not in people:
            yield Finding(
                where=f"mapping.toml {table}",
                line=line,
                obj=obj,
                field="",
                what=f"no table of people has the object {target!r}, so these belong to nobody",
                advice=meant(target, people, f"there are: {', '.join(people)}"),
                fatal=table in (f"{side}.deal", f"{side}.role"),
            )
    yield from _keys(side, spec)


def _targets(side: str, spec: SystemMap) -> Iterator[tuple[str, str, str, str]]:
    """Yield (table, line, object, object that it leads to)."""
    for table, person in people_tables(side, spec):
        if person.converted:
            target = person.converted.contact_object
            yield table, "converted.contact_object", person.object, target
    yield from happened(side, spec)
    if spec.deal:
        for field, target in spec.deal.people.items():
            yield f"{side}.deal", f"people.{field}", spec.deal.object, target
    if spec.role:
        yield f"{side}.role", "person_object", spec.role.object, spec.role.person_object


def happened(side: str, spec: SystemMap) -> Iterator[tuple[str, str, str, str]]:
    """Yield (table, line, object, object that it leads to) of what is somebody's, deals apart."""
    if spec.member:
        for field, target in spec.member.people.items():
            yield f"{side}.member", f"people.{field}", spec.member.object, target
    for name, touch in spec.touch.items():
        for field, target in touch.people.items():
            yield f"{side}.touch.{name}", f"people.{field}", touch.object, target
    for name, activity in spec.activity.items():
        for field, targets in activity.people.items():
            for target in targets:
                yield f"{side}.activity.{name}", f"people.{field}", activity.object, target


def _keys(side: str, spec: SystemMap) -> Iterator[Finding]:
    """A connector writes by one key: that of the lead."""
    named = [(f"{side}.contact", spec.contact.object, spec.contact.key)] if spec.contact else []
    named += [(f"{side}.task", spec.task.object, spec.task.key)] if spec.task else []
    for table, obj, key in named:
        if key and spec.lead.key and key != spec.lead.key:
            yield Finding(
                where=f"mapping.toml {table}",
                line="key",
                obj=obj,
                field=key,
                what=f"the key is {key!r} here and {spec.lead.key!r} in {side}.lead",
                advice="name the field alike on each object: records are written by one key",
                fatal=True,
            )
