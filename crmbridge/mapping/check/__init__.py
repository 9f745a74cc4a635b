"""The mapping held against what a vendor really has: every table, every field, every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmbridge.agreement import Teams
from crmbridge.connector import Account
from crmbridge.mapping.check.account import account_findings
from crmbridge.mapping.check.fields import held
from crmbridge.mapping.check.finding import Finding, counted, in_order, sentence
from crmbridge.mapping.check.inner import inner_findings
from crmbridge.mapping.check.lines import line_findings
from crmbridge.mapping.check.people import person_uses, required, unfilled, untyped
from crmbridge.mapping.check.refers import refer_findings
from crmbridge.mapping.check.tables import objects_of, people_tables, uses
from crmbridge.mapping.check.tracks import track_findings
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.schema import PersonMap
from crmbridge.model.record import Field
from crmbridge.model.side import SALES

__all__ = [
    "Finding",
    "check_alone",
    "check_person",
    "check_side",
    "counted",
    "in_order",
    "objects_of",
    "sentence",
    "uses",
]

Described = Mapping[str, Sequence[Field] | str]
"""The fields of each object, or the vendor's words why it has none for us."""


def check_side(
    mapping: MappingFile,
    side: str,
    described: Described,
    *,
    teams: Teams | None = None,
    account: Account | None = None,
) -> list[Finding]:
    """Return all that one side's mapping names and the vendor lacks, objects with faults first.

    Without `account` nothing is said of users, currency and rights.
    """
    spec = mapping.system(side)
    known = {
        obj: {one.name: one for one in fields}
        for obj, fields in described.items()
        if not isinstance(fields, str)
    }
    found = list(_objects(side, mapping, described))
    for use in uses(side, spec):
        if use.obj in known:
            found += held(use, known[use.obj])
    for table, person in people_tables(side, spec):
        found += untyped(table, person, known.get(person.object, {}))
    if mapping.side_of(side) is SALES:
        found += unfilled(f"{side}.lead", spec.lead, known.get(spec.lead.object, {}))
    if task := spec.task:
        filled = {task.key, task.person, task.owner, task.subject, task.body, *task.values}
        found += required(f"{side}.task", task.object, known.get(task.object, {}), filled, {})
    found += [*inner_findings(side, spec), *line_findings(mapping, side)]
    found += refer_findings(side, spec, known)
    found += track_findings(mapping, side, known)
    if account is not None:
        found += account_findings(mapping, side, teams, account, known)
    return in_order(found)


def check_alone(mapping: MappingFile) -> list[Finding]:
    """Return what a mapping says that can never work, whatever its vendors have; asks nobody."""
    found: list[Finding] = []
    for side, spec in mapping.systems():
        found += [*inner_findings(side, spec), *line_findings(mapping, side)]
    return in_order(found)


def _objects(side: str, mapping: MappingFile, described: Described) -> list[Finding]:
    return [
        Finding(
            where=f"mapping.toml {table}",
            line="object",
            obj=obj,
            field="",
            what=f"{obj!r} cannot be read, and with it nothing of {side}",
            advice=f"The vendor says: {why}",
            fatal=True,
        )
        for obj, table in objects_of(side, mapping.system(side)).items()
        if isinstance(why := described.get(obj, ()), str)
    ]


def check_person(table: str, person: PersonMap, fields: Sequence[Field]) -> list[Finding]:
    """Return what one table of people names wrongly; empty when all is well."""
    known = {field.name: field for field in fields}
    found = [one for use in person_uses(table, person) for one in held(use, known)]
    return in_order([*found, *untyped(table, person, known)])
