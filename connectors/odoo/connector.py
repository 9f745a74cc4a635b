"""Odoo behind the connector protocol: writing by its `load`, and who uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from crmbridge.connector import Account, Place, User, Wants
from crmbridge.errors import Unavailable
from crmbridge.kit import consent, envelope, fields, made, words
from crmbridge.kit.declared import Offers
from crmbridge.kit.feed.by_id import Serving
from crmbridge.kit.html import to_html
from crmbridge.kit.keys import keyed
from crmbridge.kit.writing import AllOrNone
from crmbridge.model.record import Row, Written
from crmbridge.net.auth import FixedToken

from .client import BLACKLIST, CUTS, OFFER, OPTED_OUT, Client

LEAD, OWNER, GONE = "crm.lead", "user_id", "MissingError"
TITLES = ("partner_name", "contact_name", "email_from")


class Load(AllOrNone):
    """Rows by id, or once and never twice by a name that Odoo keeps beside the record."""

    batch: ClassVar[int] = OFFER.info.limits.write_batch

    def __init__(self, client: Client, obj: str, rows: Sequence[Row]) -> None:
        wanted = [replace(row, values=made.written(OFFER.made(obj), row.values)) for row in rows]
        super().__init__(obj, wanted, client.key, client.find)
        self._client, self._kinds = client, client.get(obj).kinds if rows else {}
        if ids := fields.serials(self.named(OWNER)):  # Odoo itself takes one who has left
            able = [("id", "in", ids), ("active", "=", True), ("share", "=", False)]
            found = {str(one["id"]) for one in client.rows("res.users", able, "id")}
            self.refuse_but(found, OWNER, "Odoo has no active user of this id")

    def body(self, row: Row) -> dict[str, str]:
        """Return the cells of a row by column."""
        cells = {} if row.id else {self.key: keyed(row)}
        for name, value in row.values.items():
            kind, told = self._kinds.get(name, ""), fields.cell(value)
            column = f"{name}/.id" if kind in ("ref", "multi") else name
            cells[column] = to_html(told) if kind == "html" else told
        return cells

    def together(self, numbers: Sequence[int]) -> tuple[Sequence[object], Mapping[object, Any]]:
        """Load rows with the same columns; see `AllOrNone.together`."""
        lines = [self._line(number) for number in numbers]
        cells = {"fields": list(lines[0]), "data": [list(line.values()) for line in lines]}
        told = fields.mapping(self._client.ask(self.obj, "load", **cells).data)
        errors = [one for one in fields.items(told.get("messages")) if one.get("type") == "error"]
        # of several errors of one row the first counts, the others follow from it
        return fields.listed(told.get("ids")), {one.get("record"): one for one in errors[::-1]}

    def blamed(self, row: Row, said: Mapping[str, Any]) -> Written:
        """Return the result of a row that Odoo has an error for."""
        field = fields.text(said.get("field")).removesuffix("/.id")
        if field == ".id":
            return words.gone(row, GONE)
        why = words.scrub(fields.text(said.get("message")), row.values, CUTS, 200)
        return words.refused(row, "VALUE", why, field if field in row.values else "")

    def _line(self, number: int) -> dict[str, str]:
        """Return the cells of a row with the name of its record first; Odoo wants a title too."""
        row, cells = self.rows[number], self.bodies[number]
        if own := self.id_of(row):
            return {".id": own, **cells}
        if self.obj == LEAD and "name" not in cells:
            cells = {"name": next(filter(None, map(cells.get, TITLES)), row.key), **cells}
        return {"id": f"__crmbridge__.{self.obj.replace('.', '_')}_{row.key}", **cells}


class Odoo(Offers, Serving, envelope.Auditing):
    """One database of Odoo 19. Raises `ConfigError` for a missing credential or a wrong option."""

    offer, info = OFFER, OFFER.info

    def __init__(
        self, credentials: Mapping[str, str], config: Mapping[str, Any], budget: Any
    ) -> None:
        told, own = OFFER.required(credentials, "API_KEY", "BASE_URL"), OFFER.options(config)
        self.limits = OFFER.limits(own)
        client = self._bridge = self._client = Client(
            told.get("DATABASE", ""), own, base_url=told["BASE_URL"], limits=self.limits,
            budget=budget, tokens=FixedToken(told["API_KEY"]),
        )  # fmt: skip
        self.serve(client)
        way = consent.OptOuts(
            vendor="Odoo", obj=LEAD, field=OPTED_OUT, email="email_from", key=client.key,
            send=self._opt_out, find=client.find, lost=GONE, for_all=frozenset(OFFER.causes),
        )  # fmt: skip
        self.writes = lambda obj, rows: consent.written(way, obj, rows, partial(Load, client, obj))

    def place(self) -> Place:
        """Return the database, by its name and the second in which it was made; see `Placed`."""
        own = self._client.database + self._company("create_date").replace(" ", "T")
        return Place(id=own, sandbox=False, what="database")

    def audits(self, wants: Wants) -> Account:
        """Return the currency, and the users who have the addresses; see `Audits`."""
        by = ["|", ("email", "in", wants.emails), ("id", "in", fields.serials(wants.users))]
        told = self._client.rows("res.users", by, "email", "active", "share", *wants.of_users)
        users = [
            User(
                id=str(one["id"]), email=one["email"] or "", active=one["active"],
                able=not one["share"], values={name: one[name] for name in wants.of_users},
            )
            for one in told
        ]  # fmt: skip
        return Account(currency=self._company("currency_id"), users=tuple(users))

    def _company(self, name: str) -> str:
        """Return what the first company of the database holds in a field."""
        for one in self._client.rows("res.company", [("id", "=", 1)], name):
            return str(one[name][1] if isinstance(one[name], list) else one[name])
        raise Unavailable("Odoo does not show its first company; try again")

    def _opt_out(self, address: str) -> None:
        """Put an address on the blacklist, and make its entry count where it was taken off."""
        ids = self._client.ask(BLACKLIST, "create", vals_list=[{"email": address}]).data
        self._client.ask(BLACKLIST, "write", ids=ids, vals={"active": True})
