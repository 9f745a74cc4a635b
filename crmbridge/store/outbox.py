"""The outbox: every write to a vendor, recorded before it is sent and settled after it.

All times are seconds since 1970 by the real clock; business time is in the entries. One lead's
operations on one system are sent one at a time and in their order; opt-outs and erasures
(priority 0) go before its other writes. States:

    intent --claim--> sending --settle--> done | refused | later | unknown | held | superseded
    later --claim--> sending          unknown --settle, after a read-back--> any of these
    held --redo--> intent             intent, later --a newer one, withdraw--> superseded
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select, update

from crmbridge.store.dialect import insert_new
from crmbridge.store.lanes import lane_count, lane_of
from crmbridge.store.schema import is_open, op
from crmbridge.store.table import Tx, as_dicts, chunks, fetch, fetch_in

UNSENT = ("intent", "later")
FIRST = 0
"""The priority that overtakes: opt-out and erasure (DESIGN 9)."""


class State(StrEnum):
    """Where an operation stands."""

    INTENT = "intent"
    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"
    HELD = "held"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One write to one vendor.

    `id` is the UUIDv5 of `key`, and `key` says company, system, object, lead, action and decision.
    An operation carries the whole of what its action wants, because a newer one of the same
    (system, obj, lead, action) replaces it while it is unsent. `lane`, `ver` and `seq` are given
    by `put`: `ver` counts the operations of that identity from 1, `seq` orders all.
    """

    id: str
    key: str
    system: str
    obj: str
    action: str
    lead: str
    priority: int
    payload: Mapping[str, Any]
    payload_hash: str
    created_at: float
    decision: str = ""
    person_key: str = ""
    remote_id: str = ""
    not_before: float = 0.0
    state: State = State.INTENT
    lane: int = 0
    ver: int = 0
    attempts: int = 0
    batch: str = ""
    epoch: int = 0
    sent_at: float | None = None
    settled_at: float | None = None
    result: Mapping[str, Any] | None = None
    seq: int = 0

    def __repr__(self) -> str:
        return f"Op({self.id} {self.action} {self.system}:{self.obj} {self.state})"

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What it is about: a newer operation with the same one replaces it."""
        return (self.system, self.obj, self.lead, self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What `put` did: the operations that were new, and the older ones that they replaced."""

    added: list[Op]
    superseded: list[Op]


def put(tx: Tx, ops: Sequence[Op]) -> Put:
    """Record operations to send; one whose key is known already is left out.

    Older unsent operations of the same identity become SUPERSEDED, earlier ones of `ops` too.
    Older unsent operations of a lead that now gets a more urgent one inherit its priority (not
    that of an opt-out), or they would keep it waiting behind the bulk.
    """
    unique = {item.key: item for item in reversed(ops)}
    known = {row.key for row in fetch_in(tx, Op, op.c.key, unique)}
    fresh = [item for item in ops if unique.get(item.key) is item and item.key not in known]
    if not fresh:
        return Put(added=[], superseded=[])
    rows = as_dicts(tx, _numbered(tx, fresh))
    for row in rows:
        del row["seq"]
    tx.conn.execute(insert_new(op), rows)
    unsent = _unsent(tx, (item.lead for item in fresh))
    replaced = _supersede_older(tx, unsent, max(item.created_at for item in fresh))
    gone = {item.seq: item for item in replaced}
    _inherit(tx, [item for item in unsent if item.seq not in gone])
    keys = {item.key for item in fresh}
    added = [gone.get(item.seq, item) for item in unsent if item.key in keys]
    return Put(added=added, superseded=replaced)


def _numbered(tx: Tx, ops: Sequence[Op]) -> list[Op]:
    versions = _newest_versions(tx, ops)
    lanes = {system: lane_count(tx, system) for system in {item.system for item in ops}}
    numbered = []
    for item in ops:
        versions[item.identity] = ver = versions.get(item.identity, 0) + 1
        numbered.append(replace(item, ver=ver, lane=lane_of(item.lead, lanes[item.system])))
    return numbered


def _unsent(tx: Tx, leads: Iterable[str]) -> list[Op]:
    found = fetch_in(tx, Op, op.c.lead, leads, is_open(), op.c.state.in_(UNSENT))
    return sorted(map(typed, found), key=attrgetter("seq"))


def _supersede_older(tx: Tx, unsent: Sequence[Op], now: float) -> list[Op]:
    newest = {item.identity: item.seq for item in unsent}
    older = [item for item in unsent if newest[item.identity] != item.seq]
    return _end(tx, older, now)


