"""The rows of the emulated org: tables with indexes, late visibility, and a journal for undo."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from connectors.salesforce.emulator.schema import Entity, Field, Schema
from crmbridge.testing.emulator import Wrote

Row = dict[str, Any]
"""A stored row by field name; absent is null. A row in a table is never changed, only replaced."""

_UNINDEXED = frozenset({"OwnerId", "CreatedById", "LastModifiedById"})


def index_key(field: Field, value: Any) -> Any:
    """Return how a value is indexed: texts without case, ids with."""
    return value.casefold() if isinstance(value, str) and not field.is_id else value


class Table:
    """The rows of one object.

    `rows` is the truth of every committed row, `hidden` what readers still see instead of the rows
    of transactions that are not visible yet. `gone` lists deletions as (stamp, id).
    """

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.rows: dict[str, Row] = {}
        self.hidden: dict[str, tuple[datetime, Row | None]] = {}
        self.gone: list[tuple[str, str]] = []
        self._stamps: list[tuple[str, str]] = []
        self._unsorted = False
        self._indexes: dict[str, dict[Any, set[str]]] = {}
        for field in entity.fields.values():
            if indexed(field):
                self._indexes[field.name] = {}

    def put(self, row: Row) -> None:
        """Store a new version of a row."""
        self._forget(self.rows.get(row["Id"]))
        self.rows[row["Id"]] = row
        self._note(row)
        mark = (row["SystemModstamp"], row["Id"])
        if self._unsorted:
            self._stamps.append(mark)
        else:
            insort(self._stamps, mark)

    def load(self, rows: Iterable[Row]) -> None:
        """Store many new rows; the order by stamp is made at the next read."""
        self._unsorted = True
        for row in rows:
            self._forget(self.rows.get(row["Id"]))
            self.rows[row["Id"]] = row
            self._note(row)
            self._stamps.append((row["SystemModstamp"], row["Id"]))

    def remove(self, record_id: str) -> None:
        """Take a row away for good."""
        self._forget(self.rows.pop(record_id, None))

    def seen(self, record_id: str) -> Row | None:
        """Return a row as readers see it."""
        late = self.hidden.get(record_id)
        return late[1] if late else self.rows.get(record_id)

    def ids(self, field: Field, value: Any) -> set[str]:
        """Return the ids of committed rows with a value in an indexed field."""
        return self._indexes[field.name].get(index_key(field, value), set())

    def has_index(self, field: Field) -> bool:
        """Whether a field can be looked up."""
        return field.name in self._indexes

    def between(self, low: str, high: str) -> list[str]:
        """Return ids of rows with `low <= SystemModstamp <= high`, in order of (stamp, id)."""
        self._sort()
        start = bisect_left(self._stamps, (low, ""))
        stop = bisect_left(self._stamps, (high, "~"))
        return [record_id for _, record_id in self._stamps[start:stop]]

    def reindex(self, field: Field) -> None:
        """Build the index of a field that is new."""
        if indexed(field):
            self._indexes[field.name] = {}
            for row in self.rows.values():
                self._enter(field.name, row)

    def rename(self, old: str, new: Field | None) -> None:
        """Move the values of a field to another, or drop them."""
        self._indexes.pop(old, None)
        for record_id, row in self.rows.items():
            if old in row:
                kept = {name: value for name, value in row.items() if name != old}
                self.rows[record_id] = kept | ({new.name: row[old]} if new else {})
        if new:
            self.reindex(new)

    def settle(self, now: datetime) -> None:
        """Show the transactions whose time has come."""
        due = [record_id for record_id, (at, _) in self.hidden.items() if at <= now]
        for record_id in due:
            del self.hidden[record_id]

    def _note(self, row: Row) -> None:
        for name in self._indexes:
            self._enter(name, row)

    def _enter(self, name: str, row: Row) -> None:
        value = row.get(name)
        if value is not None:
            field = self.entity.fields[name.lower()]
            self._indexes[name].setdefault(index_key(field, value), set()).add(row["Id"])

    def _forget(self, row: Row | None) -> None:
        if row is None:
            return
        self._sort()
        place = bisect_left(self._stamps, (row["SystemModstamp"], row["Id"]))
        del self._stamps[place]
        for name, index in self._indexes.items():
            value = row.get(name)
            if value is not None:
                index[index_key(self.entity.fields[name.lower()], value)].discard(row["Id"])

    def _sort(self) -> None:
        if self._unsorted:
            self._stamps.sort()
            self._unsorted = False


def indexed(field: Field) -> bool:
    """Whether a field has an index of its own; Id and SystemModstamp have theirs."""
    if field.name in _UNINDEXED or field.type == "id":
        return False
    return field.type in ("reference", "email") or field.key or field.unique


class Store:
    """All tables, one journal.

    `late` is when readers see what the running transaction writes; `None` is at once.
    """

    def __init__(self, schema: Schema) -> None:
        self._tables = {entity.name: Table(entity) for entity in schema}
        self._journal: list[tuple[str, str, Row | None]] | None = None
        self.writes = 0
        self._told: list[tuple[int, Wrote]] = []
        self.late: datetime | None = None

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def add(self, entity: Entity) -> None:
        """Make the table of one more object."""
        self._tables[entity.name] = Table(entity)

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    def row(self, obj: str, record_id: str | None) -> Row | None:
        """Return the newest version of a row, visible or not; `None` for none."""
        return self._tables[obj].rows.get(record_id) if record_id else None

    def put(self, obj: str, row: Row) -> None:
        """Store a version of a row, hidden from readers until `late`."""
        table = self._tables[obj]
        before = table.rows.get(row["Id"])
        self._record(obj, row["Id"], before)
        if self.late is not None:
            first = table.hidden.get(row["Id"], (self.late, before))
            table.hidden[row["Id"]] = (max(self.late, first[0]), first[1])
        table.put(row)

    def remove(self, obj: str, record_id: str) -> None:
        """Take a row away for good, as a hard delete does."""
        table = self._tables[obj]
        self._record(obj, record_id, table.rows.get(record_id))
        table.hidden.pop(record_id, None)
        table.remove(record_id)

    def begin(self) -> int:
        """Start to keep a journal, or go on with it; return the place to undo to."""
        if self._journal is None:
            self._journal = []
        return len(self._journal)

    @property
    def told(self) -> list[Wrote]:
        """What the transaction in hand asked of records, for the audit; nothing taken back."""
        return [wrote for _, wrote in self._told]

    def tell(self, wrote: Wrote) -> None:
        """Note what was asked of a record, once it is written."""
        self._told.append((len(self._journal or ()), wrote))

    def undo(self, place: int) -> None:
        """Take back all writes since a place of the journal."""
        journal = self._journal or []
        self._told = [one for one in self._told if one[0] <= place]
        while len(journal) > place:
            obj, record_id, before = journal.pop()
            table = self._tables[obj]
            if before is None:
                table.remove(record_id)
                table.hidden.pop(record_id, None)
            else:
                table.put(before)
            self.writes -= 1

    def end(self) -> None:
        """Stop keeping the journal."""
        self._journal = None
        self._told = []

    def settle(self, now: datetime) -> None:
        """Show the transactions whose time has come, in all tables."""
        for table in self._tables.values():
            if table.hidden:
                table.settle(now)

    def _record(self, obj: str, record_id: str, before: Row | None) -> None:
        self.writes += 1
        if self._journal is not None:
            self._journal.append((obj, record_id, before))
