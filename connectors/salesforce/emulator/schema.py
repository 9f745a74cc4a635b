"""What objects and fields the emulated org has, and how administrators change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

TEXT_TYPES = frozenset(
    [
        "string",
        "textarea",
        "email",
        "phone",
        "url",
        "picklist",
        "multipicklist",
        "combobox",
        "id",
        "reference",
    ]
)
NUMBER_TYPES = frozenset(["int", "double", "currency", "percent"])
_CUSTOM = {
    "externalId": "external_id",
    "caseSensitive": "case_sensitive",
    "restrictedPicklist": "restricted",
    "idLookup": "id_lookup",
    "relationshipName": "relationship",
}
_PLAIN = [
    "label",
    "length",
    "precision",
    "scale",
    "nillable",
    "createable",
    "updateable",
    "unique",
    "calculated",
    "default",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a picklist; a retired one is not active."""

    value: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an object, with the names of the vendor's describe in snake case."""

    name: str
    type: str
    label: str = ""
    length: int = 0
    precision: int = 18
    scale: int = 2
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    unique: bool = False
    external_id: bool = False
    id_lookup: bool = False
    case_sensitive: bool = False
    calculated: bool = False
    custom: bool = False
    restricted: bool = False
    picklist: tuple[Choice, ...] = ()
    targets: tuple[str, ...] = ()
    relationship: str = ""
    default: Any = None
    defaulted: bool = False

    @property
    def text(self) -> bool:
        """Whether its values are texts that compare without case."""
        return self.type in TEXT_TYPES and self.type not in ("id", "reference")

    @property
    def is_id(self) -> bool:
        """Whether its values are record ids."""
        return self.type in ("id", "reference")

    @property
    def key(self) -> bool:
        """Whether an upsert or a look-up may go by it."""
        return self.external_id or self.id_lookup or self.type == "id"


class Entity:
    """One object: its fields by lower-case name, and the parents they lead to."""

    def __init__(self, name: str, prefix: str, fields: Iterable[Field], *, writable: bool) -> None:
        self.name = name
        self.prefix = prefix
        self.writable = writable
        self.fields: dict[str, Field] = {}
        self.parents: dict[str, Field] = {}
        for field in fields:
            self.add(field)

    def add(self, field: Field) -> None:
        """Add a field, or replace the one of that name."""
        self.fields[field.name.lower()] = field
        if field.relationship:
            self.parents[field.relationship.lower()] = field

    def drop(self, name: str) -> Field:
        """Take a field away; raises `ValueError` for none of that name."""
        field = self.fields.pop(name.lower(), None)
        if field is None:
            raise ValueError(f"{self.name} has no field {name!r}; see its describe")
        self.parents.pop(field.relationship.lower(), None)
        return field

    def get(self, name: str) -> Field | None:
        """Return a field by its name in any case."""
        return self.fields.get(name.lower())


class Schema:
    """All objects of the org, by lower-case name and by key prefix."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities = {entity.name.lower(): entity for entity in entities}
        self._prefixes = {entity.prefix: entity.name for entity in self._entities.values()}

    def __iter__(self) -> Any:
        return iter(self._entities.values())

    def get(self, name: str) -> Entity | None:
        """Return an object by its name in any case."""
        return self._entities.get(name.lower())

    def add(self, entity: Entity) -> None:
        """Take in one more object."""
        self._entities[entity.name.lower()] = entity
        self._prefixes[entity.prefix] = entity.name

    def entity(self, name: str) -> Entity:
        """Return an object; raises `ValueError` for none of that name."""
        found = self.get(name)
        if found is None:
            known = ", ".join(sorted(entity.name for entity in self))
            raise ValueError(f"no object {name!r} in the emulated org; it has {known}")
        return found

    def of_id(self, record_id: str) -> str:
        """Return the name of the object that an id belongs to; empty for none."""
        return self._prefixes.get(record_id[:3], "")


def custom_field(spec: Mapping[str, Any]) -> Field:
    """Return the field of a seeded description.

    Shape: `{name, type?, label?, length?, externalId?, unique?, caseSensitive?, picklistValues?
    (texts or {value, active}), restrictedPicklist?, referenceTo?, relationshipName?, precision?,
    scale?, nillable?, createable?, updateable?, calculated?, default?}`. Raises `ValueError` for
    an unknown key.
    """
    unknown = set(spec) - set(_CUSTOM) - set(_PLAIN) - {
        "name", "type", "picklistValues", "referenceTo", "custom", "defaultValue",
    }  # fmt: skip
    if unknown or "name" not in spec:
        raise ValueError(f"a field description needs a name and has unknown keys {sorted(unknown)}")
    values = {key: spec[key] for key in _PLAIN if key in spec}
    values |= {ours: spec[theirs] for theirs, ours in _CUSTOM.items() if theirs in spec}
    kind = str(spec.get("type", "string"))
    values.setdefault("length", {"string": 255, "textarea": 32_768, "email": 80}.get(kind, 0))
    if "defaultValue" in spec:
        values["default"] = spec["defaultValue"]
    if values.get("calculated"):
        values |= {"createable": False, "updateable": False}
    return Field(
        name=str(spec["name"]),
        type=kind,
        custom=str(spec["name"]).endswith("__c"),
        picklist=choices(spec.get("picklistValues", ())),
        targets=tuple(spec.get("referenceTo", ())),
        **values,
    )


def choices(values: Iterable[Any]) -> tuple[Choice, ...]:
    """Return picklist values from texts or `{value, active}` objects."""
    return tuple(
        Choice(value=str(one["value"]), active=bool(one.get("active", True)))
        if isinstance(one, Mapping)
        else Choice(value=str(one))
        for one in values
    )


def with_choice(field: Field, value: str, *, active: bool) -> Field:
    """Return the field with a picklist value that is active or retired."""
    kept = tuple(one for one in field.picklist if one.value != value)
    return replace(field, picklist=(*kept, Choice(value=value, active=active)))