def _end(tx: Tx, ops: Sequence[Op], now: float) -> list[Op]:
    ended = [replace(item, state=State.SUPERSEDED, settled_at=now) for item in ops]
    change(tx, [item.seq for item in ended], state=State.SUPERSEDED.value, settled_at=now)
    return ended


def _inherit(tx: Tx, unsent: Sequence[Op]) -> None:
    urgent: dict[tuple[str, str], int] = {}
    raised: dict[int, list[int]] = {}
    for item in reversed(unsent):
        key = (item.system, item.lead)
        if item.priority > urgent.get(key, item.priority):
            raised.setdefault(urgent[key], []).append(item.seq)
        elif item.priority != FIRST:
            urgent[key] = item.priority
    for priority, seqs in raised.items():
        change(tx, seqs, priority=priority)


def change(tx: Tx, seqs: Iterable[int], **values: Any) -> None:
    """Set the same columns of operations by `seq`; for the modules of this package."""
    for piece in chunks(seqs):
        tx.conn.execute(update(op).where(op.c.seq.in_(piece)).values(**values))


def _newest_versions(tx: Tx, ops: Sequence[Op]) -> dict[tuple[str, ...], int]:
    identity = (op.c.system, op.c.obj, op.c.lead, op.c.action)
    found: dict[tuple[str, ...], int] = {}
    for piece in chunks(dict.fromkeys(item.lead for item in ops)):
        statement = select(*identity, func.max(op.c.ver)).group_by(*identity)
        where = (op.c.company == tx.company, op.c.lead.in_(piece))
        found |= {tuple(row[:4]): row[4] for row in tx.conn.execute(statement.where(*where))}
    return found


def typed(item: Op) -> Op:
    """Give a row that was read its state as a member; for the modules of this package."""
    # a StrEnum equals its text, but `is` and `match` on members want the member
    return replace(item, state=State(item.state))


def get(tx: Tx, ids: Iterable[str]) -> dict[str, Op]:
    """Return operations by id; an unknown id is absent."""
    return {item.id: typed(item) for item in fetch_in(tx, Op, op.c.id, ids)}


def of_lead(tx: Tx, lead: str) -> list[Op]:
    """Return all operations of a lead, settled ones too, in their order."""
    return [typed(item) for item in fetch(tx, Op, op.c.lead == lead, order=[op.c.seq], table=op)]


def open_hashes(tx: Tx, leads: Iterable[str]) -> dict[tuple[str, str, str, str], str]:
    """Return the payload hash of the newest open operation of each identity of some leads."""
    found = fetch_in(tx, Op, op.c.lead, leads, is_open(), order=[op.c.seq])
    return {item.identity: item.payload_hash for item in found}


def pending(tx: Tx, system: str) -> int:
    """Return how many operations a system is still owed; held ones do not count."""
    where = (op.c.company == tx.company, op.c.system == system, is_open(), op.c.state != "held")
    return int(tx.conn.execute(select(func.count()).select_from(op).where(*where)).scalar_one())


def counts(tx: Tx) -> dict[tuple[str, State, int], int]:
    """Return how many open operations there are by (system, state, priority); no zeros."""
    columns = (op.c.system, op.c.state, op.c.priority)
    statement = select(*columns, func.count()).where(op.c.company == tx.company, is_open())
    rows = tx.conn.execute(statement.group_by(*columns))
    return {(system, State(state), int(priority)): int(n) for system, state, priority, n in rows}


def withdraw(tx: Tx, ids: Iterable[str], now: float) -> list[Op]:
    """Make unsent operations SUPERSEDED, because nobody wants them any more; return those."""
    found = get(tx, ids).values()
    return _end(tx, [item for item in found if item.state in UNSENT], now)


def redo(tx: Tx, ids: Iterable[str], now: float) -> list[Op]:
    """Send held operations again; return them as they are now.

    One of whose identity a newer operation exists becomes SUPERSEDED instead: sending it would
    undo the newer value.
    """
    held = [item for item in get(tx, ids).values() if item.state is State.HELD]
    newest = _newest_versions(tx, held)
    stale = [item for item in held if item.ver < newest[item.identity]]
    again = [item for item in held if item.ver == newest[item.identity]]
    values: dict[str, Any] = {"state": State.INTENT.value, "not_before": now, "attempts": 0}
    change(tx, [item.seq for item in again], **values, settled_at=None)
    return _end(tx, stale, now) + [
        replace(item, state=State.INTENT, not_before=now, attempts=0, settled_at=None)
        for item in again
    ]
