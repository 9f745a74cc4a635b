"""Projections of leads: their state, cycles, vendor records and identities, always in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal_column, select

from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.store import dialect
from crmbridge.store.born import whole_leads, whole_refs
from crmbridge.store.columns import is_yes
from crmbridge.store.rows import CycleRow, IdentityRow, LeadRow, RefRow
from crmbridge.store.schema import PROMISED_SQL, cycle, identity, lead, ref
from crmbridge.store.table import Tx, among, chunks, fetch, fetch_in, grouped, put

ID_DIGITS = 32
PAGE = 1000
"""Lead ids that `ids` reads at a time."""


def get_many(tx: Tx, leads: Iterable[str]) -> dict[str, LeadRow]:
    """Return leads by id, with their state; an unknown id is absent."""
    return {row.id: row for row in whole_leads(tx, fetch_in(tx, LeadRow, lead.c.id, leads))}


def kept(tx: Tx, leads: Iterable[str]) -> dict[str, LeadRow]:
    """Return leads as their rows have them: `state` may be left to an entry."""
    return {row.id: row for row in fetch_in(tx, LeadRow, lead.c.id, leads)}


def add(tx: Tx, rows: Sequence[Any]) -> None:
    """Insert rows of one class whose keys are new."""
    put(tx, rows, how=dialect.insert)


def put_many(tx: Tx, rows: Sequence[LeadRow]) -> None:
    """Insert or replace leads."""
    put(tx, rows)


def remove(tx: Tx, leads: Iterable[str]) -> None:
    """Remove leads and their cycles; their refs, identities and touches must point elsewhere."""
    for piece in chunks(leads):
        for column in (lead.c.id, cycle.c.lead):
            table = column.table
            tx.conn.execute(delete(table).where(table.c.company == tx.company, column.in_(piece)))


def put_cycles(tx: Tx, cycles: Mapping[str, Sequence[CycleRow]]) -> None:
    """Set the cycles of some leads; theirs of a higher number are gone.

    A late event can make a lead's fold give fewer cycles than before.
    """
    put(tx, [row for rows in cycles.values() for row in rows])
    by_number: dict[int, list[str]] = {}
    for ident, rows in cycles.items():
        by_number.setdefault(max((row.n for row in rows), default=0), []).append(ident)
    for last, leads_ in by_number.items():
        for piece in chunks(leads_):
            mine = (cycle.c.company == tx.company, cycle.c.lead.in_(piece))
            tx.conn.execute(delete(cycle).where(*mine, cycle.c.n > last))


def cycles_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[CycleRow]]:
    """Return cycles by lead, each list from the first; a lead without any is absent."""
    rows = fetch_in(tx, CycleRow, cycle.c.lead, leads, order=[cycle.c.lead, cycle.c.n])
    return grouped(rows, attrgetter("lead"))


def by_ref(tx: Tx, system: str, obj: str, ids: Iterable[str]) -> dict[str, RefRow]:
    """Return the known vendor records of one object by the vendor's id, dead ones too."""
    rows = list(kept_refs(tx, system, obj, ids).values())
    return {row.id: row for row in whole_refs(tx, rows)}


def kept_refs(tx: Tx, system: str, obj: str, ids: Iterable[str]) -> dict[str, RefRow]:
    """Return vendor records as their rows have them: `seen` may be left to an entry."""
    rows = fetch_in(tx, RefRow, ref.c.id, ids, same={"system": system, "obj": obj})
    return {row.id: row for row in rows}


def refs_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[RefRow]]:
    """Return vendor records by lead, dead ones too; a lead without any is absent."""
    found = kept_refs_of(tx, leads)
    return {owner: whole_refs(tx, rows) for owner, rows in found.items()}


def kept_refs_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[RefRow]]:
    """Return vendor records by lead as their rows have them: `seen` may be left to an entry."""
    rows = fetch_in(
        tx, RefRow, ref.c.lead, leads, order=[ref.c.lead, ref.c.system, ref.c.obj, ref.c.id]
    )
    return {owner: found for owner, found in grouped(rows, attrgetter("lead")).items() if owner}


def put_refs(tx: Tx, rows: Sequence[RefRow]) -> None:
    """Insert or replace vendor records."""
    put(tx, rows)


def by_identity(tx: Tx, hashes: Iterable[str], kind: str = "email") -> dict[str, str]:
    """Return the lead of each known hash; an unknown hash is absent."""
    rows = fetch_in(tx, IdentityRow, identity.c.hash, hashes, same={"kind": kind})
    return {row.hash: row.lead for row in rows}


def put_identities(tx: Tx, rows: Sequence[IdentityRow]) -> None:
    """Insert identities, or give known ones to another lead."""
    put(tx, rows)


def remove_identities(tx: Tx, hashes: Iterable[str], kind: str) -> None:
    """Remove identities of a kind."""
    for piece in chunks(hashes):
        where = (identity.c.company == tx.company, identity.c.kind == kind)
        tx.conn.execute(delete(identity).where(*where, identity.c.hash.in_(piece)))


def identities_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[IdentityRow]]:
    """Return identities by lead; a lead without any is absent."""
    rows = fetch_in(
        tx, IdentityRow, identity.c.lead, leads, order=[identity.c.kind, identity.c.hash]
    )
    return grouped(rows, attrgetter("lead"))


def ids(tx: Tx, after: str = "") -> Iterator[str]:
    """Yield all lead ids in order, those after one id when it is given.

    Reads pages of 1,000, so that the transaction may write between two of them.
    """
    while True:
        statement = select(lead.c.id).where(lead.c.company == tx.company, lead.c.id > after)
        page = tx.conn.execute(statement.order_by(lead.c.id).limit(PAGE)).scalars().all()
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]


