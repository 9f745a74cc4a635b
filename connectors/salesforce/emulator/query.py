"""Runs a parsed query: finds rows, orders them, shapes records, and keeps pages for locators."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.ids import mint
from connectors.salesforce.emulator.schema import Field, Schema
from connectors.salesforce.emulator.soql import Key, Query, complain, parse
from connectors.salesforce.emulator.store import Row, Store
from connectors.salesforce.emulator.where import Paths, candidates, matcher

LOCATOR_LIFE = timedelta(days=2)
"""Source: salesforce.md 3, next page."""
PAGE = 2_000
SMALLEST_PAGE = 200
_NO_OBJECT = (
    "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure "
    "to append the '__c' after the entity name. Please reference your WSDL or the describe call "
    "for the appropriate names."
)
_Column = tuple[tuple[Field, ...], Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The rows of a query as they were when it ran, and how to shape them."""

    rows: Sequence[Row]
    total: int
    columns: tuple[_Column, ...]
    paths: Paths


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    result: Result
    born: datetime
    size: int
    version: str


def run(
    text: str, store: Store, schema: Schema, hidden: frozenset[str], *, deleted: bool
) -> Result:
    """Run a query; `hidden` are "Object.Field" names that the user may not see.

    `deleted` includes the recycle bin and archived activities, as queryAll does. Raises
    `VendorError`.
    """
    query = parse(text)
    entity = schema.get(query.entity)
    if entity is None:
        raise complain(text, query.entity_at, _NO_OBJECT.format(name=query.entity), "INVALID_TYPE")
    paths = Paths(store, schema, entity, text, hidden)
    columns = tuple(paths.resolve(path, at) for path, at in query.fields)
    _refuse_doubles(columns)
    rows = _found(query, paths, deleted=deleted)
    if query.count:
        return Result(rows=(), total=len(rows), columns=(), paths=paths)
    rows = _ordered(rows, query.order, paths)[query.offset :][: query.limit]
    return Result(rows=rows, total=len(rows), columns=columns, paths=paths)


def _refuse_doubles(columns: Sequence[_Column]) -> None:
    names = [".".join(field.name for field in (*steps, end)) for steps, end in columns]
    for name in names:
        if names.count(name) > 1:
            raise VendorError("INVALID_FIELD", f"duplicate field selected: {name}")


def _found(query: Query, paths: Paths, *, deleted: bool) -> list[Row]:
    table = paths.store[paths.entity.name]
    test = matcher(query.where, paths)
    near = candidates(query.where, paths, table)
    rows = _current(table.rows if near is None else near, paths)
    return [row for row in rows if (deleted or _plain(row)) and test(row)]


def _current(ids: Iterable[str], paths: Paths) -> Iterable[Row]:
    """Give the rows of ids as readers see them, and the old versions of all hidden rows."""
    table = paths.store[paths.entity.name]
    if not table.hidden:
        return (table.rows[one] for one in ids)
    late = (before for _, before in table.hidden.values() if before is not None)
    return [*(table.rows[one] for one in ids if one not in table.hidden), *late]


def _plain(row: Row) -> bool:
    return not row.get("IsDeleted") and not row.get("IsArchived")


def _ordered(rows: list[Row], keys: Sequence[Key], paths: Paths) -> list[Row]:
    for key in reversed(keys):
        steps, field = paths.resolve(key.path, key.at)
        get = paths.getter(steps, field)
        nulls = 0 if key.down == key.nulls_last else 1
        blank = (nulls, "")

        def rank(row: Row, field: Field = field, blank: Any = blank, get: Any = get) -> Any:
            value = get(row)
            if value is None:
                return blank
            return (1 - blank[0], value.casefold() if field.text else value)

        if field.type == "textarea":
            raise complain(
                paths.text, key.at,
                f"field '{field.name}' can not be sorted in a query call", "MALFORMED_QUERY",
            )  # fmt: skip
        rows = sorted(rows, key=rank, reverse=key.down)
    return rows


def shape(row: Row, columns: Iterable[_Column], paths: Paths, version: str) -> dict[str, Any]:
    """Return one record as the vendor's JSON has it, parents nested."""
    record: dict[str, Any] = {"attributes": attributes(paths.entity.name, row["Id"], version)}
    for steps, field in columns:
        here, current = record, row
        for step in steps:
            parent = paths.parent(current, step)
            if parent is None:
                here.setdefault(step.relationship, None)
                break
            if here.get(step.relationship) is None:
                kind = paths.schema.of_id(parent["Id"])
                # several targets show as type Name, as Task.Who does [memory, not verified]
                here[step.relationship] = {"attributes": attributes(kind, parent["Id"], version)}
                if len(step.targets) > 1:
                    here[step.relationship]["attributes"]["type"] = "Name"
            here, current = here[step.relationship], parent
        else:
            here[field.name] = shown(field, current)
    return record


def shown(field: Field, row: Row) -> Any:
    """Return a stored value as JSON shows it; a checkbox is never null."""
    value = row.get(field.name)
    return bool(value) if field.type == "boolean" else value


def attributes(entity: str, record_id: str, version: str) -> dict[str, str]:
    """Return the `attributes` of a record."""
    return {"type": entity, "url": f"/services/data/v{version}/sobjects/{entity}/{record_id}"}


class Cursors:
    """Open query results by locator; they live two days of world time."""

    def __init__(self, source: random.Random) -> None:
        self._open: dict[str, _Open] = {}
        self._count = 0
        self._random = source

    def first(
        self, result: Result, now: datetime, *, size: int, version: str, shrink: float
    ) -> dict[str, Any]:
        """Return the first page; `shrink` is the chance that any page is smaller than `size`."""
        self._open = {key: one for key, one in self._open.items() if now - one.born < LOCATOR_LIFE}
        self._count += 1
        locator = mint("01g", self._count)
        self._open[locator] = _Open(result=result, born=now, size=size, version=version)
        return self._page(locator, 0, shrink)

    def next(self, name: str, now: datetime, *, shrink: float) -> dict[str, Any]:
        """Return the page that a locator such as `01g…-2000` leads to."""
        locator, _, start = name.rpartition("-")
        opened = self._open.get(locator)
        expired = opened is not None and now - opened.born >= LOCATOR_LIFE
        if (
            opened is None
            or expired
            or not start.isdigit()
            or int(start) >= len(opened.result.rows)
        ):
            raise VendorError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(locator, int(start), shrink)

    def expire(self) -> int:
        """Forget all open results; return how many."""
        count = len(self._open)
        self._open.clear()
        return count

    def _page(self, locator: str, start: int, shrink: float) -> dict[str, Any]:
        opened = self._open[locator]
        size = opened.size
        if shrink and self._random.random() < shrink:
            size = self._random.randint(1, size)
        result, stop = opened.result, start + size
        done = stop >= len(result.rows)
        body: dict[str, Any] = {"totalSize": result.total, "done": done}
        if done:
            if start == 0:
                del self._open[locator]
        else:
            body["nextRecordsUrl"] = f"/services/data/v{opened.version}/query/{locator}-{stop}"
        body["records"] = [
            shape(row, result.columns, result.paths, opened.version)
            for row in result.rows[start:stop]
        ]
        return body
