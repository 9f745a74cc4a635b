"""Rows of one table in hand: looked up in bulk, changed in memory, written at once."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Generic, TypeVar

from crmbridge.store.table import TABLES, Tx, fetch_in, put

R = TypeVar("R")


class Shelf(Generic[R]):
    """The rows of one class that a transaction has in hand, by one of their columns.

    The column is the key of the table after the company. Looking loads what is missing, one
    statement a miss: call `load` first for a whole page.
    """

    def __init__(self, tx: Tx, kind: type[R], by: str = "id") -> None:
        self._tx, self._kind, self._by = tx, kind, by
        self._key = attrgetter(by)
        self._rows: dict[str, R | None] = {}
        self._changed: dict[str, R] = {}

    def load(self, keys: Iterable[str]) -> None:
        """Look rows up in bulk; unknown keys are no error."""
        missing = [one for one in dict.fromkeys(keys) if one not in self._rows]
        column: Any = TABLES[self._kind].c[self._by]
        found = fetch_in(self._tx, self._kind, column, missing) if missing else []
        self._rows.update(dict.fromkeys(missing))
        self._rows.update({self._key(row): row for row in found})

    def get(self, key: str) -> R | None:
        """The row of a key, as it is now; `None` where there is none."""
        if key not in self._rows:
            self.load([key])
        return self._rows[key]

    def peek(self, key: str) -> R | None:
        """The row of a key where it is in hand; never looks."""
        return self._rows.get(key)

    def take(self, row: R) -> R:
        """Take a row that was looked up by other means in hand; return it as it is now."""
        key = self._key(row)
        known = self._rows.get(key)
        if known is None:
            known = self._rows[key] = row
        return known

    def changed(self) -> list[R]:
        """The rows that were put and are not written."""
        return list(self._changed.values())

    def put(self, row: R) -> None:
        """Insert or replace a row."""
        key = self._key(row)
        self._rows[key] = self._changed[key] = row

    def write(self) -> None:
        """Write the changed rows, in the transaction that was given."""
        put(self._tx, list(self._changed.values()))
        self._changed.clear()
