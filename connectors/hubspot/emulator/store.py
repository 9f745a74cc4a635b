"""The records of one object type, by id and by unique value, with aliases of merged ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from connectors.hubspot.emulator.index import Index
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.schema import Kind, properties
from connectors.hubspot.emulator.values import stamp

MORE_EMAILS = "hs_additional_emails"
_FIRST_ID = 10_000_000_001


class Store:
    """Live and archived records of one object type.

    `delay` gives, for one change, the milliseconds until search shows it.
    """

    def __init__(self, kind: Kind, delay: Callable[[], int]) -> None:
        self.kind = kind
        self.properties = properties(kind)
        self.live: dict[int, Record] = {}
        self.archived: dict[int, Record] = {}
        self.ids: list[int] = []
        self.alias: dict[int, int] = {}
        self.unique: dict[str, dict[str, int]] = {
            prop.name: {} for prop in self.properties.values() if prop.unique
        }
        self.index = Index()
        self._delay = delay
        self._next = _FIRST_ID

    def new_id(self, gap: int) -> int:
        """Return the next id; `gap` is what is left out before the one after it."""
        id = self._next
        self._next += gap
        return id

    def keep_id(self, id: int) -> None:
        """Make sure that an id chosen elsewhere is not given again."""
        self._next = max(self._next, id + 1)

    def find(self, text: str, by: str = "") -> Record | None:
        """Return the live record with an id (a merged one too) or a unique value."""
        if by and by != "hs_object_id":
            key = text.strip().lower() if by == "email" else text
            id = self.unique[by].get(key)
            return None if id is None else self.live.get(id)
        if not text.isdigit():
            return None
        return self.live.get(self.survivor(int(text)))

    def survivor(self, id: int) -> int:
        """Follow merges from an id to the one that lives now."""
        while id in self.alias:
            id = self.alias[id]
        return id

    def value(self, record: Record, name: str) -> str | None:
        """Return a property's value, stamps and id too; `None` when it has none."""
        if name == "hs_object_id":
            return str(record.id)
        if name == self.kind.changed:
            return stamp(record.updated)
        if name == self.kind.created:
            return stamp(record.created)
        return record.props.get(name)

    def keys(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield `(property, value)` of everything that must be unique in a record."""
        for name in self.unique:
            if value := record.props.get(name):
                yield name, value
        if "email" in self.unique:
            for value in filter(None, record.props.get(MORE_EMAILS, "").split(";")):
                yield "email", value

    def put(self, record: Record, now: int) -> Record:
        """Store a new record or a new state of one."""
        old = self.live.get(record.id)
        if old is None:
            insort(self.ids, record.id)
        elif old.props is not record.props:
            self._forget_keys(old)
        self.live[record.id] = record
        for name, value in self.keys(record):
            self.unique[name][value] = record.id
        self.index.put(record, now + self._delay(), now)
        return record

    def bulk(self, records: Sequence[Record]) -> None:
        """Store many new records at once; search shows them at once."""
        for record in records:
            self.live[record.id] = record
            for name, value in self.keys(record):
                self.unique[name][value] = record.id
        self.ids = sorted(self.live)
        self.index.bulk(records)

    def remove(self, id: int) -> Record | None:
        """Take a live record out; return it."""
        record = self.live.pop(id, None)
        if record is not None:
            self._forget_keys(record)
            del self.ids[bisect_left(self.ids, id)]
            self.index.drop(id)
        return record

    def archive(self, id: int, now: int) -> Record | None:
        """Move a live record to the archive; return it, `None` when there is none."""
        record = self.remove(id)
        if record is None:
            return None
        gone = replace(record, archived=now, updated=now, version=record.version + 1)
        self.archived[id] = gone
        return gone

    def page(self, after: int, limit: int) -> list[Record]:
        """Return the live records from an id on (inclusive), in order of id."""
        start = bisect_left(self.ids, after)
        return [self.live[id] for id in self.ids[start : start + limit]]

    def archived_page(self, after: int, limit: int, since: int) -> list[Record]:
        """Return the archived records from an id on that were archived at or after `since`."""
        ids = sorted(self.archived)
        kept = [
            record
            for id in ids[bisect_right(ids, after - 1) :]
            if (record := self.archived[id]).archived >= since
        ]
        return kept[:limit]

    def add_unique(self, name: str) -> None:
        """Begin to keep a property unique."""
        self.unique[name] = {
            record.props[name]: record.id for record in self.live.values() if name in record.props
        }

    def _forget_keys(self, record: Record) -> None:
        for name, value in self.keys(record):
            if self.unique[name].get(value) == record.id:
                del self.unique[name][value]
