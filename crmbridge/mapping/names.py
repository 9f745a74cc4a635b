"""One name for each vendor object in a mapping, whatever names its vendor takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from crmbridge.mapping.schema import Shape, SystemMap

Name = Callable[[str], str]
M = TypeVar("M", bound=Shape)

PARTS = (
    *("lead", "contact", "deal", "role", "rep", "queue", "task"),
    *("product", "campaign", "member", "firm"),
)
LEADING = ("person", "deal", "account", "campaign", "parent", "account_ref")
"""Lines that name a field with the ids of other records."""


def with_names(spec: SystemMap, name: Name) -> SystemMap:
    """Return a side's mapping with each object called by `name` of what the file calls it.

    Fields that name an object, such as `associations.0-1`, are called by it too; a field without
    a point in its name is left alone, for a property may be called like an object.
    """
    parts: dict[str, Any] = {}
    for part in PARTS:
        if (one := getattr(spec, part)) is not None:
            parts[part] = _renamed(one, name)
    for part in ("touch", "activity"):
        parts[part] = {key: _renamed(one, name) for key, one in getattr(spec, part).items()}
    return spec.model_copy(update=parts)


def _renamed(part: M, name: Name) -> M:
    changes: dict[str, Any] = {}
    for field in type(part).model_fields:
        value = getattr(part, field)
        if field == "object" or field.endswith("_object"):
            changes[field] = name(value) if value else value
        elif field == "people":
            changes[field] = {_field(key, name): _objects(one, name) for key, one in value.items()}
        elif field in LEADING and isinstance(value, str):
            changes[field] = _field(value, name)
        elif field == "converted" and value is not None:
            contact = name(value.contact_object)
            changes[field] = value.model_copy(update={"contact_object": contact})
    return part.model_copy(update=changes)


def _field(key: str, name: Name) -> str:
    return name(key) if "." in key else key


def _objects(value: str | list[str], name: Name) -> str | list[str]:
    return name(value) if isinstance(value, str) else [name(one) for one in value]
