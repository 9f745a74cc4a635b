"""The ledger's entries: appended once, never changed, read in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, func, select

from crmbridge.model.event import Content, Event
from crmbridge.store.dialect import bulk, insert_new
from crmbridge.store.schema import event
from crmbridge.store.table import Tx, among, chunks

_FIELDS = ("kind", "type", "at", "recorded_at", "key", "lead", "source", "data", "seq")
_COLUMNS = tuple(event.c[name] for name in _FIELDS)
_WRITTEN = (
    *("company", "kind", "type", "at", "recorded_at", "key", "lead", "source", "person_key"),
    "data",
)


def append(tx: Tx, events: Sequence[Event]) -> list[Event]:
    """Append entries in their order and return the new ones, each with its `seq`.

    An entry whose key the company has already, or that came earlier in `events`, is left out.
    The person key of an entry is its lead, and its source while it has none.
    """
    fresh = {item.key: item for item in reversed(events)}
    known = known_keys(tx, fresh)
    ordered = [item for item in events if fresh.get(item.key) is item and item.key not in known]
    if not ordered:
        return []
    bulk(tx.conn, insert_new(event), _WRITTEN, (_row(tx, item) for item in ordered))
    seqs = _seqs(tx, [item.key for item in ordered])
    return [_numbered(item, seqs[item.key]) for item in ordered]


def _row(tx: Tx, item: Event) -> tuple[Any, ...]:
    return (
        tx.company,
        item.kind,
        item.type,
        item.at,
        item.recorded_at,
        item.key,
        item.lead,
        item.source,
        item.lead or item.source,
        item.content.json,
    )


def _numbered(item: Event, seq: int) -> Event:
    # `replace` takes three times as long, and this is the ledger's busiest line
    return Event(
        kind=item.kind,
        content=item.content,
        at=item.at,
        recorded_at=item.recorded_at,
        key=item.key,
        lead=item.lead,
        source=item.source,
        seq=seq,
    )


def _seqs(tx: Tx, keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for piece in chunks(keys):
        statement = select(event.c.key, event.c.seq).where(
            event.c.company == tx.company, among(event.c.key, piece)
        )
        found.update(tuple(row) for row in tx.conn.execute(statement))
    return found


def known_keys(tx: Tx, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that the company's entries have already."""
    return set(_seqs(tx, keys))


def of_lead(tx: Tx, lead: str, until: datetime | None = None) -> list[Event]:
    """Return a lead's entries in order, those known at `until` only when it is given."""
    return of_leads(tx, [lead], until).get(lead, [])


def of_leads(tx: Tx, leads: Iterable[str], until: datetime | None = None) -> dict[str, list[Event]]:
    """Return the entries of several leads, each list in order; a lead without any is absent."""
    found: dict[str, list[Event]] = {}
    for piece in chunks(dict.fromkeys(leads)):
        where: list[ColumnElement[bool]] = [among(event.c.lead, piece)]
        if until is not None:
            where.append(event.c.recorded_at <= until)
        for item in _read(tx, *where):
            found.setdefault(item.lead, []).append(item)
    return found


def by_keys(tx: Tx, keys: Iterable[str]) -> list[Event]:
    """Return the entries with these keys, in their order; unknown keys give none."""
    found: list[Event] = []
    for piece in chunks(dict.fromkeys(keys)):
        found += _read(tx, among(event.c.key, piece))
    return sorted(found, key=attrgetter("seq"))


def since(tx: Tx, seq: int, limit: int) -> list[Event]:
    """Return at most `limit` entries after `seq`, in order; 0 reads from the first."""
    return list(_read(tx, event.c.seq > seq, limit=limit))


def of_types(tx: Tx, types: Iterable[str]) -> Iterator[Event]:
    """Yield the entries of some types, in order; reads the whole ledger, which has no index."""
    yield from _read(tx, event.c.type.in_(list(types)))


def count(tx: Tx) -> int:
    """Return how many entries the company has."""
    statement = select(func.count()).where(event.c.company == tx.company)
    return int(tx.conn.execute(statement).scalar_one())


def newest(tx: Tx) -> datetime | None:
    """Return when the company's newest entry was recorded; `None` when it has none."""
    statement = select(func.max(event.c.recorded_at)).where(event.c.company == tx.company)
    found: datetime | None = tx.conn.execute(statement).scalar_one()
    return found


def last_seq(tx: Tx) -> int:
    """Return the number of the company's newest entry, 0 when it has none."""
    # no index has both columns: from the end, the first of the company is nearly the first. By an
    # index of the company, SQLite would read and sort all its entries; an expression has no index
    statement = select(event.c.seq).where(event.c.company.concat("") == tx.company)
    newest = tx.conn.execute(statement.order_by(event.c.seq.desc()).limit(1)).scalar()
    return int(newest or 0)


def _read(tx: Tx, *where: ColumnElement[bool], limit: int | None = None) -> Iterator[Event]:
    statement = select(*_COLUMNS).where(event.c.company == tx.company, *where)
    statement = statement.order_by(event.c.seq)
    if limit is not None:
        statement = statement.limit(limit)
    return map(_event, tx.conn.execute(statement))


def _event(row: Any) -> Event:
    kind, type_, at, recorded_at, key, lead, source, data, seq = row  # as in `_COLUMNS`
    return Event(
        kind=kind,
        content=Content.stored(type_, data),
        at=at,
        recorded_at=recorded_at,
        key=key,
        lead=lead,
        source=source,
        seq=seq,
    )
