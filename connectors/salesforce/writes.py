"""Writes rows through sObject Collections, two hundred a call, and settles each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crmbridge.errors import Refused
from crmbridge.kit.keys import Name, by_place, keyed
from crmbridge.kit.words import later
from crmbridge.kit.writing import Writing
from crmbridge.model.record import Row, Written

from . import soql
from .client import Client
from .follow import Follower
from .options import OFFER
from .outcomes import is_lost, settled
from .values import write_value

CHUNK = OFFER.info.limits.write_batch
EXTRA_CALLS = 40  # calls spent at most on finding what spoils one chunk. Source: reliability.md F40
BY_RULES = {"Sforce-Auto-Assign": "TRUE"}  # Source: salesforce.md 3; on create and update


class Writer:
    """Writes to one org; `headers` go with every write, so that no token refresh loses them."""

    def __init__(
        self, client: Client, follower: Follower, key_field: str, headers: Mapping[str, str]
    ) -> None:
        self.client, self._follower = client, follower
        self.key_field, self.headers = key_field, headers

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Write rows as `Connector.write` promises."""
        run = _Pass(self, soql.name(obj), rows)
        run.run()
        self._follow(run)
        return [run.results[index] for index in range(len(rows))]

    def _follow(self, run: _Pass) -> None:
        """Ask what became of the records of rows that were refused because of them."""
        lost = [i for i, row in enumerate(run.rows) if is_lost(row, run.results[i])]
        if not lost or run.halted is not None:
            run.give(lost, lambda row: later(row, "DOWN", "ask later"))
            return
        found = self._follower.follow(run.obj, [(run.rows[i], run.results[i]) for i in lost])
        run.results.update(zip(lost, found, strict=True))


class _Pass(Writing):
    """One call of `write`."""

    batch: ClassVar[int] = CHUNK
    search: ClassVar[int | None] = EXTRA_CALLS

    def __init__(self, writer: Writer, obj: str, rows: Sequence[Row]) -> None:
        super().__init__(obj, rows)
        self._writer = writer

    def body(self, row: Row) -> dict[str, Any]:
        """Return what is sent of a row."""
        values = {soql.name(name): write_value(name, v) for name, v in row.values.items()}
        body: dict[str, Any] = {"attributes": {"type": self.obj}, **values}
        if row.id:
            return {**body, "id": soql.long_id(row.id)}
        key = self._writer.key_field
        return {**body, key: write_value(key, keyed(row))}

    def names(self, row: Row) -> list[Name]:
        """Return what makes two rows the same record."""
        return [identity(row)]

    def kind(self, row: Row) -> tuple[bool, ...]:
        """Return what rows have in common that may share a call.

        What assignment rules give out goes by itself: the header that lets them is of a whole call.
        """
        return (row.by_rules, not row.id)

    def call(self, numbers: Sequence[int]) -> None:
        """Update by id, or else create and update by key; the answer has one part a row."""
        records = [self.bodies[index] for index in numbers]
        some, writer = [self.rows[index] for index in numbers], self._writer
        headers = {**writer.headers, **BY_RULES} if some[0].by_rules else writer.headers
        if some[0].id:
            answer = writer.client.each("PATCH", records, headers)
        else:
            answer = writer.client.upsert(self.obj, writer.key_field, records, headers)
        told = by_place(some, answer.data, self._settled)
        self.results.update(zip(numbers, told, strict=True))

    def _settled(self, row: Row, told: object) -> Written:
        return settled(self.obj, row, told, self._writer.key_field)

    def spoils(self, error: Refused) -> bool:
        """Whether a call was refused for one of its rows, or for being too much."""
        return error.code in OFFER.words["spoilt"]


def identity(row: Row) -> str:
    """Return what makes two rows the same record: the id where one is known, else the key."""
    return soql.long_id(row.id) if row.id else f"key:{row.key.lower()}"
