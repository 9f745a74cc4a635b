"""Odoo's JSON-2: a call for each method of a model, its errors, its fields and its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from crmbridge.errors import ConfigError, ConnectorError, RefusalCause, Refused, Unavailable
from crmbridge.kit import fields, made, words
from crmbridge.kit.feed.by_id import ByIds
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.html import to_text
from crmbridge.kit.paths import Plan, Plans, Schema, tree
from crmbridge.kit.rest import Rest
from crmbridge.model.limits import Limits
from crmbridge.model.record import Field, Record
from crmbridge.net.auth import FixedToken
from crmbridge.net.budget import Budgets
from crmbridge.net.call import Answer

LEAD, BLACKLIST, OPTED_OUT, NO_FIELD = "crm.lead", "mail.blacklist", "is_blacklisted", "ValueError"
CUTS = (words.QUOTED, words.NUMBER)
READERS: fields.Readers = {**fields.PLAIN, "html": to_text, "datetime": fields.naive}
_FIELD = re.compile(r"nvalid field (?:name '|[a-z.]+\.)(\w+)", re.ASCII)
RIGHTS = dict.fromkeys(("AccessError", "AccessDenied"), RefusalCause.RIGHTS)
_CAUSES = {**RIGHTS, NO_FIELD: RefusalCause.NO_FIELD}
_KINDS = {
    **dict.fromkeys(("integer", "float", "monetary"), "number"),
    **dict.fromkeys(("many2one", "many2one_reference"), "ref"),
    **dict.fromkeys(("many2many", "one2many"), "multi"),
    **{"boolean": "bool", "selection": "enum", "date": "date", "datetime": "datetime"},
}


def classify(status: int, headers: Mapping[str, str], data: object) -> ConnectorError | None:
    """Return what an error of Odoo's own means: all of its call was undone before it was told."""
    told = fields.mapping(data)
    kind = fields.text(told.get("name")).rpartition(".")[2]
    if "debug" not in told or status in (401, 404, 429):
        return None
    if status == 409 or (status >= 500 and kind != NO_FIELD):
        return Unavailable(f"Odoo cannot do it now ({kind}); try later")
    said = fields.text(told.get("message"))
    named = _FIELD.search(said)
    why = f"Odoo: {words.scrub(said, {}, CUTS, 200)}"
    return Refused(why, code=kind, field=named[1] if named else "", cause=_CAUSES.get(kind))


class Client(Rest, Plans):
    """One database; `context` goes with every call. Raises `ConfigError` without a credential."""

    always: ClassVar[tuple[str, ...]] = ("id", "write_date")
    unknown: ClassVar[frozenset[str]] = frozenset({NO_FIELD})

    def __init__(
        self, credentials: Mapping[str, str], limits: Limits, budget: Budgets | None, key: str,
        context: Mapping[str, Any], mades: Mapping[str, made.Mades],
    ) -> None:  # fmt: skip
        for name in ("API_KEY", "BASE_URL"):
            if not credentials.get(name, "").strip().isascii() or not credentials.get(name):
                raise ConfigError(f"Odoo: set {name}")
        Plans.__init__(self)
        super().__init__(
            credentials["BASE_URL"], version="2", limits=limits, budget=budget,
            tokens=FixedToken(credentials["API_KEY"]), classify=classify, quota=lambda _: (),
        )  # fmt: skip
        self.database, self.key = credentials.get("DATABASE", ""), key
        self.mades, self._context = mades, context

    def ask(self, obj: str, method: str, **named: Any) -> Answer:
        """Call a method of a model; `ids` are its records."""
        headers = {"X-Odoo-Database": self.database} if self.database else {}
        body = {**named, "context": self._context}
        return self.call("POST", f"/json/2/{obj}/{method}", body, headers=headers)

    def reads(self, method: str, path: str) -> bool:
        """Whether a call only reads; see `Rest.reads`."""
        return path.endswith(("/web_search_read", "/search_read", "/fields_get"))

    def rows(self, obj: str, domain: Sequence[Any], *names: str) -> list[Mapping[str, Any]]:
        """Return the plain fields of all records of a condition."""
        return fields.items(self.ask(obj, "search_read", domain=domain, fields=names).data)

    def is_path(self, path: str) -> bool:
        """Whether a text can be a field or a path of parents; see `Plans.is_path`."""
        return re.fullmatch(r"[a-z_][a-z0-9_.]*", path, re.ASCII) is not None

    def fetch(self, obj: str) -> Schema:
        """Ask for the fields of a model; see `Plans.fetch`."""
        data = fields.mapping(self.ask(obj, "fields_get").data)
        told = {name: fields.mapping(one) for name, one in data.items()}
        found = {name: self._field(obj, name, one) for name, one in told.items()}
        html = {name: "html" for name, one in told.items() if one.get("type") == "html"}
        kinds = {name: one.type for name, one in found.items()} | html
        parents = {
            name: one.refers[0] for name, one in found.items() if one.type == "ref" and one.refers
        }
        return made.with_made(
            Schema(obj=obj, fields=found, kinds=kinds, parents=parents), self.mades.get(obj, {})
        )

    def _field(self, obj: str, name: str, told: Mapping[str, Any]) -> Field:
        text, size = fields.text, told.get("size")
        return Field(
            name=name,
            type="ref" if name == "id" else _KINDS.get(text(told.get("type")), "text"),
            label=text(told.get("string")),
            required=told.get("required") is True,
            writable=told.get("readonly") is not True or name == OPTED_OUT,
            unique=name in ("id", self.key),
            length=size if isinstance(size, int) else 0,
            choices=tuple(str(one[0]) for one in fields.listed(told.get("selection"))),
            refers=tuple({obj if name == "id" else text(told.get("relation"))} - {""}),
        )


