"""The shape of `mapping.toml`: field maps, value tables and status types, and no expressions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from crmbridge.mapping.tables.base import Scalar as Scalar
from crmbridge.mapping.tables.base import Shape as Shape
from crmbridge.mapping.tables.base import When
from crmbridge.mapping.tables.behaviour import ActivityMap as ActivityMap
from crmbridge.mapping.tables.behaviour import TouchMap as TouchMap
from crmbridge.mapping.tables.deals import DealField as DealField
from crmbridge.mapping.tables.deals import DealMap as DealMap
from crmbridge.mapping.tables.deals import InfluenceMap as InfluenceMap
from crmbridge.mapping.tables.deals import ReasonMap as ReasonMap
from crmbridge.mapping.tables.deals import RoleMap as RoleMap
from crmbridge.mapping.tables.fields import FieldEntry as FieldEntry
from crmbridge.mapping.tables.fields import FieldMap as FieldMap
from crmbridge.mapping.tables.limits import LimitsMap as LimitsMap
from crmbridge.mapping.tables.objects import CampaignMap as CampaignMap
from crmbridge.mapping.tables.objects import FirmMap as FirmMap
from crmbridge.mapping.tables.objects import MemberMap as MemberMap
from crmbridge.mapping.tables.objects import ProductMap as ProductMap
from crmbridge.mapping.tables.owners import QueueMap as QueueMap
from crmbridge.mapping.tables.owners import RepMap as RepMap
from crmbridge.mapping.tables.owners import TaskMap as TaskMap
from crmbridge.mapping.tables.tracks import TrackEntry, fault_of_values, lists_of, values_of
from crmbridge.mapping.words import (
    check_adopted,
    check_plain,
    check_rule,
    check_table,
    check_word,
    is_fact,
)
from crmbridge.model.authority import Authority
from crmbridge.model.lead import FIELDS, StatusType
from crmbridge.model.nearest import meant

Channel = Literal["webhook", "email", "file"]
ToOperators = Literal["webhook", "email", "file", "apprise"]


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


class MessagesMap(Shape):
    """By which ways people are told of signals and breaches: `webhook`, `email`, `file`.

    `reps` is for a salesperson, `line` for a team's common line (`line_email` is its address),
    `managers` for theirs, `operators` for who runs crmbridge: what does not work, and that it is
    over (`operators_email` is their address; `apprise` is for them alone). Nobody is told anything
    where a list is empty.
    """

    reps: tuple[Channel, ...] = ()
    line: tuple[Channel, ...] = ()
    managers: tuple[Channel, ...] = ()
    operators: tuple[ToOperators, ...] = ()
    line_email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$", repr=False)
    operators_email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$", repr=False)

    @model_validator(mode="after")
    def _mail_has_an_address(self) -> MessagesMap:
        if "email" in self.line and not self.line_email:
            raise ValueError('line = ["email"] needs an address: line_email = "sales@…"')
        if "email" in self.operators and not self.operators_email:
            raise ValueError('operators = ["email"] needs an address: operators_email = "ops@…"')
        return self

    @property
    def channels(self) -> tuple[ToOperators, ...]:
        """All channels that are named, each once."""
        return tuple(dict.fromkeys((*self.reps, *self.line, *self.managers, *self.operators)))


class SystemMap(Shape):
    """One of the company's two systems."""

    connector: str
    every: int = Field(default=30, ge=1)
    """Seconds between two looks (DESIGN 9)."""
    options: dict[str, Any] = {}
    limits: dict[str, int] = {}
    account: str = ""
    """The vendor's id of the account; another account behind the credentials is refused."""
    lead: PersonMap
    contact: PersonMap | None = None
    touch: dict[str, TouchMap] = {}
    activity: dict[str, ActivityMap] = {}
    deal: DealMap | None = None
    role: RoleMap | None = None
    influence: InfluenceMap | None = None
    product: ProductMap | None = None
    campaign: CampaignMap | None = None
    member: MemberMap | None = None
    firm: FirmMap | None = None
    rep: RepMap | None = None
    queue: QueueMap | None = None
    task: TaskMap | None = None

    @model_validator(mode="after")
    def _people_are_read_once(self) -> SystemMap:
        """An object may stand in several roles, but its records are one person each."""
        if why := two_of_one(self):
            raise ValueError(why)
        return self

    @model_validator(mode="after")
    def _queues_are_no_users(self) -> SystemMap:
        if self.rep and self.queue and self.rep.object.casefold() == self.queue.object.casefold():
            raise ValueError(
                f"{self.rep.object!r} is the object of both [rep] and [queue], and a queue is no "
                "user: take one table out"
            )
        return self

    @model_validator(mode="after")
    def _automations_can_be_told(self) -> SystemMap:
        if self.rep and self.rep.automations and not any(one.changed_by for one in self.people):
            raise ValueError(
                "rep.automations names users, and no table of people says who changed a record: "
                "add changed_by to [lead], the vendor's field with that user's id"
            )
        return self

    @model_validator(mode="after")
    def _products_have_deals(self) -> SystemMap:
        if self.product and not self.deal:
            raise ValueError(
                "[product] says what a deal is about, and there is no table of deals: add [deal]"
            )
        return self

    @model_validator(mode="after")
    def _influence_has_both_ends(self) -> SystemMap:
        """What campaigns are credited with names a campaign and a contact, and is no evidence."""
        if self.deal is None or self.deal.influence is None:
            return self
        for name in ("campaign", "contact"):
            if getattr(self, name) is None:
                raise ValueError(
                    f"deal.influence credits campaigns and contacts, and there is no [{name}]: "
                    "add that table, or take [deal.influence] out"
                )
        if self.influence and not self.influence.model:
            raise ValueError(
                "[influence] would read what [deal.influence] writes as evidence of who is on a "
                "deal: add model, the vendor's field with the model of a record "
                '("ModelId", or "Model.DeveloperName" where the model is named by that)'
            )
        return self

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects of all tables, as they are written; some come several times."""
        single = (self.lead, self.contact, self.deal, self.role, self.product, self.campaign)
        others = (self.member, self.firm, self.rep, self.queue, self.task)
        tables = [*single, *others, *self.touch.values(), *self.activity.values()]
        return tuple(one.object for one in tables if one is not None)

    @property
    def people(self) -> tuple[PersonMap, ...]:
        """The objects that hold people: the lead, and the contact if there is one."""
        return (self.lead, self.contact) if self.contact else (self.lead,)

    def person(self, obj: str) -> PersonMap | None:
        """The person map of a vendor object; `None` for other objects."""
        return next((person for person in self.people if person.object == obj), None)


def two_of_one(spec: SystemMap) -> str:
    """Say that both tables of people are about one object; empty where they are not."""
    if spec.contact is None or spec.contact.object.casefold() != spec.lead.object.casefold():
        return ""
    return (
        f"{spec.lead.object!r} is the object of both [lead] and [contact], but a record is one "
        "person, read by one of them: take one table out"
    )


def two_spellings(spec: SystemMap) -> str:
    """Say that one object is written in two ways, large and small; empty where none is.

    Vendors take either; records, cursors and tables go by one.
    """
    first: dict[str, str] = {}
    for name in spec.objects:
        known = first.setdefault(name.casefold(), name)
        if known != name:
            return f"{known!r} and {name!r} are one object: write it in one way"
    return ""


class Mapping(Shape):
    """A company's whole mapping."""

    format: Literal[1]
    company: str = Field(pattern=r"^[a-z0-9_]+$")
    zone: str = "UTC"
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    authority: dict[str, Authority] = {}
    marketing: SystemMap
    sales: SystemMap
    tracks: dict[str, TrackEntry] = {}
    """Nurture track of the agreement -> the list in the marketing system, a value, or both."""
    messages: MessagesMap = MessagesMap()
    limits: LimitsMap = LimitsMap()
    """How much may be written in one pass and in one day before the writer stops."""

    @field_validator("authority")
    @classmethod
    def _facts_have_authority(cls, authority: dict[str, Authority]) -> dict[str, Authority]:
        for word in authority:
            if not is_fact(word):
                hint = meant(word, FIELDS, f"there are: {', '.join(FIELDS)}")
                raise ValueError(f"{word!r} is no field that a system tells us; {hint}")
            check_rule(word, authority[word])
        return authority

    @field_validator("zone")
    @classmethod
    def _real_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise ValueError(f"{name!r} is no time zone; write one such as Europe/Berlin") from exc
        return name

    @model_validator(mode="after")
    def _tracks_reach_a_property(self) -> Mapping:
        lines = [one.fields["track"] for one in self.marketing.people if "track" in one.fields]
        if fault := fault_of_values(self.track_values, lines):
            raise ValueError(fault)
        return self

    @property
    def lists(self) -> dict[str, str]:
        """Nurture track -> its list in the marketing system, for those that have one."""
        return lists_of(self.tracks)

    @property
    def track_values(self) -> dict[str, str]:
        """Nurture track -> what the line `track` writes for it, for those that name a value."""
        return values_of(self.tracks)

    def systems(self) -> Iterator[tuple[str, SystemMap]]:
        """Yield both sides by name, marketing first."""
        yield "marketing", self.marketing
        yield "sales", self.sales

    def side(self, name: str) -> SystemMap:
        """The system of one side."""
        return self.marketing if name == "marketing" else self.sales
