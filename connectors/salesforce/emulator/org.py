"""The emulated org as all its parts share it: clock, schema, rows, options, users."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.salesforce.emulator import fresh, objects
from connectors.salesforce.emulator.ids import mint, read_id
from connectors.salesforce.emulator.options import DEFAULTS
from connectors.salesforce.emulator.schema import Entity, Field
from connectors.salesforce.emulator.stamps import stamp
from connectors.salesforce.emulator.store import Row, Store
from crmbridge.testing.emulator import Refusal, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a write is done: by whom, through the API or on a screen, with which headers.

    `assign` is TRUE, FALSE or the id of an assignment rule.
    """

    user: str
    api: bool = True
    assign: str = "FALSE"
    allow_save: bool = False


class Org:
    """One Salesforce org."""

    def __init__(self, world: World, source: random.Random) -> None:
        self.world = world
        self.random = source
        self.options: dict[str, Any] = dict(DEFAULTS)
        self.schema = objects.standard()
        self.store = Store(self.schema)
        self.schema_changed = world.now()
        self.hidden: frozenset[str] = frozenset()
        self.read_only: frozenset[str] = frozenset()
        self.assigned = 0
        self.fired: Counter[tuple[str, int]] = Counter()
        self._minted: Counter[str] = Counter()
        self.integration_user = self.new_id("User")
        self._furnish()

    def stamp(self) -> str:
        """Return the present second as rows carry it."""
        return stamp(self.world.now())

    def today(self) -> str:
        """Return the present day, in UTC."""
        return self.world.now().date().isoformat()

    def new_id(self, obj: str) -> str:
        """Return an id that no row of an object has."""
        while True:
            self._minted[obj] += 1
            made = mint(self.schema.entity(obj).prefix, self._minted[obj])
            if made not in self.store[obj].rows:
                return made

    def refresh_security(self) -> None:
        """Read the field-level security out of the options."""
        self.hidden = _named(self.options["hidden_fields"])
        self.read_only = _named(self.options["readonly_fields"])

    def sees(self, entity: Entity, field: Field) -> bool:
        """Whether the integration user may see a field."""
        return f"{entity.name}.{field.name}" not in self.hidden

    def late(self, option: str, delay: Any = None) -> datetime | None:
        """Return when a transaction that commits now is seen; `None` is at once.

        `delay` in seconds, or a pair to draw from, overrides the option.
        """
        # the row keeps the stamp of its save, so it shows up below a reader's newest stamp
        wanted = self.options[option] if delay is None else delay
        seconds = self.random.uniform(*wanted) if isinstance(wanted, list) else float(wanted)
        return self.world.now() + timedelta(seconds=seconds) if seconds > 0 else None

    def find(self, obj: str, body: Mapping[str, Any], key: str = "id") -> Row:
        """Return the row that a request of the control API means.

        `key` names an id, or `match` gives fields and values that exactly one live row has.
        Raises `Refusal`.
        """
        table = self.store[self.schema.entity(obj).name]
        if body.get(key):
            row = table.rows.get(read_id(str(body[key])) or "")
            if row is None:
                raise Refusal(f"no {obj} with the id {body[key]}")
            return row
        match = body.get("match")
        if not match:
            raise Refusal(f"say which {obj}: {key!r} or 'match': {{field: value}}")
        found = [row for row in table.rows.values() if _fits(row, match)]
        if len(found) != 1:
            raise Refusal(f"{len(found)} live rows of {obj} match; one is wanted")
        return found[0]

    def user(self, named: Any) -> str:
        """Return the id of a user or queue by id, e-mail, user name or name. Raises `Refusal`."""
        text = str(named)
        known = read_id(text)
        if known in self.store["User"].rows or known in self.store["Group"].rows:
            return str(known)
        keys = ("Email", "Username", "Name", "DeveloperName")
        for table in (self.store["User"], self.store["Group"]):
            for row in table.rows.values():
                if text in (row.get(key) for key in keys):
                    return str(row["Id"])
        raise Refusal("no user or queue of that id, e-mail or name; seed User or Group first")

    def statuses(self) -> dict[str, Row]:
        """Return the lead statuses by label."""
        return {row["MasterLabel"]: row for row in self.store["LeadStatus"].rows.values()}

    def stage(self, name: str | None) -> Row:
        """Return the stage of a name; an empty one when the org has none of it."""
        for row in self.store["OpportunityStage"].rows.values():
            if row["MasterLabel"] == name:
                return row
        return {}

    def add(self, obj: str, values: Mapping[str, Any]) -> Row:
        """Store a row as it is, with an id and stamps where it has none."""
        at = self.stamp()
        row = {
            "Id": values.get("Id") or self.new_id(obj),
            "IsDeleted": False,
            "CreatedDate": at,
            "CreatedById": self.integration_user,
            "LastModifiedDate": at,
            "LastModifiedById": self.integration_user,
            "SystemModstamp": at,
            **values,
        }
        self.store.put(obj, row)
        return row

    def _furnish(self) -> None:
        """Put the rows of a fresh org where they belong."""
        for obj, values in fresh.fresh_rows(self.integration_user):
            self.add(obj, values)


def _named(by_object: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(f"{obj}.{name}" for obj, names in by_object.items() for name in names)


def _fits(row: Row, match: Mapping[str, Any]) -> bool:
    return not row.get("IsDeleted") and all(row.get(key) == value for key, value in match.items())
