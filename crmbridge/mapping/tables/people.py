"""Tables of people: which object holds them, what its fields mean, and how sales calls a status."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import field_validator, model_validator

from crmbridge.mapping.tables.base import Scalar, Shape, When
from crmbridge.mapping.tables.deals import ReasonMap
from crmbridge.mapping.tables.fields import FieldEntry, FieldMap
from crmbridge.mapping.words import check_adopted, check_plain, check_rule, check_table, check_word
from crmbridge.model.lead import StatusType
from crmbridge.model.nearest import meant


class StatusMap(Shape):
    """The status field, and the type of every value it may have (R1.11)."""

    field: str
    types: dict[str, StatusType]
    reason: ReasonMap = ReasonMap()
    reason_of: dict[str, str] = {}
    """Reasons that a status value carries by itself."""

    @model_validator(mode="after")
    def _reasons_are_of_known_statuses(self) -> StatusMap:
        for status in self.reason.by_status:
            if status not in self.types:
                known = ", ".join(self.types)
                hint = meant(status, self.types, f"there are: {known}")
                raise ValueError(f"reason.by_status: no status {status!r} under types; {hint}")
        return self


class Conversion(Shape):
    """How a vendor tells that it turned its lead into a contact."""

    flag: str
    contact: str
    contact_object: str = "Contact"
    deal: str = ""
    at: str = ""


class PersonMap(Shape):
    """The vendor object that holds a lead, or the contact that it became."""

    object: str
    key: str = ""
    """The vendor field, unique there, that carries our lead id."""
    created: str = ""
    owner: str = ""
    account_ref: str = ""
    """Vendor field with the id of the person's account."""
    account_object: str = ""
    more_addresses: tuple[str, ...] = ()
    """Vendor fields with further e-mail addresses of the person, one or several each."""
    more_opt_outs: tuple[str, ...] = ()
    """Vendor fields with opt-outs beside that of the word `opted_out`: types of mail, own boxes."""
    changed_by: str = ""
    """Vendor field with the id of the user who changed the record last."""
    changed_by_object: str = ""
    """The vendor's object of those users; that of the reps where it is empty."""
    fields: dict[str, FieldEntry]
    status: StatusMap | None = None
    converted: Conversion | None = None
    handoff: dict[str, Scalar | Literal["clear"]] = {}
    """Vendor values set by a hand-off, on a new record too; "clear" empties what is there."""
    hand_on: dict[str, Scalar | Literal["clear"]] = {}
    """The same where a team of sales hands a lead on to another; `handoff`'s where it is empty."""
    constants: dict[str, Scalar] = {}
    """Vendor values that every record of ours is made with, such as a record type."""
    when: When = {}
    """Records that do not match are not people of ours (an exact value, or one of a list)."""

    @cached_property
    def held(self) -> tuple[str, ...]:
        """The vendor fields whose change means something: mapped, status, owner, conversion."""
        names = [name for entry in self.fields.values() for name in entry.names]
        if self.status:
            names += [self.status.field, *self.status.reason.fields]
        if self.converted:
            names += [self.converted.flag, self.converted.contact, self.converted.deal]
        names += [self.owner, self.account_ref, self.key, *self.handoff, *self.hand_on]
        names += self.more_addresses
        names += self.more_opt_outs
        return tuple(dict.fromkeys(name for name in names if name))

    @cached_property
    def incoming(self) -> tuple[tuple[str, str, FieldMap | None], ...]:
        """Each word that comes in, its vendor field, and its map where the value is turned."""
        return tuple(
            (word, one.source, one if one.via or one.values or one.rest else None)
            for word, one in self.fields.items()
            if one.reads
        )

    @cached_property
    def words(self) -> dict[str, str]:
        """The vendor field of each word that comes in."""
        return {word: entry.source for word, entry in self.fields.items() if entry.reads}

    @model_validator(mode="after")
    def _accounts_are_of_an_object(self) -> PersonMap:
        if self.account_ref and not self.account_object:
            raise ValueError(
                "account_ref names a field with ids, and nothing says of what: add account_object, "
                "the vendor's object that they lead to"
            )
        return self

    @model_validator(mode="after")
    def _constants_are_set_by_one_line(self) -> PersonMap:
        lines = self.fields.items()
        ours = {name: f"fields.{word}" for word, entry in lines for name in entry.names}
        others = ours | dict.fromkeys(self.handoff, "handoff") | {self.key: "key"}
        others |= {self.owner: "owner"}
        for name in self.constants:
            if name in others:
                raise ValueError(
                    f"constants: {name!r} is set by {others[name]} too, and a new record would get "
                    "one of the two: take one line out"
                )
        return self

    @field_validator("fields")
    @classmethod
    def _known_words(cls, fields: dict[str, FieldMap]) -> dict[str, FieldMap]:
        for word, entry in fields.items():
            check_word(word, entry.way)
            check_table(word, entry.values)
            check_adopted(word, entry.adopt)
            if entry.authority is not None:
                check_rule(word, entry.authority)
            check_plain(word, (entry.read, entry.rest))
        lines = [entry for entry in fields.values() if entry.writes]
        written = [name for entry in lines for name in (entry.field, entry.rest) if name]
        for name in written:
            if written.count(name) > 1:
                raise ValueError(f"two of our fields write to {name!r}: leave one")
        return fields
