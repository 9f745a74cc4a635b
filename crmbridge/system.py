"""One of the company's systems: a connector seen through the company's mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.connector import (
    Connector,
    Credit,
    Credits,
    Finds,
    FindsMany,
    Follows,
    LookUp,
    Notices,
    Nurtures,
    Reaches,
    ReadsMany,
    Reconciles,
    Sweeps,
)
from crmbridge.errors import UNREADABLE, ConfigError, NotSupported, Refused, place_of
from crmbridge.mapping import objects, translate
from crmbridge.mapping.check import uses
from crmbridge.mapping.consent import heard_of
from crmbridge.mapping.roles import REPS as REPS
from crmbridge.mapping.roles import fields_by_role
from crmbridge.mapping.schema import PersonMap, RoleMap, SystemMap
from crmbridge.mapping.values import instant_of
from crmbridge.model.campaign import Campaign, Member
from crmbridge.model.deal import Deal, Role
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.product import Product
from crmbridge.model.record import Field, Page, ReadRequest, Record, Row, Written
from crmbridge.model.rep import VendorUser
from crmbridge.model.touch import Activity, Gone, Touch

Thing = Product | Campaign | Member | Firm
Item = Sighting | Touch | Activity | Deal | Role | Gone | VendorUser | Thing


@dataclass(slots=True, kw_only=True)
class Seen:
    """A page in the words of the lead model.

    `passed` counts records that are none of ours (a filter of the mapping, or no time on them).
    `ids` are the records that came, `unread` those that are too large to be taken. `odd` are those
    of the first that cannot be read as they are, with the place where reading failed. `well` are
    further ones that were such and are so no more.
    `lacks` is how many more the vendor says there are and does not give. `told` are the mapped
    fields that any record of the page told, empty ones too, and `untold` the others; both are empty
    for a page without a record that lives. `wait` is that of the page: this is no end.
    """

    obj: str
    cursor: str
    more: bool
    total: int | None
    items: list[Item] = field(default_factory=list)
    passed: int = 0
    ids: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    odd: dict[str, str] = field(default_factory=dict)
    well: tuple[str, ...] = ()
    lacks: int = 0
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    wait: float = 0.0


class System:
    """Reads items of the lead model out of a vendor, and writes rows to it."""

    def __init__(
        self, name: str, spec: SystemMap, connector: Connector, *, zone: ZoneInfo, currency: str
    ) -> None:
        self.name = name
        self.map = spec
        self.connector = connector
        self._zone = zone
        self._currency = currency
        self._by_role = dict(fields_by_role(spec))
        self._plan = self._read_plan()
        self.stopped: set[str] = set()
        """Objects of which nothing is taken in, for want of a field; of people, opt-outs are."""
        self.told: dict[str, set[str]] = {}
        """The mapped fields that an object's records told, as far as this process knows."""

    @property
    def objects(self) -> dict[str, tuple[str, ...]]:
        """The vendor objects to read, people first, and the fields of each."""
        return dict(self._plan)

    def roles(self, obj: str) -> frozenset[str]:
        """What the records of an object are: the names of the tables on it, such as `lead`.

        Those of touches and activities have their own name behind, such as `touch.forms`.
        """
        return frozenset(role for one, role in self._by_role if one == obj)

    @property
    def reads_many(self) -> bool:
        """Whether the vendor gives several objects in one call."""
        return isinstance(self.connector, ReadsMany)

    @property
    def sweeps(self) -> bool:
        """Whether the vendor's change feed hides deletions."""
        return isinstance(self.connector, Sweeps)

    def _read_plan(self) -> dict[str, tuple[str, ...]]:
        """The union of what all roles of an object want of it: it is read once for all of them."""
        plan: dict[str, tuple[str, ...]] = {}
        for (obj, _), fields in self._by_role.items():
            plan[obj] = tuple(dict.fromkeys((*plan.get(obj, ()), *fields)))
        return plan

    def check(self) -> str:
        """Return the account's id.

        Raises:
            ConfigError: the credentials belong to another account than the mapping names.
        """
        account = self.connector.check()
        if self.map.account and account != self.map.account:
            raise ConfigError(
                f"mapping.toml {self.name}.account is {self.map.account!r}, but the credentials "
                f"belong to account {account!r}: nothing was read or written. Change one of them."
            )
        return account

    def fields_of(self, obj: str) -> list[Field] | str:
        """An object's fields with those at the end of paths; the vendor's words where it has none.

        Asks the vendor, at a call or a few.
        """
        try:
            known = {one.name: one for one in self.connector.describe(obj)}
        except (Refused, NotSupported) as error:
            return str(error)
        for use in uses(self.name, self.map):
            path = use.field
            if use.obj != obj or "." not in path or path in known:
                continue
            if isinstance(self.connector, Follows):
                known |= {one.name: one for one in self.connector.along(obj, path)}
            else:
                known[path] = Field(name=path, type="", writable=False)
        return list(known.values())

    @property
    def schema_changes(self) -> int:
        """How many changes of the vendor's schema were met while reading."""
        return self.connector.schema_changes if isinstance(self.connector, Notices) else 0

    def read(self, cursors: Mapping[str, str | None]) -> Iterator[Seen]:
        """Yield what changed since the cursors, object by object where the vendor allows it."""
        requests = [
            ReadRequest(obj=obj, fields=fields, since=cursors[obj])
            for obj, fields in self._plan.items()
            if obj in cursors
        ]
        if isinstance(self.connector, ReadsMany):
            for obj, page in self.connector.read_many(requests):
                yield self.translate(obj, page)
            return
        for request in requests:
            for page in self.connector.read(request.obj, request.fields, request.since):
                yield self.translate(request.obj, page)

    @property
    def reconciles(self) -> bool:
        """Whether what there is can be compared with what we know."""
        return isinstance(self.connector, Reconciles) and isinstance(self.connector, Finds)

    def read_deleted(self, obj: str, since: str | None) -> Iterator[Seen]:
        """Yield what the vendor's change feed hides: deletions. Nothing where it hides none."""
        if isinstance(self.connector, Sweeps):
            for page in self.connector.read_deleted(obj, since, self._plan.get(obj, ())):
                yield self.translate(obj, page)

    def find(self, obj: str, by: str, values: Sequence[str]) -> list[Sighting]:
        """Look people up past the change feed and its lag."""
        if not isinstance(self.connector, Finds):
            raise NotSupported(f"{self.map.connector} cannot look records up by {by}")
        person = self._person(obj)
        fields = translate.person_fields(person)
        records = self.connector.find(obj, by, values, fields)
        return [self._looked_up(person, record) for record in records]

    def find_many(self, looks: Mapping[str, tuple[str, Sequence[str]]]) -> list[Sighting]:
        """Look people up in several objects, where the connector can in one call.

        `looks` has the field and its values by object.
        """
        if not isinstance(self.connector, FindsMany):
            return [one for obj, look in looks.items() for one in self.find(obj, *look)]
        people = [self._person(obj) for obj in looks]
        asked = [
            LookUp(obj=obj, by=by, values=values, fields=translate.person_fields(person))
            for (obj, (by, values)), person in zip(looks.items(), people, strict=True)
        ]
        return [
            self._looked_up(person, record)
            for person, records in zip(people, self.connector.find_many(asked), strict=True)
            for record in records
        ]

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and change stamps of all live records; see `Reconciles.stamps`."""
        if not isinstance(self.connector, Reconciles):
            raise NotSupported(f"{self.map.connector} cannot list what there is")
        return self.connector.stamps(obj, since)

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of an object's changes reach back at least this far, where they can."""
        if isinstance(self.connector, Reaches):
            self.connector.reach_back(obj, seconds)

    def again(self, obj: str, values: Sequence[str], by: str = "id") -> list[Record]:
        """Read live records of any object by id, or another field, past the feed and its lag."""
        if not isinstance(self.connector, Finds):
            raise NotSupported(f"{self.map.connector} cannot look records up by {by}")
        return self.connector.find(obj, by, values, self._plan[obj])

    def look(self, obj: str, values: Sequence[str], by: str = "id") -> list[Item]:
        """Read people by id, or another field, as the change feed would tell of them."""
        page = Page(records=tuple(self.again(obj, values, by)), cursor="", more=False)
        return self.translate(obj, page).items

    def find_rows(self, obj: str, by: str, values: Sequence[str]) -> list[Record]:
        """Look records of any object up, untranslated."""
        if not isinstance(self.connector, Finds):
            raise NotSupported(f"{self.map.connector} cannot look records up by {by}")
        return self.connector.find(obj, by, values, [by])

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Write rows; one result a row, in order."""
        return self.connector.write(obj, rows)

    def enroll(self, track: str, add: Sequence[str], remove: Sequence[str]) -> dict[str, str]:
        """Put people on a vendor's list or program and take others off."""
        if not isinstance(self.connector, Nurtures):
            raise NotSupported(f"{self.map.connector} has no nurture lists")
        return self.connector.enroll(track, add, remove)

    def credit(self, model: str, deals: Sequence[Credit]) -> list[Written]:
        """Bring the vendor's records of influence of a model up to the credit of deals."""
        if not isinstance(self.connector, Credits):
            raise NotSupported(
                f"{self.map.connector} keeps no campaign influence that we can write"
            )
        return self.connector.credit(model, deals)

    def close(self) -> None:
        """Close the connector."""
        self.connector.close()

    def translate(self, obj: str, page: Page) -> Seen:
        """Turn a page into items of the lead model."""
        seen = Seen(
            obj=obj,
            cursor=page.cursor,
            more=page.more,
            total=page.total,
            ids=tuple(record.id for record in page.records),
            unread=page.unread,
            odd=dict(page.odd),
            well=page.well,
            lacks=page.lacks,
            wait=page.wait,
        )
        if living := [one.values for one in page.records if not one.deleted]:
            wanted = self._plan.get(obj, ())
            seen.told = tuple(one for one in wanted if any(one in row for row in living))
            seen.untold = tuple(one for one in wanted if one not in seen.told)
        for record in page.records:
            items = self._read(obj, record, seen)
            if obj in self.stopped:
                items = consent_of(items)
            seen.items += items
            seen.passed += not any(_counts(item) for item in items)
        return seen

    def _read(self, obj: str, record: Record, seen: Seen) -> list[Any]:
        """What a record says; of one that cannot be read, what it says of consent."""
        try:
            if record.id not in seen.odd:
                return self._items(obj, replace(record, changed_at=instant_of(record.changed_at)))
        except UNREADABLE as error:
            seen.odd[record.id] = place_of(error)
        people = [one for one in self.map.people if one.object == obj]
        return [heard_of(self.name, people[0], record)] if people else []

    def _items(self, obj: str, record: Record) -> list[Any]:
        """What all tables on an object make of a record, each by a filter of its own."""
        spec = self.map
        items: list[Any] = []
        if spec.rep and obj == spec.rep.object:
            items.append(translate.user(self.name, spec.rep, record))
        if spec.queue and obj == spec.queue.object:
            queue = translate.queue(self.name, spec.queue, record)
            items += [queue] if queue else []
        if people := [one for one in spec.people if one.object == obj]:
            items.append(self._sighting(people, record))
        if spec.deal and obj == spec.deal.object:
            rules = (self._zone, self._currency, self._users)
            items.append(translate.deal(self.name, spec.deal, record, *rules))
        if spec.role and spec.deal and obj == spec.role.object:
            items += self._role(spec.role, spec.deal.object, record)
        if spec.influence and spec.deal and obj == spec.influence.object:
            ours = spec.deal.influence.model if spec.deal.influence else ""
            found = translate.influence(self.name, spec.influence, spec.deal.object, record, ours)
            items += self._ended(found, record)
        return [*items, *self._happenings(obj, record), *self._things(obj, record)]

    def _sighting(self, people: Sequence[PersonMap], record: Record) -> Sighting:
        """Read a person by the first table that wants them; else as one who is filtered out."""
        for person in people:
            if record.deleted or translate.matches(person.when, record.values):
                return self._seen(person, record)
        return replace(self._seen(people[0], record), filtered=True)

    def _seen(self, person: PersonMap, record: Record) -> Sighting:
        return translate.sighting(self.name, person, record, self._users)

    def _looked_up(self, person: PersonMap, record: Record) -> Sighting:
        """Read a record that was looked up; the feed says of one that cannot be read why."""
        try:
            return self._seen(person, record)
        except UNREADABLE:
            return heard_of(self.name, person, record)

    def _role(self, spec: RoleMap, deal_object: str, record: Record) -> list[Any]:
        return self._ended(translate.role(self.name, spec, deal_object, record), record)

    def _ended(self, role: Role | None, record: Record) -> list[Any]:
        """A role, or the end of one whose record shows nothing any more."""
        if role is not None:
            return [role]
        return [translate.gone(self.name, record)] if record.deleted else []

    def _happenings(self, obj: str, record: Record) -> list[Any]:
        items: list[Any] = []
        tables = [one for one in self.map.touch.values() if one.object == obj]
        if tables and record.deleted:
            return [translate.gone(self.name, record)]
        for touch in tables:
            items += translate.touches(self.name, touch, record, self._zone)
        for name, activity in self.map.activity.items():
            if activity.object == obj:
                items += translate.activities(self.name, activity, record, self._zone, name)
        return items

    def _things(self, obj: str, record: Record) -> Iterator[Thing]:
        """What a record is of what stands around deals and people."""
        spec, name = self.map, self.name
        if spec.product and spec.deal and obj == spec.product.object:
            product = objects.product(name, spec.product, spec.deal.object, record)
            yield from [product] if product else []
        if spec.campaign and obj == spec.campaign.object:
            yield objects.campaign(name, spec.campaign, record, self._zone, self._currency)
        if spec.member and obj == spec.member.object:
            member = objects.member(name, spec.member, record, self._zone)
            yield from [member] if member else []
        if spec.firm and obj == spec.firm.object:
            yield objects.firm(name, spec.firm, record, self._users)

    @property
    def _users(self) -> str:
        """The vendor's object of users; empty where the mapping names none."""
        return self.map.rep.object if self.map.rep else ""

    def _person(self, obj: str) -> PersonMap:
        person = self.map.person(obj)
        if person is None:
            raise ConfigError(f"mapping.toml {self.name}: no table describes {obj!r}")
        return person

    def ref(self, obj: str, ident: str) -> Ref:
        """A record of this system."""
        return Ref(system=self.name, obj=obj, id=ident)


def consent_of(items: Sequence[Any]) -> list[Any]:
    """What people may have said no by, and nothing else of a page."""
    return [replace(one, filtered=True) for one in items if isinstance(one, Sighting)]


def _counts(item: Item) -> bool:
    """Whether an item is one of ours."""
    return not (isinstance(item, Sighting) and item.filtered)
