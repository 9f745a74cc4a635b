"""Tables of what people and sales did: touches and activities."""

from __future__ import annotations

from pydantic import field_validator

from crmbridge.mapping.tables.base import Shape, When, known_transform


class TouchMap(Shape):
    """A vendor object whose records are touches."""

    object: str
    kind: str
    at: str
    people: dict[str, str] = {}
    """Vendor field with a person's id -> the vendor object of that person."""
    email: str = ""
    asset: str = ""
    asset_via: str = ""
    channel: str = ""
    when: When = {}

    @field_validator("asset_via")
    @classmethod
    def _known_transform(cls, name: str) -> str:
        return known_transform(name)


class ActivityMap(Shape):
    """A vendor object whose records are what sales did with a person."""

    object: str
    at: list[str]
    """Vendor fields with the time, first set one counts."""
    people: dict[str, list[str]]
    """Vendor field with a person's id -> the vendor objects it may point to."""
    when: When = {}