class Reader(ByIds):
    """Reads and looks up the records of one database."""

    vendor: ClassVar[str] = "Odoo"

    def __init__(self, client: Client, *how: Any) -> None:
        super().__init__(client, *how)
        self._client = client

    def page(self, plan: Plan, after: str, size: int, low: datetime | None) -> Batch:
        """Ask for a page of all, or of what changed: of people also whose opt-out did."""
        domain: list[Any] = [("id", ">", int(after or 0))]
        changed = [("write_date", ">=", fields.naive_text(low))] if low else []
        if low and OPTED_OUT in plan.kinds:
            said = [one["email"] for one in self._client.rows(BLACKLIST, changed, "email")]
            domain += ["|", ("email_normalized", "in", said)]
        return self._ask(plan, [*domain, *changed], limit=size)

    def among(self, plan: Plan, by: str, values: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Ask for rows by a field; an address is found in any case."""
        wanted: list[Any] = [int(one) for one in values if one.isdecimal() and len(one) < 10]
        if by == "email_from":
            by, values = "email_normalized", [one.strip().lower() for one in values]
        return self._ask(plan, [(by, "in", wanted if by == "id" else list(values))]).rows

    def record(self, plan: Plan, row: Mapping[str, Any]) -> Record:
        """Return the record of a row, false as nothing but in what is yes or no."""
        own = self._client.mades.get(plan.obj, {})
        kinds = {path: kind for path, kind in plan.kinds.items() if path not in own}
        clean = fields.without_false(row, {path for path, kind in kinds.items() if kind == "bool"})
        values = fields.values_of(clean, kinds, READERS, lambda _: None)
        values |= made.values_of(own, plan.kinds, row)
        at = fields.first_stamp(fields.naive, row.get("write_date"))
        return Record(obj=plan.obj, id=str(row["id"]), values=values, changed_at=at)

    def _ask(self, plan: Plan, domain: Sequence[Any], **more: Any) -> Batch:
        wanted = tree(made.sources(self._client.mades.get(plan.obj, {}), plan.columns), "fields")
        told = self._client.ask(
            plan.obj, "web_search_read", domain=domain, specification=wanted, order="id", **more
        )
        data = fields.mapping(told.data)
        if not isinstance(data.get("length"), int):
            raise Unavailable(f"Odoo gave no page of {plan.obj}; try again")
        return Batch(rows=fields.items(data.get("records")), total=data["length"], date=told.date)