def with_records(tx: Tx, system: str, limit: int) -> list[str]:
    """Return at most `limit` ids of leads that have a live record in a system, in order."""
    where = (ref.c.company == tx.company, ref.c.system == system, is_yes(ref.c.live))
    found = select(ref.c.lead).where(*where, ref.c.lead.is_not(None)).distinct()
    return list(tx.conn.execute(found.order_by(ref.c.lead).limit(limit)).scalars())


def beginning(tx: Tx, prefix: str, limit: int) -> list[str]:
    """Return at most `limit` ids of leads that begin with some hexadecimal digits, in order."""
    if not prefix or len(prefix) > ID_DIGITS or not set(prefix) <= set("0123456789abcdef"):
        return []
    low, high = (prefix.ljust(ID_DIGITS, fill) for fill in "0f")
    where = (lead.c.company == tx.company, lead.c.id >= low, lead.c.id <= high)
    found = select(lead.c.id).where(*where).order_by(lead.c.id).limit(limit)
    return list(tx.conn.execute(found).scalars())


def changed_after(tx: Tx, at: datetime) -> list[str]:
    """Return the leads whose last entry was written down after an instant."""
    where = (lead.c.company == tx.company, lead.c.updated_at > at)
    return list(tx.conn.execute(select(lead.c.id).where(*where)).scalars())


def in_stages(tx: Tx, stages: Sequence[str]) -> list[str]:
    """Return the ids of all leads in these stages, in order."""
    where = (lead.c.company == tx.company, lead.c.stage.in_(stages))
    return list(tx.conn.execute(select(lead.c.id).where(*where).order_by(lead.c.id)).scalars())


def open_work_of(tx: Tx, owners: Iterable[str]) -> list[str]:
    """Return the leads that some owners have as open work (R4.1), in order of their ids."""
    stages, found = sorted(stage.value for stage in OPEN_WORK), list[str]()
    for piece in chunks(owners):
        where = (lead.c.company == tx.company, lead.c.stage.in_(stages), lead.c.owner.in_(piece))
        found += tx.conn.execute(select(lead.c.id).where(*where)).scalars()
    return sorted(found)


def waiting(tx: Tx) -> list[LeadRow]:
    """Return the leads that wait at the spigot, by id."""
    # a literal, because the partial index serves no bound parameter
    return fetch(tx, LeadRow, lead.c.waiting == literal_column("1"), order=[lead.c.id])


def assigned(tx: Tx) -> list[LeadRow]:
    """Return the leads that were given to a rep and that the CRM has not acknowledged, by id."""
    # in the words of the partial index, which serves no bound parameter
    promised: ColumnElement[bool] = literal_column(PROMISED_SQL)
    return fetch(tx, LeadRow, promised, order=[lead.c.id])


def open_counts_by_owner(tx: Tx, stages: Sequence[str]) -> dict[str, int]:
    """Return how many leads in these stages each owner has; leads without owner do not count."""
    statement = (
        select(lead.c.owner, func.count())
        .where(lead.c.company == tx.company, lead.c.stage.in_(stages), lead.c.owner.is_not(None))
        .group_by(lead.c.owner)
    )
    return {str(owner): int(number) for owner, number in tx.conn.execute(statement)}


def owners_of(tx: Tx, leads: Iterable[str]) -> dict[str, str]:
    """Return who has each of some leads at sales; one that nobody has is absent."""
    found: dict[str, str] = {}
    for piece in chunks(leads):
        where = (lead.c.company == tx.company, among(lead.c.id, piece), lead.c.owner.is_not(None))
        found |= dict(iter(tx.conn.execute(select(lead.c.id, lead.c.owner).where(*where))))
    return found


def sources_of(tx: Tx, leads: Iterable[str]) -> dict[str, str]:
    """Return the source of each of some leads as it is counted, empty for none."""
    found: dict[str, str] = {}
    for piece in chunks(dict.fromkeys(leads)):
        where = (lead.c.company == tx.company, among(lead.c.id, piece))
        for ident, counted in tx.conn.execute(select(lead.c.id, lead.c.counted).where(*where)):
            found[ident] = counted[1] if counted and len(counted) > 1 else ""
    return found


def in_line(tx: Tx) -> list[tuple[str, str]]:
    """Return the leads that wait at the spigot, by id, and why, as they are counted."""
    # a literal, because the partial index serves no bound parameter
    where = (lead.c.company == tx.company, lead.c.waiting == literal_column("1"))
    found = tx.conn.execute(select(lead.c.id, lead.c.counted).where(*where).order_by(lead.c.id))
    # the third place of what the lead adds to the totals
    rows = ((ident, counted[2] if counted and len(counted) > 2 else "") for ident, counted in found)
    return [(ident, why) for ident, why in rows if why]


def page_in_stage(
    tx: Tx, stage: str, size: int, *, after: str = "", before: str = "", in_order: bool
) -> list[str]:
    """Return at most `size` leads in a stage by id, those after one or those just before another.

    `in_order` reads leads by their ids, which is quick where many of them are in that stage; else
    all that are there are read, and sorted.
    """
    # an expression has no index
    there = lead.c.stage.concat("") == stage if in_order else lead.c.stage == stage
    where = [lead.c.company == tx.company, there]
    if before:
        asked = select(lead.c.id).where(*where, lead.c.id < before).order_by(lead.c.id.desc())
        return list(tx.conn.execute(asked.limit(size)).scalars())[::-1]
    if after:
        where.append(lead.c.id > after)
    asked = select(lead.c.id).where(*where).order_by(lead.c.id)
    return list(tx.conn.execute(asked.limit(size)).scalars())
