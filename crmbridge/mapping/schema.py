"""The shape of `mapping.toml`: field maps, value tables and status types, and no expressions."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from crmbridge.agreement import Rep
from crmbridge.mapping.goes_to import GoesTo, faults_of_rules
from crmbridge.mapping.systems import (
    faults_of_systems,
    gathered,
    homes_of,
    sides_of,
    systems_of_schema,
)
from crmbridge.mapping.tables.base import Scalar as Scalar
from crmbridge.mapping.tables.base import Shape as Shape
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
from crmbridge.mapping.tables.people import Conversion as Conversion
from crmbridge.mapping.tables.people import PersonMap as PersonMap
from crmbridge.mapping.tables.people import StatusMap as StatusMap
from crmbridge.mapping.tables.tracks import TrackEntry, fault_of_values, lists_of, values_of
from crmbridge.mapping.words import check_rule, is_fact
from crmbridge.model.authority import Authority
from crmbridge.model.lead import FIELDS
from crmbridge.model.lead import StatusType as StatusType
from crmbridge.model.nearest import meant
from crmbridge.model.side import MARKETING, SALES, Side

Channel = Literal["webhook", "email", "file"]
ToOperators = Literal["webhook", "email", "file", "apprise"]


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
    """One of the company's systems."""

    connector: str
    side: Side | None = Field(default=None, exclude_if=lambda side: side is None)
    """Where it stands; `[marketing]` and `[sales]` say so by their names."""
    home: bool = Field(default=False, exclude_if=lambda home: not home)
    """New records, stages, tracks and results of its side go here; by default to the first."""
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

    model_config = ConfigDict(json_schema_extra=systems_of_schema)

    format: Literal[1]
    company: str = Field(pattern=r"^[a-z0-9_]+$")
    zone: str = "UTC"
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    authority: dict[str, Authority] = {}
    marketing: SystemMap
    sales: SystemMap
    further: dict[str, SystemMap] = {}
    """The systems beside these two: every other table with a connector, by its name."""
    goes_to: tuple[GoesTo, ...] = Field(default=(), exclude_if=lambda rules: not rules)
    """Which system of sales a lead goes to: that of the first rule that holds, else the home."""
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
    def _systems_have_a_side_and_a_home(self) -> Mapping:
        if faults := list(faults_of_systems(dict(self.systems()))):
            raise ValueError("; ".join(faults))
        if faults := list(faults_of_rules(self.goes_to, self.sides)):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _tracks_reach_a_property(self) -> Mapping:
        people = self.at_home(MARKETING).people
        lines = [one.fields["track"] for one in people if "track" in one.fields]
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

    @model_validator(mode="before")
    @classmethod
    def _systems_by_name(cls, data: Any) -> Any:
        return gathered(data, cls.model_fields)

    @model_serializer(mode="wrap")
    def _as_in_the_file(self, inner: SerializerFunctionWrapHandler) -> dict[str, Any]:
        made: dict[str, Any] = inner(self)
        further = made.pop("further", {})
        return {**made, **further}

    def systems(self) -> Iterator[tuple[str, SystemMap]]:
        """Yield all systems by name: marketing's and sales' own, then further ones as written."""
        yield MARKETING.value, self.marketing
        yield SALES.value, self.sales
        yield from self.further.items()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all systems, in the order of `systems`."""
        return tuple(name for name, _ in self.systems())

    def system(self, name: str) -> SystemMap:
        """The system of a name; raises `KeyError` for none of ours."""
        for known, spec in self.systems():
            if known == name:
                return spec
        raise KeyError(name)

    def person(self, name: str, obj: str) -> PersonMap | None:
        """The table of people about an object of a system; `None` where none describes it.

        So it is for a system that the file names no more: its records stay in the ledger.
        """
        return self.system(name).person(obj) if name in self.names else None

    def replaced(self, found: Mapping_[str, SystemMap]) -> Mapping:
        """The same mapping with other tables for some of its systems, by name; itself with none."""
        if not found:
            return self
        more = {name: found.get(name, spec) for name, spec in self.further.items()}
        first = {name: spec for name, spec in found.items() if name not in more}
        return self.model_copy(update={**first, "further": more})

    def side_of(self, name: str) -> Side | None:
        """Where the system of a name stands; `None` for a name that is no system's."""
        return self.sides.get(name)

    @cached_property
    def sides(self) -> dict[str, Side]:
        """The side of each system, by name."""
        return sides_of(dict(self.systems()))

    def on(self, side: Side) -> tuple[str, ...]:
        """The systems of a side, its home first."""
        mine = [name for name in self.names if self.sides[name] is side]
        return tuple(sorted(mine, key=lambda name: name != self._homes[side]))

    def home(self, side: Side) -> str:
        """The system of a side where new records are made and the results are written."""
        return self._homes[side]

    @cached_property
    def _homes(self) -> dict[Side, str]:
        return homes_of(dict(self.systems()))

    def works_in(self, rep: Rep) -> str:
        """The system of sales in which a rep works: the home where the teams file names none."""
        return rep.system or self.home(Side.SALES)

    def at_home(self, side: Side) -> SystemMap:
        """What the mapping says of a side's home."""
        return self.system(self.home(side))
