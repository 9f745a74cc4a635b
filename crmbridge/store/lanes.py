"""Lanes: the hash of a lead that keeps its writes in order, each with a lease and an epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, select, update

from crmbridge.errors import LedgerError
from crmbridge.store.cursors import get_meta, put_meta
from crmbridge.store.dialect import upsert
from crmbridge.store.process import is_dead
from crmbridge.store.schema import is_open, lane, op
from crmbridge.store.table import Tx, fetch

LANES = 8
"""Lanes of a target unless set otherwise. Source: engine.md 8 (limit x latency, rounded up)."""

SPARE = 2
"""A stored end is believed up to so many times the length that it is taken for: another process
may have other settings, or a clock that is a little ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane: who works it, until when (seconds since 1970, real clock), and the epoch.

    The epoch goes up each time the lane changes hands.
    """

    system: str
    lane: int
    owner: str
    lease_until: float
    epoch: int


def lane_of(lead: str, count: int) -> int:
    """Return a lead's lane of `count`; the same in every process, for ever."""
    return int.from_bytes(hashlib.sha256(lead.encode()).digest()[:8], "big") % count


def lane_count(tx: Tx, system: str) -> int:
    """Return how many lanes a target system has."""
    stored = get_meta(tx, f"lanes:{system}")
    return stored if isinstance(stored, int) else LANES


def set_lane_count(tx: Tx, system: str, count: int) -> None:
    """Change the number of lanes; raises `LedgerError` while operations wait in them.

    A lead would change its lane, and two workers could send its writes at once.
    """
    if count < 1:
        raise LedgerError(f"{system} needs at least one lane, not {count}")
    waiting = exists().where(op.c.company == tx.company, op.c.system == system, is_open())
    if tx.conn.execute(select(waiting)).scalar_one():
        raise LedgerError(
            f"the lanes of {system} are not empty: let its deliveries finish, then change them"
        )
    put_meta(tx, f"lanes:{system}", count)


def all_lanes(tx: Tx, system: str) -> list[Lane]:
    """Return the lanes that were ever worked, in their order."""
    return fetch(tx, Lane, lane.c.system == system, order=[lane.c.lane], table=lane)


def claim_lanes(tx: Tx, system: str, owner: str, now: float, ttl: float) -> dict[int, int]:
    """Take every free lane for `ttl` seconds; return lane -> epoch of all that are now the owner's.

    `owner` is unique to a process and its start (a UUID), so that a restarted worker gets new
    epochs. `now` is in seconds since 1970 by the real clock. A lane is free when nobody has it,
    its lease is over, or its owner is known to be dead on this host. A lease that ends later than
    anybody can have taken it until is of a clock that was set back, and over. The lease must
    outlast the longest call: at least twice the HTTP timeout and five seconds (engine.md 8).
    """
    known = {row.lane: row for row in all_lanes(tx, system)}
    gone = {name for name in {row.owner for row in known.values()} - {owner} if is_dead(name)}
    mine: dict[int, int] = {}
    for number in range(lane_count(tx, system)):
        row = known.get(number)
        if row is None:
            mine[number] = 1
        elif row.owner == owner:
            mine[number] = row.epoch
        elif row.owner in gone or not held(row, now, ttl):
            mine[number] = row.epoch + 1
    rows = [
        {"company": tx.company, "system": system, "lane": number, "owner": owner, "epoch": epoch}
        | {"lease_until": now + ttl}
        for number, epoch in mine.items()
    ]
    if rows:
        tx.conn.execute(upsert(lane), rows)
    return mine


def held(row: Lane, now: float, ttl: float) -> bool:
    """Whether somebody's lease on a lane runs; `ttl` is the length that leases are taken for."""
    return bool(row.owner) and now < row.lease_until <= now + SPARE * ttl


def renew(tx: Tx, system: str, owner: str, now: float, ttl: float) -> dict[int, int]:
    """Prolong the owner's leases; return lane -> epoch of those that nobody took meanwhile."""
    where = (lane.c.company == tx.company, lane.c.system == system, lane.c.owner == owner)
    tx.conn.execute(update(lane).where(*where).values(lease_until=now + ttl))
    rows = tx.conn.execute(select(lane.c.lane, lane.c.epoch).where(*where))
    return {int(number): int(epoch) for number, epoch in rows}


def release(tx: Tx, system: str, owner: str) -> None:
    """Give the owner's lanes back; call it with nothing in flight."""
    where = (lane.c.company == tx.company, lane.c.system == system, lane.c.owner == owner)
    tx.conn.execute(update(lane).where(*where).values(owner="", lease_until=0.0))


def valid(tx: Tx, system: str, lanes: Mapping[int, int]) -> dict[int, int]:
    """Return those of the lanes (lane -> epoch) that still have this epoch."""
    current = epochs(tx, system, lanes)
    return {number: epoch for number, epoch in lanes.items() if current.get(number) == epoch}


def epochs(tx: Tx, system: str, numbers: Iterable[int]) -> dict[int, int]:
    """Return the present epoch of lanes; one that was never worked is absent."""
    where = (lane.c.company == tx.company, lane.c.system == system, lane.c.lane.in_(list(numbers)))
    rows = tx.conn.execute(select(lane.c.lane, lane.c.epoch).where(*where))
    return {int(number): int(epoch) for number, epoch in rows}
