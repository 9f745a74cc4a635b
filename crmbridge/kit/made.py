"""Fields that a vendor does not have, made of others: a status of several, a yes of a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crmbridge.kit.fields import Readers, at, without_false
from crmbridge.kit.fields import values_of as held_values
from crmbridge.kit.paths import Schema
from crmbridge.model.record import Field, Value

Case = tuple[Value, Mapping[str, Sequence[object]]]
"""A value, and what the vendor holds then: by field or path, one of some raw values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made field: the value of the first case that holds; one without a condition always does.

    `kind` is its type, as in `Field.type`. `writes` are the values that can be written, and what is
    written for each; without any the field is only read.
    """

    kind: str
    cases: Sequence[Case]
    writes: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    @property
    def of(self) -> tuple[str, ...]:
        """The vendor's fields that it is made of."""
        return tuple(dict.fromkeys(name for _, held in self.cases for name in held))

    def described(self, name: str) -> Field:
        """Return the field as `describe` tells of it."""
        texts = tuple(value for value, _ in self.cases if isinstance(value, str))
        choices = texts if self.kind == "enum" else ()
        return Field(
            name=name, type=self.kind, label=name, writable=bool(self.writes), choices=choices
        )


Mades = Mapping[str, Made]
"""The made fields of one object, by name."""


def with_made(schema: Schema, made: Mades) -> Schema:
    """Return the schema of an object with its made fields among the others."""
    fields = {name: one.described(name) for name, one in made.items()}
    kinds = {name: one.kind for name, one in made.items()}
    return replace(schema, fields={**schema.fields, **fields}, kinds={**schema.kinds, **kinds})


def sources(made: Mades, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the vendor's fields to ask for where some fields are wanted: a made one's own."""
    found = (made[name].of if name in made else (name,) for name in wanted)
    return tuple(dict.fromkeys(one for names in found for one in names))


def values_of(made: Mades, wanted: Iterable[str], raw: Mapping[str, Any]) -> dict[str, Value]:
    """Return the made values among the wanted fields; one that cannot be made is absent."""
    found: dict[str, Value] = {}
    for name in wanted:
        if name in made and (value := _first(made[name], raw)) is not None:
            found[name] = value[0]
    return found


def _first(made: Made, raw: Mapping[str, Any]) -> tuple[Value] | None:
    """Return the value in a one-tuple; `None` where the row does not carry what it is made of."""
    for value, conditions in made.cases:
        held = {name: at(raw, name) for name in conditions}
        if None in held.values():
            return None
        if all(one is not None and one[0] in conditions[name] for name, one in held.items()):
            return (value,)
    return None


def written(made: Mades, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return values with those of made fields as what is written for them.

    One that cannot be written stays as it is, for the vendor to refuse.
    """
    found: dict[str, Value] = {}
    for name, value in values.items():
        found |= made[name].writes.get(str(value), {name: value}) if name in made else {name: value}
    return found


def read(
    made: Mades, kinds: Mapping[str, str], raw: Mapping[str, Any], readers: Readers
) -> dict[str, Value]:
    """Return the wanted values of a row of a vendor that writes false for nothing.

    `kinds` are the types of the wanted fields and paths, made ones among them. What is not of its
    type is absent.
    """
    plain = {path: kind for path, kind in kinds.items() if path not in made}
    clean = without_false(raw, {path for path, kind in plain.items() if kind == "bool"})
    found = held_values(clean, plain, readers, lambda path: None)
    return found | values_of(made, kinds, raw)
