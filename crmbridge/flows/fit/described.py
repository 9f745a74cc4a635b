"""What the systems say of the fields that we write: asked now and then, kept in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from crmbridge.company import Company
from crmbridge.errors import NotSupported, Refused
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap, SystemMap
from crmbridge.model.record import Field
from crmbridge.store import described as store
from crmbridge.store.described import Described

EVERY = timedelta(hours=1)
"""How often a system is asked to describe its fields, while nothing is held for one of them."""
SOON = timedelta(minutes=1)
"""How often while something is (both business time)."""


def of(scene: Scene, side: str) -> Described | None:
    """What a side says of its fields; `None` before it was asked."""
    name = f"described:{side}"
    if name not in scene.fits:
        scene.fits[name] = store.get(scene.tx, side)
    found: Described | None = scene.fits[name]
    return found


def written_fields(person: PersonMap) -> list[str]:
    """The vendor's fields of a table of people that words are written to."""
    return [one for x in person.fields.values() if x.writes for one in (x.field, x.rest) if one]


def objects(spec: SystemMap) -> list[str]:
    """The objects with people that a side writes."""
    return [one.object for one in spec.people if written_fields(one)]


def due(scene: Scene, side: str, *, something_held: bool) -> bool:
    """Whether a side should be asked again what fields it has."""
    known = of(scene, side)
    if known is None or _wanted(scene.company, side).items() - _names(known).items():
        return True
    return not timedelta(0) <= scene.now - known.at < (SOON if something_held else EVERY)


def _wanted(company: Company, side: str) -> dict[str, frozenset[str]]:
    people = company.mapping.system(side).people
    return {one.object: frozenset(names) for one in people if (names := written_fields(one))}


def _names(known: Described) -> dict[str, frozenset[str]]:
    return {obj: frozenset(some) for obj, some in known.fields.items()}


def ask(company: Company, side: str) -> dict[str, Sequence[Field]]:
    """Ask a side to describe what we write, in one call an object.

    An object that it does not describe is left out. Raises `ConnectorError`.
    """
    found: dict[str, Sequence[Field]] = {}
    for obj in objects(company.mapping.system(side)):
        try:
            found[obj] = company.systems[side].connector.describe(obj)
        except (Refused, NotSupported):
            continue
    return found


def note(
    scene: Scene, side: str, told: Mapping[str, Sequence[Field] | str]
) -> set[tuple[str, str]]:
    """Keep what a side said; return the fields, as (object, name), that are not as they were.

    Nothing is returned for the first time.
    """
    before = of(scene, side)
    fields = {
        person.object: _fields(person, said)
        for person in scene.company.mapping.system(side).people
        if not isinstance(said := told.get(person.object, ""), str)
    }
    info = scene.company.systems[side].connector.info
    made = Described(at=scene.now, fields=fields, title=info.title, word=info.field_word)
    _keep(scene, side, made)
    if before is None:
        return set()
    return {
        (obj, name)
        for obj, some in fields.items()
        for name, field in some.items()
        if name in before.fields.get(obj, ()) and not _alike(before.fields[obj][name], field)
    }


def lost(scene: Scene, side: str, obj: str, name: str) -> None:
    """A write found a field missing: it counts as missing until the side is asked again."""
    known = of(scene, side)
    if known is not None and known.fields.get(obj, {}).get(name) is not None:
        fields = {**known.fields, obj: {**known.fields[obj], name: None}}
        _keep(scene, side, replace(known, fields=fields))


def _alike(one: Field | None, other: Field | None) -> bool:
    """Whether two descriptions of a field say the same of what it takes."""
    if one is None or other is None:
        return one is other
    return all(getattr(one, name) == getattr(other, name) for name in _TAKES)


_TAKES = ("type", "required", "writable", "length", "choices", "restricted", "digits", "scale")


def _fields(person: PersonMap, said: Iterable[Field]) -> dict[str, Field | None]:
    known = {one.name: one for one in said}
    return {name: known.get(name) for name in written_fields(person)}


def _keep(scene: Scene, side: str, made: Described) -> None:
    scene.fits[f"described:{side}"] = made
    store.put(scene.tx, side, made)
