"""What the agreement calls stages in a system, held against the line `stage` of the mapping; pure.

The agreement's name goes in the place of what the line's table says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.stages import called, own_of, part_of, place_of
from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.schema import FieldMap, PersonMap, SystemMap
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.model.nearest import meant
from crmbridge.model.record import Field
from crmbridge.model.side import Side


def call_of(agreement: Agreement, side: str, core: str, part: str = "") -> tuple[str, str]:
    """Return what a system calls a stage, and where the agreement says so; empty for nothing.

    A part without a name of its own there is called as its core stage is.
    """
    own = part_of(agreement.stages, core, part) if part else None
    core_calls = own_of(agreement.stages, core).calls
    for one, calls in ((own, own.calls if own else {}), (None, core_calls)):
        if word := next((word for where, word in calls.items() if where == side), ""):
            return word, place_of(core, one)
    return "", ""


def own_names(versions: Iterable[Agreement], side: str) -> dict[str, str]:
    """Return the core stage of each name that some version gives a stage in a system.

    Where versions differ, the one that holds last counts: `versions` are in order of their days.
    """
    return {
        word: core
        for version in versions
        for core, _, where, word in called(version.stages)
        if where == side
    }


def with_own_names(mapping: MappingFile, versions: Iterable[Agreement]) -> MappingFile:
    """Return a mapping that knows what records mean which show an agreement's name of a stage.

    What the mapping says of a value itself stands.
    """
    some, found = tuple(versions), {}
    for name, system in mapping.systems():
        if names := own_names(some, mapping.sides[name]):
            people = {part: getattr(system, part) for part in ("lead", "contact")}
            found[name] = system.model_copy(
                update={part: _knows(one, names) for part, one in people.items() if one}
            )
    return mapping.replaced(found)


def _knows(person: PersonMap, names: Mapping[str, str]) -> PersonMap:
    line = person.fields.get("stage")
    if line is None:
        return person
    new = {word: core for word, core in names.items() if word not in line.values.values()}
    known = line.model_copy(update={"adopt": {**new, **line.adopt}})
    return person.model_copy(update={"fields": {**person.fields, "stage": known}})


def faults(mapping: MappingFile, agreement: Agreement) -> Iterator[str]:
    """Say which names go nowhere, and which a system has for another stage."""
    for core, part, side, word in called(agreement.stages):
        where = f"agreement.toml: {place_of(core, part)}.calls.{side}"
        lines = list(_lines(mapping.at_home(Side(side))))
        if not lines:
            yield (
                f'{where}: mapping.toml has no line `stage` with way = "out" under {side}, so '
                f"that {word!r} goes nowhere: add the line, or take the name out"
            )
        for line in lines:
            if other := _taken(agreement, line, side, core, word):
                yield (
                    f"{where}: mapping.toml calls {other} {word!r} in {line.field}, and nobody "
                    "could tell the two apart there: give one of them another value of the field"
                )


def _lines(system: SystemMap) -> Iterator[FieldMap]:
    for person in system.people:
        line = person.fields.get("stage")
        if line is not None and line.writes:
            yield line


def _taken(agreement: Agreement, line: FieldMap, side: str, core: str, word: str) -> str:
    """The other stage that the mapping's table calls so; none where it calls this one so too."""
    if line.values.get(core) == word:
        return ""
    others = (one for one, theirs in line.values.items() if theirs == word and one != core)
    return next((one for one in others if not call_of(agreement, side, one)[0]), "")


def unknown_names(
    system: SystemMap, side: str, version: Agreement, described: Mapping[str, Iterable[Field] | str]
) -> Iterator[Finding]:
    """Find names of stages that a system's field does not have among its choices.

    `described` are the fields of each object, or the vendor's words why there are none.
    """
    for person in system.people:
        line, fields = person.fields.get("stage"), described.get(person.object, "")
        known = [] if isinstance(fields, str) else list(fields)
        field = next((one for one in known if line and one.name == line.field), None)
        if field is None or not field.choices:
            continue
        for core, part, where, word in called(version.stages):
            if where == side and word not in field.choices:
                yield Finding(
                    where=f"agreement.toml version {version.version} {place_of(core, part)}",
                    line=f"calls.{side}",
                    obj=person.object,
                    field=field.name,
                    what=f"{field.name!r} does not allow {word!r}",
                    advice=meant(word, field.choices, f"add {word!r} to the field's choices"),
                )
