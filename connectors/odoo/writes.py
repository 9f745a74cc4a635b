"""Writes by Odoo's `load`: by id, or once and never twice by a name that it keeps beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from crmbridge.errors import RefusalCause, Refused
from crmbridge.kit import fields, words
from crmbridge.kit.html import to_html
from crmbridge.kit.keys import keyed
from crmbridge.kit.writing import AllOrNone, Held
from crmbridge.model.record import Row, Value, Written

from .client import BLACKLIST, CUTS, LEAD, Client

BATCH = 50
_TITLES = ("partner_name", "contact_name", "email_from")
"""What names a new lead that has no name: Odoo wants one."""


def opt_out(client: Client, address: str) -> None:
    """Put an address on the blacklist, and make its entry count where it was taken off."""
    found = client.ask(BLACKLIST, "create", vals_list=[{"email": address}]).data
    ids = found if isinstance(found, list) else [found]
    client.ask(BLACKLIST, "write", ids=ids, vals={"active": True})


def cell(kind: str, value: Value) -> str:
    """Return a value as `load` takes it; nothing, and a no, are an empty cell."""
    if isinstance(value, bool) or value is None:
        return "1" if value else ""
    if isinstance(value, datetime):
        return fields.naive_text(value)
    said = ",".join(value) if isinstance(value, tuple) else format(value)
    return to_html(said) if kind == "html" else said


class Load(AllOrNone):
    """One call of `write`."""

    batch: ClassVar[int] = BATCH
    spoilt: ClassVar[frozenset[str]] = frozenset({"LOAD"})

    def __init__(self, client: Client, obj: str, rows: Sequence[Row]) -> None:
        self._client, self._kinds = client, client.get(obj).kinds if rows else {}
        super().__init__(obj, rows, self._held)

    def _held(self, keys: Sequence[str]) -> Held:
        found: dict[str, list[str]] = {}
        for one in self._client.rows(self.obj, [(self._client.key, "in", keys)], self._client.key):
            found.setdefault(str(one[self._client.key]), []).append(str(one["id"]))
        return found

    @cached_property
    def _owners(self) -> set[str]:
        owners = {row.values.get("user_id") for row in self.rows}
        ids = [int(str(one)) for one in owners if str(one).isdecimal()]
        able = [("id", "in", ids), ("active", "=", True), ("share", "=", False)]
        return {str(one["id"]) for one in self._client.rows("res.users", able, "id")}

    def body(self, row: Row) -> dict[str, str]:
        """Return the cells of a row; Odoo itself takes an owner who has left."""
        owner = row.values.get("user_id")
        if owner and str(owner) not in self._owners:
            why = "Odoo has no active user of this id"
            raise Refused(why, code="NO_USER", field="user_id", cause=RefusalCause.OWNER)
        cells = {} if row.id else {self._client.key: keyed(row)}
        for name, value in row.values.items():
            kind = self._kinds.get(name, "text")
            cells[f"{name}/.id" if kind in ("ref", "multi") else name] = cell(kind, value)
        return cells

    def together(self, numbers: Sequence[int]) -> dict[int, Written]:
        """Load rows with the same columns; see `AllOrNone.together`."""
        rows = [self.rows[number] for number in numbers]
        lines = [self._line(number) for number in numbers]
        data = [list(line.values()) for line in lines]
        answer = self._client.ask(self.obj, "load", fields=list(lines[0]), data=data)
        told = fields.mapping(answer.data)
        ids = fields.listed(told.get("ids"))
        if len(ids) == len(rows):
            new = not self.id_of(rows[0])
            made = [
                words.done(self.obj, row, str(own), created=new)
                for row, own in zip(rows, ids, strict=True)
            ]
            return dict(zip(numbers, made, strict=True))
        errors = [one for one in fields.items(told.get("messages")) if one.get("type") == "error"]
        blamed = {one["record"]: one for one in errors if one.get("record") in range(len(rows))}
        if errors and not blamed:
            raise Refused(f"Odoo: {errors[0].get('message')}"[:200], code="LOAD")
        return {numbers[at]: self._refused(rows[at], one) for at, one in blamed.items()}

    def _line(self, number: int) -> dict[str, str]:
        """Return the cells of a row with the name of its record first."""
        row, cells = self.rows[number], self.bodies[number]
        if own := self.id_of(row):
            return {".id": own, **cells}
        if self.obj == LEAD and "name" not in cells:
            cells = {"name": next(filter(None, map(cells.get, _TITLES)), row.key), **cells}
        return {"id": f"__crmbridge__.{self.obj.replace('.', '_')}_{row.key}", **cells}

    @staticmethod
    def _refused(row: Row, told: Mapping[str, Any]) -> Written:
        field, said = (
            fields.text(told.get("field")).removesuffix("/.id"),
            fields.text(told.get("message")),
        )
        if field == ".id":
            return words.gone(row, "MissingError")
        why = words.scrub(said, row.values, CUTS, 200)
        return words.refused(
            row, "VALUE" if field else "LOAD", why, field if field in row.values else ""
        )
