"""The ledger's entries: appended once, never changed, read in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, func, select

from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.payload import OfWrite
from crmbridge.store.dialect import bulk, by_company, insert
from crmbridge.store.lean import pack, pack_basis, unpack, unpack_basis
from crmbridge.store.lean_writes import TYPES as OF_WRITES
from crmbridge.store.lean_writes import Ops, WriteSaid, named, ops_of
from crmbridge.store.lean_writes import pack as pack_write
from crmbridge.store.schema import event
from crmbridge.store.table import CHUNK, Tx, among, chunks
from crmbridge.store.types import as_kept

_FIELDS = ("kind", "type", "at", "recorded_at", "key", "lead", "source", "data", "seq")
_COLUMNS = tuple(event.c[name] for name in _FIELDS)
PAGE = 1000
"""Entries that `walk` reads at a time."""
_WRITTEN = ("company", *_FIELDS[:-1])


def append(tx: Tx, events: Sequence[Event]) -> list[Event]:
    """Append entries in their order and return the new ones, each with its `seq`.

    An entry whose key the company has already, or that came earlier in `events`, is left out; one
    with an empty key is always new. An entry is of the person who is its lead, and of its source
    while it has none.
    """
    keys = [as_kept(item.key) for item in events]
    fresh = {key: n for n, key in reversed(list(enumerate(keys))) if key}
    known = known_keys(tx, fresh)
    ordered = [
        item
        for n, (item, key) in enumerate(zip(events, keys, strict=True))
        if not key or (fresh[key] == n and key not in known)
    ]
    if not ordered:
        return []
    first = last_number(tx) + 1
    ops = ops_of(tx, _writes(ordered))
    bulk(
        tx.conn,
        insert(event),
        ("seq", *_WRITTEN),
        (_row(tx, item, ops, first + n) for n, item in enumerate(ordered)),
    )
    return [_numbered(item, first + n) for n, item in enumerate(ordered)]


def last_number(tx: Tx) -> int:
    """Return the highest number that an entry has; 0 where there is none.

    In a file of several companies it may be another one's. Only a writer may go by it: nobody else
    appends until its transaction ends.
    """
    asked = select(func.max(event.c.seq))
    if by_company(tx.conn):
        asked = asked.where(event.c.company == tx.company)
    return int(tx.conn.execute(asked).scalar() or 0)


def _writes(events: Iterable[Event]) -> list[str]:
    """The operations that entries about writes name."""
    told = (one.payload for one in events if one.type in OF_WRITES)
    return [one.op for one in told if isinstance(one, OfWrite)]


def _row(tx: Tx, item: Event, ops: Ops, seq: int) -> tuple[Any, ...]:
    return (
        seq,
        tx.company,
        item.kind,
        item.type,
        item.at,
        item.recorded_at,
        item.key,
        item.lead,
        item.source,
        _packed(tx, item, ops),
    )


def _packed(tx: Tx, item: Event, ops: Ops) -> Mapping[str, Any]:
    if item.type in OF_WRITES:
        return pack_basis(tx, pack_write(item.type, item.content.json, ops))
    if item.kind is Kind.DECIDED:
        return pack_basis(tx, pack(tx, item.type, item.source, item.content))
    return pack(tx, item.type, item.source, item.content)


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


def known_keys(tx: Tx, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that the company's entries have already."""
    wanted = {as_kept(key): key for key in keys if key}
    found: set[str] = set()
    for piece in chunks(wanted):
        where = (event.c.company == tx.company, among(event.c.key, piece))
        found.update(tx.conn.execute(select(event.c.key).where(*where)).scalars())
    return {wanted[one] for one in found}


def of_lead(tx: Tx, lead: str, until: datetime | None = None) -> list[Event]:
    """Return a lead's entries in order, those known at `until` only when it is given."""
    return of_leads(tx, [lead], until).get(lead, [])


def of_leads(
    tx: Tx,
    leads: Iterable[str],
    until: datetime | None = None,
    types: Iterable[str] | None = None,
) -> dict[str, list[Event]]:
    """Return the entries of several leads, each list in order; a lead without any is absent.

    `types` are those wanted, all of them when it is not given.
    """
    wanted = None if types is None else sorted(types)
    found: dict[str, list[Event]] = {}
    for piece in chunks(dict.fromkeys(leads)):
        where: list[ColumnElement[bool]] = [among(event.c.lead, piece)]
        if until is not None:
            where.append(event.c.recorded_at <= until)
        if wanted is not None:
            where.append(event.c.type.in_(wanted))
        for item in _read(tx, *where):
            found.setdefault(item.lead, []).append(item)
    return found


def by_keys(tx: Tx, keys: Iterable[str]) -> list[Event]:
    """Return the entries with these keys, in their order; unknown keys give none."""
    found: list[Event] = []
    for piece in chunks(dict.fromkeys(key for key in keys if key)):
        found += _read(tx, among(event.c.key, piece))
    return sorted(found, key=attrgetter("seq"))


def by_seqs(tx: Tx, seqs: Iterable[int]) -> dict[int, Event]:
    """Return entries by number; an unknown number is absent."""
    return {
        one.seq: one
        for piece in chunks(dict.fromkeys(seqs))
        for one in _read(tx, among(event.c.seq, piece))
    }


def since(tx: Tx, seq: int, limit: int) -> list[Event]:
    """Return at most `limit` entries after `seq`, in order; 0 reads from the first."""
    return list(_read(tx, event.c.seq > seq, limit=limit))


def walk(tx: Tx, after: int = 0) -> Iterator[Event]:
    """Yield every entry after a number, in order, a page of them in memory at a time."""
    while page := since(tx, after, PAGE):
        yield from page
        after = page[-1].seq


def between(tx: Tx, after: int, upto: int) -> list[Event]:
    """Return the entries after a number and up to another one, in order."""
    return list(_read(tx, event.c.seq > after, event.c.seq <= upto))


def of_types(tx: Tx, types: Iterable[str]) -> Iterator[Event]:
    """Yield the entries of some types, in order; reads the whole ledger, which has no index."""
    yield from _read(tx, event.c.type.in_(list(types)))


def count_types(tx: Tx, after: int, types: Iterable[str]) -> int:
    """Return how many entries of some types there are behind a number."""
    mine = event.c.company.concat("") == tx.company  # by the entries' order, as in `last_seq`
    where = (mine, event.c.seq > after, event.c.type.in_(list(types)))
    statement = select(func.count()).select_from(event).where(*where)
    return int(tx.conn.execute(statement).scalar_one())


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
    for rows in tx.conn.execute(statement).partitions(CHUNK):
        ops = ops_of(tx, (named(row[7]) for row in rows if row[1] in OF_WRITES))
        for row in rows:
            yield _event(tx, row, ops)


def _event(tx: Tx, row: Any, ops: Ops) -> Event:
    kind, type_, at, recorded_at, key, lead, source, data, seq = row  # as in `_COLUMNS`
    data = unpack_basis(tx, data)
    content = (
        WriteSaid(type_, data, ops)
        if type_ in OF_WRITES
        else Content.stored(type_, unpack(tx, type_, source, data))
    )
    return Event(
        kind=kind,
        content=content,
        at=at,
        recorded_at=recorded_at,
        key=key,
        lead=lead,
        source=source,
        seq=seq,
    )
