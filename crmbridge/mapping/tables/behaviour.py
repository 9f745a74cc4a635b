"""Tables of what people and sales did: touches and activities."""

from __future__ import annotations

from pydantic import field_validator, model_validator

from crmbridge.mapping.tables.base import Shape, When, check_leads, known_transform


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
    value: str = ""
    """Vendor field with a count that the touch brings, such as sections read."""
    campaign: str = ""
    """Vendor field with the id of the campaign that the touch is of."""
    campaign_object: str = ""
    when: When = {}

    @field_validator("asset_via")
    @classmethod
    def _known_transform(cls, name: str) -> str:
        return known_transform(name)

    @model_validator(mode="after")
    def _ids_lead_somewhere(self) -> TouchMap:
        check_leads(self, "campaign")
        return self


class ActivityMap(Shape):
    """A vendor object whose records are what sales did with a person."""

    object: str
    at: list[str]
    """Vendor fields with the time, first set one counts."""
    people: dict[str, list[str]]
    """Vendor field with a person's id -> the vendor objects it may point to."""
    kind: str = ""
    """What it is in our words, such as meeting or call; the table's name where it is empty."""
    outcome: str = ""
    """Vendor field with what came of it."""
    outcomes: dict[str, str] = {}
    """Vendor's outcomes -> ours; one that is not named stays as the vendor says it."""
    when: When = {}
