"""One of the company's two systems: a connector seen through the company's mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.connector import Connector, Finds, Nurtures, ReadsMany, Sweeps
from crmbridge.errors import ConfigError, NotSupported
from crmbridge.mapping import translate
from crmbridge.mapping.schema import PersonMap, SystemMap
from crmbridge.model.deal import Deal, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.record import Field, Page, ReadRequest, Record, Row, Written
from crmbridge.model.rep import VendorUser
from crmbridge.model.touch import Activity, Touch

Item = Sighting | Touch | Activity | Deal | Role | VendorUser


@dataclass(slots=True, kw_only=True)
class Seen:
    """A page in the words of the lead model.

    `passed` counts records that are none of ours (a filter of the mapping, or no time on them).
    `ids` are the records that came, `unread` those that are too large to be taken.
    """

    obj: str
    cursor: str
    more: bool
    total: int | None
    items: list[Item] = field(default_factory=list)
    passed: int = 0
    ids: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class System:
    """Reads items of the lead model out of a vendor, and writes rows to it."""

    def __init__(
        self, side: str, spec: SystemMap, connector: Connector, *, zone: ZoneInfo, currency: str
    ) -> None:
        self.side = side
        self.map = spec
        self.connector = connector
        self._zone = zone
        self._currency = currency
        self._plan = self._read_plan()

    @property
    def objects(self) -> dict[str, tuple[str, ...]]:
        """The vendor objects to read, people first, and the fields of each."""
        return dict(self._plan)

    @property
    def reads_many(self) -> bool:
        """Whether the vendor gives several objects in one call."""
        return isinstance(self.connector, ReadsMany)

    @property
    def sweeps(self) -> bool:
        """Whether the vendor's change feed hides deletions."""
        return isinstance(self.connector, Sweeps)

    def _read_plan(self) -> dict[str, tuple[str, ...]]:
        spec = self.map
        plan: dict[str, tuple[str, ...]] = {}
        if spec.rep:
            plan[spec.rep.object] = translate.user_fields(spec.rep)
        for person in spec.people:
            plan[person.object] = translate.person_fields(person)
        if spec.deal:
            plan[spec.deal.object] = translate.deal_fields(spec.deal)
        if spec.role:
            plan[spec.role.object] = translate.role_fields(spec.role)
        for touch in spec.touch.values():
            plan[touch.object] = translate.touch_fields(touch)
        for activity in spec.activity.values():
            plan[activity.object] = translate.activity_fields(activity)
        return plan

    def check(self) -> str:
        """Return the account's id.

        Raises:
            ConfigError: the credentials belong to another account than the mapping names.
        """
        account = self.connector.check()
        if self.map.account and account != self.map.account:
            raise ConfigError(
                f"mapping.toml {self.side}.account is {self.map.account!r}, but the credentials "
                f"belong to account {account!r}: nothing was read or written. Change one of them."
            )
        return account

    def describe(self) -> dict[str, Sequence[Field]]:
        """The fields of the objects that hold people, by vendor object."""
        return {one.object: self.connector.describe(one.object) for one in self.map.people}

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

    def read_deleted(self, obj: str, since: str | None) -> Iterator[Seen]:
        """Yield what the vendor's change feed hides: deletions. Nothing where it hides none."""
        if isinstance(self.connector, Sweeps):
            for page in self.connector.read_deleted(obj, since):
                yield self.translate(obj, page)

    def find(self, obj: str, by: str, values: Sequence[str]) -> list[Sighting]:
        """Look people up past the change feed and its lag."""
        if not isinstance(self.connector, Finds):
            raise NotSupported(f"{self.map.connector} cannot look records up by {by}")
        person = self._person(obj)
        fields = translate.person_fields(person)
        records = self.connector.find(obj, by, values, fields)
        return [translate.sighting(self.side, person, record) for record in records]

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
        )
        for record in page.records:
            items = self._items(obj, record)
            seen.items += items
            seen.passed += not items
        return seen

    def _items(self, obj: str, record: Record) -> list[Any]:
        spec = self.map
        if spec.rep and obj == spec.rep.object:
            return [translate.user(self.side, spec.rep, record)]
        if person := spec.person(obj):
            if not record.deleted and not translate.matches(person.when, record.values):
                return []
            return [translate.sighting(self.side, person, record)]
        if spec.deal and obj == spec.deal.object:
            return [translate.deal(self.side, spec.deal, record, self._zone, self._currency)]
        if spec.role and spec.deal and obj == spec.role.object:
            role = translate.role(self.side, spec.role, spec.deal.object, record)
            return [role] if role else []
        return self._happenings(obj, record)

    def _happenings(self, obj: str, record: Record) -> list[Any]:
        items: list[Any] = []
        for touch in self.map.touch.values():
            if touch.object == obj and (one := translate.touch(self.side, touch, record)):
                items.append(one)
        for activity in self.map.activity.values():
            if activity.object == obj:
                items += translate.activities(self.side, activity, record)
        return items

    def _person(self, obj: str) -> PersonMap:
        person = self.map.person(obj)
        if person is None:
            raise ConfigError(f"mapping.toml {self.side}: no table describes {obj!r}")
        return person

    def ref(self, obj: str, ident: str) -> Ref:
        """A record of this system."""
        return Ref(system=self.side, obj=obj, id=ident)
