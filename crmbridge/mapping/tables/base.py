"""What all tables of the mapping have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from crmbridge.mapping.transforms import TRANSFORMS
from crmbridge.model.nearest import meant

Scalar = str | int | bool
When = dict[str, list[Scalar] | Scalar]
"""A filter: an exact value, or one of a list, for each named field."""


class Shape(BaseModel):
    """A table of the file: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def known_transform(name: str) -> str:
    """Return the name of a transform; raises `ValueError`, with the nearest, for no such one."""
    if name and name not in TRANSFORMS:
        hint = meant(name, TRANSFORMS, f"there are: {', '.join(TRANSFORMS)}")
        raise ValueError(f"unknown transform {name!r}; {hint}")
    return name


def check_leads(spec: Shape, *lines: str) -> None:
    """Raise `ValueError` for a field with ids of which no line says to which object they lead."""
    for line in lines:
        if getattr(spec, line) and not getattr(spec, f"{line}_object"):
            raise ValueError(
                f"{line} names a field with ids, and nothing says of what: add {line}_object, the "
                "vendor's object that they lead to"
            )
