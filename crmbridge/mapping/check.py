"""A mapping held against what the vendor really has: missing, read-only, wrong choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from crmbridge.mapping.schema import FieldMap, PersonMap, SystemMap
from crmbridge.mapping.translate import person_fields
from crmbridge.model.record import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the mapping says and the vendor does not have.

    `field` is the vendor's field; a `fatal` finding stops the company's start, others hold only
    the field.
    """

    where: str
    field: str
    what: str
    advice: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.advice}"


def check_person(where: str, person: PersonMap, fields: Sequence[Field]) -> list[Finding]:
    """Return what a person map names wrongly; empty when all is well."""
    known = {field.name: field for field in fields}
    findings = [
        _missing(where, person, name, known) for name in person_fields(person) if name not in known
    ]
    findings += _key(where, person, known)
    for word, entry in person.fields.items():
        if entry.field in known:
            findings += _writes(f"{where}.fields.{word}", entry, known[entry.field])
    return findings + list(_statuses(where, person, known))


def _missing(where: str, person: PersonMap, name: str, known: dict[str, Field]) -> Finding:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "create the field, or give us leave to see it"
    return Finding(
        where=where,
        field=name,
        what=f"{person.object} has no field {name!r} that we can see",
        advice=hint,
        fatal=name == person.key,
    )


def _key(where: str, person: PersonMap, known: dict[str, Field]) -> Iterator[Finding]:
    field = known.get(person.key)
    if field is not None and not field.unique:
        yield Finding(
            where=f"{where}.key",
            field=person.key,
            what=f"{person.object}.{person.key} is not unique",
            advice="make it unique (an external id): without it a lead could be written twice",
            fatal=True,
        )


def _writes(where: str, entry: FieldMap, field: Field) -> Iterator[Finding]:
    if not entry.writes:
        return
    if not field.writable:
        yield Finding(
            where=where,
            field=field.name,
            what=f"{field.name!r} cannot be written",
            advice='give us leave to edit it, or make the line way = "in"',
        )
    if field.choices and field.restricted and entry.values:
        outgoing = entry.values.values() if entry.way == "out" else entry.values.keys()
        yield from _choices(where, field, [value for value in outgoing])


def _choices(where: str, field: Field, values: Sequence[str]) -> Iterator[Finding]:
    for value in values:
        if value not in field.choices:
            yield Finding(
                where=where,
                field=field.name,
                what=f"{field.name!r} does not allow {value!r}",
                advice=f"it allows: {', '.join(field.choices)}",
            )


def _statuses(where: str, person: PersonMap, known: dict[str, Field]) -> Iterator[Finding]:
    spec = person.status
    if spec is None or spec.field not in known:
        return
    for value in known[spec.field].choices:
        if value not in spec.types:
            yield Finding(
                where=f"{where}.status.types",
                field=spec.field,
                what=f"status {value!r} has no type",
                advice="give it one of open, ongoing, won, lost; until then it moves no lead",
            )


def check_system(name: str, system: SystemMap, fields: dict[str, Sequence[Field]]) -> list[Finding]:
    """Check the person tables of one system; `fields` is by vendor object."""
    findings: list[Finding] = []
    for table, person in zip(("lead", "contact"), system.people, strict=False):
        findings += check_person(f"mapping.toml {name}.{table}", person, fields[person.object])
    return findings
