"""One object of a manifest: its fields as they are now, and records of it as typed values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crmbridge.errors import Refused, Unavailable
from crmbridge.kit.fields import Described, Unreadable
from crmbridge.kit.manifest import template, where
from crmbridge.kit.manifest.account import Account
from crmbridge.kit.manifest.codecs import instant
from crmbridge.kit.manifest.shape import DescribeShape, FieldShape, ObjectShape
from crmbridge.model.nearest import meant
from crmbridge.model.record import Field, Record, Value
from crmbridge.net.shape import ODD

FRESH = 3600.0
"""Seconds for which a vendor's description of its fields is good."""
Columns = Mapping[str, FieldShape]


class Thing:
    """One object. `key` is the field with our key, empty where none is made."""

    def __init__(self, account: Account, name: str, spec: ObjectShape, key: str) -> None:
        self.account, self.name, self.spec = account, name, spec
        self.key = (key or spec.key.field) if spec.key else ""
        self.names = {"model": spec.model or name}
        self.unreadable: Counter[str] = Counter()
        self._described: Described[Columns] = Described(lambda _: self._fetch(), FRESH)

    def columns(self) -> Columns:
        """Return the fields by name, described by the vendor where the manifest says so."""
        return self._described.get(self.name)

    def fields(self) -> tuple[Field, ...]:
        """Return the fields as the protocol tells them, anew."""
        return tuple(
            Field(
                name=name,
                type=one.type,
                label=one.label,
                required=one.required,
                writable=self.may_write(name, one),
                unique=one.unique or name == self.key,
                length=one.length,
                choices=tuple(one.choices),
                refers=tuple(one.refers),
                digits=one.digits,
                scale=one.scale,
            )
            for name, one in self._described.renew(self.name).items()
        )

    def may_write(self, name: str, one: FieldShape) -> bool:
        """Whether a field can be written; one that only a verb brings somewhere can."""
        return (
            self.spec.writes
            and (one.writable or name in self.spec.verbs)
            and (not one.one_of or one.put is not None)
        )

    def column(self, name: str) -> FieldShape:
        """Return a field; raises `Refused` for no such one."""
        found = self.columns().get(name)
        if found is None:
            hint = meant(name, self.columns(), "look at what it describes")
            raise Refused(
                f"{self.account.title}: {self.name} has no field {name!r}; {hint}",
                code="NO_FIELD",
                field=name,
            )
        return found

    def wanted(self, fields: Sequence[str]) -> list[str]:
        """Return what `{fields}` stands for: the vendor's names of some fields, id and stamps."""
        columns = self.columns()
        asked = [_ask(name, columns[name]) for name in fields if name in columns]
        return list(dict.fromkeys((*asked, *self.bare())))

    def bare(self) -> list[str]:
        """Return the same for a record's id and stamps alone."""
        named = [one.split("/")[0] for one in (self.spec.id, *self.spec.stamps) if "./" not in one]
        return list(dict.fromkeys((*named, *self.spec.asks)))

    def record(self, row: Mapping[str, Any], fields: Sequence[str]) -> Record:
        """Return the record of a vendor's row, with the values of some fields."""
        columns = self.columns()
        values: dict[str, Value] = {}
        for name in fields:
            held = where.at(row, columns[name].at or name) if name in columns else None
            if held is None:
                continue
            try:
                values[name] = self.account.codecs.read(columns[name], held[0])
            except (Unreadable, *ODD):
                self.unreadable[name] += 1
        return Record(
            obj=self.name,
            id=self.ident(row),
            values=values,
            changed_at=self._changed(row),
            deleted=self.is_dead(row),
        )

    def ident(self, row: Mapping[str, Any]) -> str:
        """Return a row's id; raises `TypeError` for a row without one."""
        found = where.value(row, self.spec.id)
        if isinstance(found, bool) or not isinstance(found, int | str) or found == "":
            raise TypeError("a record without an id")
        return str(found)

    def is_dead(self, row: Mapping[str, Any]) -> bool:
        """Whether the vendor marks a row as deleted."""
        return bool(self.spec.dead) and bool(where.value(row, self.spec.dead))

    def _changed(self, row: Mapping[str, Any]) -> datetime | None:
        held = [where.value(row, path) for path in self.spec.stamps]
        return max((instant(each) for each in held if each), default=None)

    def _fetch(self) -> Columns:
        found: dict[str, FieldShape] = {}
        own = FieldShape(
            type="ref", at=self.spec.id, writable=False, unique=True, refers=[self.name]
        )
        if self.spec.describe:
            data = self.account.ask(self.spec.describe, self.names, reads=True)
            found = dict(_told(self.account.title, self.spec.describe, data))
        return {**found, "id": own, **self.spec.fields}


def _ask(name: str, one: FieldShape) -> str:
    return one.ask or (one.at or name).split("/")[0]


def _told(vendor: str, spec: DescribeShape, data: object) -> list[tuple[str, FieldShape]]:
    held = where.value(data, spec.records) if spec.records else data
    if isinstance(held, Mapping):
        items = list(held.items())
    elif isinstance(held, list):
        items = [(str(where.value(each, spec.name)), each) for each in held]
    else:
        raise Unavailable(f"{vendor} describes its fields in no way that can be read; try later")
    return [(name, _column(spec, name, each)) for name, each in items if _kind(spec, each)]


def _kind(spec: DescribeShape, row: object) -> Any:
    return spec.types.get(str(where.value(row, spec.type)))


def _column(spec: DescribeShape, name: str, row: object) -> FieldShape:
    kind = _kind(spec, row)
    nest = next((path for flag, path in spec.nested.items() if where.value(row, flag)), "")
    choices = where.value(row, spec.choices)
    refers = where.value(row, spec.refers)
    return FieldShape(
        type=kind.type,
        codec=kind.codec,
        scale=kind.scale,
        at=template.text(nest, {"name": name}) if nest else name,
        label=str(where.value(row, spec.label) or ""),
        required=bool(where.value(row, spec.required)),
        writable=not where.value(row, spec.readonly),
        choices=_choices(spec, choices) if isinstance(choices, list) else [],
        refers=[str(refers)] if refers else [],
    )


def _choices(spec: DescribeShape, choices: Sequence[object]) -> list[str]:
    found = [where.value(each, spec.choice) if spec.choice else each for each in choices]
    return [str(each) for each in found if isinstance(each, str | int)]
