"""Example behind the connector protocol: its calls, its people, and how rows are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from crmbridge.connector import Place
from crmbridge.errors import ConnectorError, Refused
from crmbridge.kit import fields, words
from crmbridge.kit.declared import Declared, Offers
from crmbridge.kit.feed.by_id import ByIds, Serving
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.keys import keyed
from crmbridge.kit.paths import Plan, Schema
from crmbridge.kit.rest import Rest
from crmbridge.kit.writing import AllOrNone
from crmbridge.model.record import Field, Record, Row, Value, Written
from crmbridge.net.auth import FixedToken

OFFER = Declared(__package__)
TAKEN, REFUSED = 200, 422
CUTS = (words.QUOTED, words.ADDRESS, words.NUMBER)
READERS: fields.Readers = {
    "text": str,
    "enum": str,
    "ref": str,
    "number": fields.exact,
    "bool": fields.flag,
    "date": lambda raw: datetime.fromisoformat(raw).date(),
    "datetime": fields.in_utc,
}


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return what an error of Example's own means; nothing where its status says it already."""
    told = fields.mapping(fields.mapping(data).get("error"))
    if status != REFUSED:
        return None
    said = words.scrub(fields.text(told.get("message")), {}, CUTS, 200)
    return Refused(f"Example: {said}", code=fields.text(told.get("code")))


class Client(Rest, ByIds):
    """One account, with a company's own options; `key` is the field with our key."""

    vendor: ClassVar[str] = "Example"
    always: ClassVar[tuple[str, ...]] = ("id", "changed_at")
    unknown: ClassVar[frozenset[str]] = frozenset({"unknown_field"})

    def __init__(self, own: Mapping[str, Any], **how: Any) -> None:
        Rest.__init__(self, version="1", classify=classify, quota=lambda _: (), **how)
        ByIds.__init__(self, own["page_size"], timedelta(seconds=own["overlap_seconds"]))
        self.key = own["key_field"]

    def fetch(self, obj: str) -> Schema:
        """Ask for the fields of an object; see `Plans.fetch`."""
        told = fields.items(fields.mapping(self.call("GET", f"/v1/{obj}/fields").data)["fields"])
        found = {one["name"]: self._field(one) for one in told}
        kinds = {name: one.type for name, one in found.items()}
        return Schema(obj=obj, fields=found, kinds=kinds, parents={})

    def _field(self, told: Mapping[str, Any]) -> Field:
        return Field(
            name=told["name"],
            type=OFFER.kinds.get(told["type"], "text"),
            writable=not told.get("read_only"),
            unique=told["name"] in ("id", self.key),
            choices=tuple(told.get("choices", ())),
        )

    def page(self, plan: Plan, after: str, size: int, low: datetime | None) -> Batch:
        """Ask for a page of all, or of what changed; see `ByIds.page`."""
        params = {"after": after or "0", "limit": str(size)}
        if low:
            params["changed_since"] = fields.instant_text(low)
        told = self.call("GET", f"/v1/{plan.obj}", params=params)
        data = fields.mapping(told.data)
        return Batch(rows=fields.items(data[plan.obj]), total=data["total"], date=told.date)

    def among(self, plan: Plan, by: str, values: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Ask for rows by a field; see `ByIds.among`."""
        params = [("by", by), *(("value", one) for one in values)]
        return fields.items(
            fields.mapping(self.call("GET", f"/v1/{plan.obj}", params=params).data)[plan.obj]
        )

    def record(self, plan: Plan, row: Mapping[str, Any]) -> Record:
        """Return the record of a row; see `ByIds.record`."""
        values = fields.values_of(row, plan.kinds, READERS, lambda name: None)
        at = fields.first_stamp(fields.in_utc, row.get("changed_at"))
        return Record(obj=plan.obj, id=str(row["id"]), values=values, changed_at=at)


class Save(AllOrNone):
    """Rows by id, or once and never twice by our key."""

    batch: ClassVar[int] = OFFER.info.limits.write_batch

    def __init__(self, client: Client, obj: str, rows: Sequence[Row]) -> None:
        super().__init__(obj, rows, client.key, client.find)
        self._client = client

    def body(self, row: Row) -> dict[str, Any]:
        """Return what is sent of a row; see `Writing.body`."""
        own = {} if row.id else {self.key: keyed(row)}
        return own | {name: _sent(value) for name, value in row.values.items()}

    def together(self, numbers: Sequence[int]) -> tuple[Sequence[object], Mapping[object, Any]]:
        """Send rows in one call; see `AllOrNone.together`."""
        ids = [self.id_of(self.rows[number]) for number in numbers]
        rows = [
            ({"id": own} if own else {}) | self.bodies[number]
            for own, number in zip(ids, numbers, strict=True)
        ]
        told = self._client.call(
            "PATCH" if ids[0] else "POST",
            f"/v1/{self.obj}",
            {self.obj: rows},
            expect=(TAKEN, REFUSED),
        )
        data = fields.mapping(told.data)
        return fields.listed(data.get("ids")), {
            one["at"]: one for one in fields.items(data.get("errors"))
        }

    def blamed(self, row: Row, said: Any) -> Written:
        """Return the result of a row that Example says something against."""
        code = fields.text(said.get("code"))
        if code == "not_found":
            return words.gone(row, code)
        why = words.scrub(fields.text(said.get("message")), row.values, CUTS, 200)
        field = fields.text(said.get("field"))
        return words.refused(row, code, why, field if field in row.values else "")


class ExampleConnector(Offers, Serving):
    """One account of Example. Raises `ConfigError` for a missing credential or a wrong option."""

    offer, info, causes = OFFER, OFFER.info, OFFER.causes

    def __init__(
        self, credentials: Mapping[str, str], config: Mapping[str, Any], budget: Any
    ) -> None:
        told, own = OFFER.required(credentials, "TOKEN", "BASE_URL"), OFFER.options(config)
        self.limits = OFFER.limits(own)
        client = self._bridge = self._client = Client(
            own,
            base_url=told["BASE_URL"],
            limits=self.limits,
            budget=budget,
            tokens=FixedToken(told["TOKEN"]),
        )
        self.serve(client)
        self.writes = lambda obj, rows: _written(partial(Save, client, obj)(rows))

    def place(self) -> Place:
        """Return the account's id; see `Placed`."""
        told = fields.mapping(self._client.call("GET", "/v1/account").data)
        return Place(id=str(told["id"]), sandbox=told.get("sandbox") is True)


def _written(saving: Save) -> list[Written]:
    saving.run()
    return [saving.results[number] for number in range(len(saving.rows))]


def _sent(value: Value) -> Any:
    """A value as Example takes it."""
    return fields.iso(value) if isinstance(value, date) else value
