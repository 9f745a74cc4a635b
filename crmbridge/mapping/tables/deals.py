"""Tables of deals: the deals themselves, why they were lost, and who is on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from crmbridge.mapping.tables.base import Shape, When, check_leads
from crmbridge.mapping.words import check_deal_word, check_table


class ReasonMap(Shape):
    """The field that holds why sales gave a lead back, and what its values mean to us."""

    field: str | tuple[str, ...] = ""
    """One field, or several, of which the first that is filled says it."""
    by_status: dict[str, str] = {}
    """Status -> the field that says it for this one, before all others."""
    values: dict[str, str] = {}
    note: str = ""
    """The vendor field for free text beside it: the reason `other` wants one (R5.2)."""

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that may hold a reason, each once."""
        usual = (self.field,) if isinstance(self.field, str) else self.field
        return tuple(dict.fromkeys(one for one in (*usual, *self.by_status.values()) if one))

    def asked(self, status: str) -> tuple[str, ...]:
        """The fields that say why for a status, in the order in which they are looked at."""
        if status in self.by_status:
            return (self.by_status[status],)
        return (self.field,) if isinstance(self.field, str) else self.field


class DealField(Shape):
    """The vendor field that a word of ours is written to; `values` turns ours into the vendor's."""

    field: str = Field(min_length=1)
    values: dict[str, str] = {}


def _short(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


class GivenMap(Shape):
    """Where campaigns are credited with won deals by the vendor's own records of influence."""

    model: str = Field(min_length=1)
    """The vendor's model that is ours to write, by its id or its name."""


class DealMap(Shape):
    """The vendor object that holds deals."""

    object: str
    amount: str
    currency: str = ""
    created: str = ""
    closed: str = ""
    """The day it closed."""
    closed_at: str = ""
    """The instant of its last change of stage, where the vendor has one."""
    is_won: str
    is_closed: str
    reason: ReasonMap = ReasonMap()
    people: dict[str, str] = {}
    owner: str = ""
    name: str = ""
    stage: str = ""
    probability: str = ""
    certain: Literal[1, 100] = 100
    """The vendor's number for a deal that is sure to be won."""
    type: str = ""
    """New or existing business, in the vendor's words."""
    pipeline: str = ""
    forecast: str = ""
    """The day on which an open deal is expected to close."""
    account: str = ""
    account_object: str = ""
    campaign: str = ""
    """The campaign that the vendor names as the deal's source."""
    campaign_object: str = ""
    source: str = ""
    changed_by: str = ""
    """Vendor field with the id of the user who changed the deal last."""
    changed_by_object: str = ""
    """The vendor's object of those users; that of the reps where it is empty."""
    when: When = {}
    """Deals that do not match are none of ours (an exact value, or one of a list): nobody is on
    them, and reports show their money on a line of its own."""
    fields: dict[str, Annotated[DealField, BeforeValidator(_short)]] = {}
    """What the books say of a deal, by our word -> the vendor field that it is written to."""
    influence: GivenMap | None = None
    """How what campaigns are credited with is written as influence on the deal."""

    @model_validator(mode="after")
    def _fields_are_ours(self) -> DealMap:
        read = {name: line for line in _LINES if (name := getattr(self, line))}
        read |= dict.fromkeys(self.reason.fields, "reason") | dict.fromkeys(self.people, "people")
        for word, entry in self.fields.items():
            check_deal_word(word)
            check_table(word, entry.values)
            if entry.field in read:
                raise ValueError(
                    f"fields.{word} would write over {entry.field!r}, from which "
                    f"{read[entry.field]} is read: name a field of its own"
                )
        written = [entry.field for entry in self.fields.values()]
        for name in written:
            if written.count(name) > 1:
                raise ValueError(f"two of our fields write to {name!r}: leave one")
        return self

    @model_validator(mode="after")
    def _deals_have_no_status(self) -> DealMap:
        if self.reason.by_status:
            raise ValueError(
                "reason.by_status is for people: a deal has no status; write its fields as field = "
                '["…", "…"], the first that is filled counts'
            )
        return self

    @model_validator(mode="after")
    def _ids_lead_somewhere(self) -> DealMap:
        check_leads(self, "account", "campaign")
        return self


_LINES = (
    *("amount", "currency", "created", "closed", "closed_at", "is_won", "is_closed", "owner"),
    *("name", "stage", "probability", "type", "pipeline", "forecast", "account", "campaign"),
    *("source", "changed_by"),
)
"""The lines of a deal's table that name a field to read."""


class RoleMap(Shape):
    """The vendor object that says who is on a deal."""

    object: str
    deal: str
    person: str
    person_object: str
    role: str = ""
    primary: str = ""
    """Yes for the one who counts most on the deal."""


class InfluenceMap(Shape):
    """The vendor object that says which campaigns' people had influence on a deal."""

    object: str
    deal: str
    person: str
    person_object: str
    model: str = ""
    """The field with a record's model, as `deal.influence` names it: what we write is no evidence.
    """
