"""Odoo's JSON-2: a call for each method of a model, its errors, its fields and its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from crmbridge.errors import ConnectorError, Refused, Unavailable
from crmbridge.kit import fields, made, words
from crmbridge.kit.declared import Declared
from crmbridge.kit.feed.by_id import ByIds
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.html import to_text
from crmbridge.kit.paths import Plan, Schema, tree
from crmbridge.kit.rest import Rest
from crmbridge.model.record import Field, Record
from crmbridge.net.call import Answer

OFFER = Declared(__package__)
BLACKLIST, OPTED_OUT, CUTS = "mail.blacklist", "is_blacklisted", (words.QUOTED, words.NUMBER)
SAID = ("type", "string", "readonly", "size", "selection", "relation")
_NAMED = re.compile(r"nvalid field (?:name '|[a-z.]+\.)(\w+)", re.ASCII)
_READERS = {**fields.PLAIN, "html": to_text, "datetime": fields.naive}


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return what an error of Odoo's own means: all of its call was undone before it was told."""
    told = fields.mapping(data)
    kind = fields.text(told.get("name")).rpartition(".")[2]
    if "debug" not in told or status in (401, 404, 429):
        return None
    if status == 409 or (status >= 500 and kind not in OFFER.causes):
        return Unavailable(f"Odoo cannot do it now ({kind}); try later")
    said = fields.text(told.get("message"))
    field = named[1] if (named := _NAMED.search(said)) else ""
    why = f"Odoo: {words.scrub(said, {}, CUTS, 200)}"
    return Refused(why, code=kind, field=field, cause=OFFER.causes.get(kind))


class Client(Rest, ByIds):
    """One database, with a company's own options; `key` is the field with our key."""

    vendor: ClassVar[str] = "Odoo"
    always: ClassVar[tuple[str, ...]] = ("id", "write_date")
    unknown: ClassVar[frozenset[str]] = frozenset({"ValueError"})

    def __init__(self, database: str, own: Mapping[str, Any], **how: Any) -> None:
        Rest.__init__(self, version="2", classify=classify, quota=lambda _: (), **how)
        ByIds.__init__(self, own["page_size"], timedelta(seconds=own["overlap_seconds"]))
        self.database, self.key = database, own["key_field"]
        self._context = {"active_test": False, "tz": "UTC", "lang": own["language"]}
        self._context["allowed_company_ids"] = [own["company"]]

    def ask(self, obj: str, method: str, **named: Any) -> Answer:
        """Call a method of a model; `ids` are its records."""
        headers = {"X-Odoo-Database": self.database} if self.database else {}
        body = {**named, "context": self._context}
        return self.call("POST", f"/json/2/{obj}/{method}", body, headers=headers)

    def reads(self, method: str, path: str) -> bool:
        """Whether a call only reads; see `Rest.reads`."""
        return path.endswith(("/web_search_read", "/search_read", "/fields_get"))

    def rows(self, obj: str, domain: Sequence[Any], *names: str) -> list[Mapping[str, Any]]:
        """Return plain fields of all records of a condition."""
        return fields.items(self.ask(obj, "search_read", domain=domain, fields=names).data)

    def fetch(self, obj: str) -> Schema:
        """Ask for the fields of a model; see `Plans.fetch`."""
        told = fields.mapping(self.ask(obj, "fields_get", attributes=SAID).data)
        found = {name: self._field(obj, name, one) for name, one in told.items()}
        kinds = {n: "html" if told[n]["type"] == "html" else one.type for n, one in found.items()}
        parents = {name: one.refers[0] for name, one in found.items() if one.refers}
        schema = Schema(obj=obj, fields=found, kinds=kinds, parents=parents)
        return made.with_made(schema, OFFER.made(obj))

    def _field(self, obj: str, name: str, told: Mapping[str, Any]) -> Field:
        return Field(
            name=name,
            type="ref" if name == "id" else OFFER.kinds.get(told["type"], "text"),
            label=told["string"],
            writable=not told["readonly"] or name == OPTED_OUT,
            unique=name in ("id", self.key),
            length=told.get("size") or 0,
            choices=tuple(str(one) for one, _ in told.get("selection") or ()),
            refers=(obj,) if name == "id" else tuple({told.get("relation", "")} - {""}),
        )

    def page(self, plan: Plan, after: str, size: int, low: datetime | None) -> Batch:
        """Ask for a page of all, or of what changed: of people also whose opt-out did."""
        domain: list[Any] = [("id", ">", int(after or 0))]
        changed = [("write_date", ">=", fields.naive_text(low))] if low else []
        if low and OPTED_OUT in plan.kinds:
            said = [one["email"] for one in self.rows(BLACKLIST, changed, "email")]
            domain += ["|", ("email_normalized", "in", said)]
        return self._matching(plan, [*domain, *changed], limit=size)

    def among(self, plan: Plan, by: str, values: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Ask for rows by a field; an address is found in any case."""
        wanted: Sequence[Any] = list(values)
        if by == "id":
            wanted = fields.serials(values)
        elif by == "email_from":
            by, wanted = "email_normalized", [one.strip().lower() for one in values]
        return self._matching(plan, [(by, "in", wanted)]).rows

    def record(self, plan: Plan, row: Mapping[str, Any]) -> Record:
        """Return the record of a row; false is nothing, but in what is yes or no."""
        values = made.read(OFFER.made(plan.obj), plan.kinds, row, _READERS)
        at = fields.first_stamp(fields.naive, row.get("write_date"))
        return Record(obj=plan.obj, id=str(row["id"]), values=values, changed_at=at)

    def _matching(self, plan: Plan, domain: Sequence[Any], **more: Any) -> Batch:
        wanted = tree(made.sources(OFFER.made(plan.obj), plan.columns), "fields")
        how = {"domain": domain, "specification": wanted, "order": "id", **more}
        told = self.ask(plan.obj, "web_search_read", **how)
        data = fields.mapping(told.data)
        if not isinstance(data.get("length"), int):
            raise Unavailable(f"Odoo gave no page of {plan.obj}; try again")
        return Batch(rows=fields.items(data.get("records")), total=data["length"], date=told.date)
