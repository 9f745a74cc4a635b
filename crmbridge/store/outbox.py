"""The outbox: every write to a vendor, recorded before it is sent and settled after it.

All times are seconds since 1970 by the real clock; business time is in the entries. One lead's
operations on one system are sent one at a time and in their order; opt-outs and erasures
(priority 0) go before its other writes. States:

    intent --claim--> sending --settle--> done | refused | later | unknown | held | superseded
    later --claim--> sending          unknown --settle, after a read-back--> any of these
    held --redo--> intent             intent, later --a newer one, withdraw--> superseded
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from crmbridge.model.payload.writes import OF_DEAL
from crmbridge.store.dialect import bulk, insert_new
from crmbridge.store.lanes import lane_count, lane_of
from crmbridge.store.schema import is_open, op
from crmbridge.store.states import State as State
from crmbridge.store.table import Tx, among, chunks, fetch, fetch_in
from crmbridge.store.types import as_kept

UNSENT = (State.INTENT, State.LATER)
FIRST = 0
"""The priority that overtakes: opt-out and erasure (DESIGN 9)."""
OF_SECOND = "opt_out:"
"""How the action of a write to a lead's second record begins; the id of the record follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One write to one vendor.

    `id` is the UUIDv5 of `key`, and `key` says company, system, object, lead, action and decision
    (the ledger keeps its digest alone).
    An operation carries the whole of what its action wants, because a newer one of the same
    (system, obj, lead, action) replaces it while it is unsent. `lane`, `ver` and `seq` are given
    by `put`: `ver` counts the operations of that identity from 1, `seq` orders all. `counts` are
    the kinds that it counts as under the company's limits. `lead` is a deal's ref as text
    where the operation is about a deal.
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
    counts: str = ""
    seq: int = 0

    def __repr__(self) -> str:
        return f"Op({self.id} {self.action} {self.system}:{self.obj} {self.state})"

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What it is about: a newer operation with the same one replaces it."""
        return (self.system, self.obj, self.lead, self.action)


def lead_of(item: Op) -> str:
    """The lead that an operation is about; empty for one about a deal, whose ref stands there."""
    return "" if item.action in OF_DEAL else item.lead


_IDENTITY = (op.c.system, op.c.obj, op.c.lead, op.c.action)
_GIVEN = tuple(name for name in Op.__slots__ if name not in {"lane", "ver", "seq"})
_pick = attrgetter(*_GIVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What `put` did: the operations that were new, and the `seq` of older ones replaced by them.

    The older ones are not read: nobody needs what they would have written.
    """

    added: list[Op]
    superseded: list[int]


def put(tx: Tx, ops: Sequence[Op]) -> Put:
    """Record operations to send; one whose key is known already is left out.

    Older unsent operations of the same identity become SUPERSEDED, earlier ones of `ops` too.
    Older unsent operations of a lead that now gets a more urgent one inherit its priority (not
    that of an opt-out), or they would keep it waiting behind the bulk.
    """
    kept = [as_kept(item.key) for item in ops]
    unique = {key: item for key, item in zip(reversed(kept), reversed(ops), strict=True)}
    known = _known(tx, unique)
    both = zip(kept, ops, strict=True)
    fresh = [item for key, item in both if unique[key] is item and key not in known]
    if not fresh:
        return Put(added=[], superseded=[])
    marks = _marks(tx, fresh)
    rows = ((tx.company, *_pick(item), *mark) for item, mark in zip(fresh, marks, strict=True))
    bulk(tx.conn, insert_new(op), ("company", *_GIVEN, "lane", "ver"), rows)
    note(tx, fresh)
    waiting = _waiting(tx, dict.fromkeys(item.lead for item in fresh))
    newest = {row[3:]: row[0] for row in waiting}
    older = [row[0] for row in waiting if newest[row[3:]] != row[0]]
    now = max(item.created_at for item in fresh)
    change(tx, older, state=State.SUPERSEDED, settled_at=now)
    gone = set(older)
    _inherit(tx, [row for row in waiting if row[0] not in gone])
    seqs = [row[0] for row in waiting if row[1] in unique and row[1] not in known]
    return Put(added=_added(tx, seqs, fresh), superseded=older)


def note(tx: Tx, ops: Iterable[Op]) -> None:
    """Have a transaction know what operations in hand say, for the entries about them.

    What an operation says never changes, so one that was read by an earlier transaction will do.
    """
    for item in ops:
        said = {"system": item.system, "obj": item.obj, "action": item.action}
        tx.ops[item.id] = said | {"payload": item.payload}


def _added(tx: Tx, seqs: Sequence[int], fresh: Sequence[Op]) -> list[Op]:
    """New operations as they are now; what they want to write need not be read back."""
    given = {item.id: item for item in fresh}
    columns = (op.c.id, op.c.seq, op.c.state, op.c.priority, op.c.lane, op.c.ver, op.c.settled_at)
    found: dict[int, Op] = {}
    for piece in chunks(seqs):
        for row in tx.conn.execute(select(*columns).where(*_these(tx, piece))):
            ident, seq, state, priority, lane, ver, settled = row
            found[seq] = replace(
                given[ident],
                **{"seq": seq, "state": state, "priority": priority, "lane": lane},
                **{"ver": ver, "settled_at": settled, "key": as_kept(given[ident].key)},
            )
    return [found[seq] for seq in seqs]


def _known(tx: Tx, keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for piece in chunks(keys):
        where = (op.c.company == tx.company, among(op.c.key, piece))
        found.update(tx.conn.execute(select(op.c.key).where(*where)).scalars())
    return found


def _marks(tx: Tx, ops: Sequence[Op]) -> Iterator[tuple[int, int]]:
    """Yield the lane and the version of each operation."""
    versions = _newest_versions(tx, ops)
    lanes = {system: lane_count(tx, system) for system in {item.system for item in ops}}
    for item in ops:
        versions[item.identity] = ver = versions.get(item.identity, 0) + 1
        yield lane_of(item.lead, lanes[item.system]), ver


def _waiting(tx: Tx, leads: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return (seq, key, priority, *identity) of the leads' unsent operations, in their order."""
    columns = (op.c.seq, op.c.key, op.c.priority, *_IDENTITY)
    found: list[tuple[Any, ...]] = []
    for piece in chunks(leads):
        where = (op.c.company == tx.company, among(op.c.lead, piece), is_open())
        statement = select(*columns).where(*where, op.c.state.in_(UNSENT))
        found += map(tuple, tx.conn.execute(statement))
    return sorted(found, key=itemgetter(0))


def _inherit(tx: Tx, waiting: Sequence[tuple[Any, ...]]) -> None:
    urgent: dict[tuple[str, str], int] = {}
    raised: dict[int, list[int]] = {}
    for seq, _, priority, system, _, lead, _ in reversed(waiting):
        wanted = urgent.get((system, lead), priority)
        if priority > wanted:
            raised.setdefault(wanted, []).append(seq)
        elif priority != FIRST:
            urgent[(system, lead)] = priority
    for priority, seqs in raised.items():
        change(tx, seqs, priority=priority)


def _end(tx: Tx, ops: Sequence[Op], now: float) -> list[Op]:
    seqs = [item.seq for item in ops]
    change(tx, seqs, state=State.SUPERSEDED, settled_at=now)
    return by_seq(tx, seqs)


def change(tx: Tx, seqs: Iterable[int], **values: Any) -> None:
    """Set the same columns of operations by `seq`; for the modules of this package."""
    for piece in chunks(seqs):
        tx.conn.execute(update(op).where(*_these(tx, piece)).values(**values))


def _these(tx: Tx, seqs: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    """The condition of operations by number, which another company's may have, too."""
    return (op.c.company == tx.company, among(op.c.seq, seqs))


def by_seq(tx: Tx, seqs: Sequence[int]) -> list[Op]:
    """Return operations in the order of `seqs`; for the modules of this package."""
    found = {item.seq: item for item in fetch_in(tx, Op, op.c.seq, seqs)}
    return [found[seq] for seq in seqs]


def _newest_versions(tx: Tx, ops: Sequence[Op]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for piece in chunks(dict.fromkeys(item.lead for item in ops)):
        where = (op.c.company == tx.company, among(op.c.lead, piece))
        statement = select(*_IDENTITY, func.max(op.c.ver)).where(*where).group_by(*_IDENTITY)
        found |= {tuple(row[:4]): row[4] for row in tx.conn.execute(statement)}
    return found


def get(tx: Tx, ids: Iterable[str]) -> dict[str, Op]:
    """Return operations by id; an unknown id is absent."""
    return {item.id: item for item in fetch_in(tx, Op, op.c.id, ids)}


def of_lead(tx: Tx, lead: str) -> list[Op]:
    """Return all operations of a lead, settled ones too, in their order."""
    return fetch(tx, Op, op.c.lead == lead, order=[op.c.seq], table=op)


def open_hashes(tx: Tx, leads: Iterable[str]) -> dict[tuple[str, str, str, str], str]:
    """Return the payload hash of the newest open operation of each identity of some leads."""
    found: list[tuple[Any, ...]] = []
    for piece in chunks(dict.fromkeys(leads)):
        where = (op.c.company == tx.company, among(op.c.lead, piece), is_open())
        found += tx.conn.execute(select(op.c.seq, *_IDENTITY, op.c.payload_hash).where(*where))
    return {tuple(row[1:5]): row[5] for row in sorted(found, key=itemgetter(0))}


def unended(tx: Tx) -> list[Op]:
    """Return the operations that may leave, or be read back, by themselves, in their order.

    Held ones wait for a person and are not among them.
    """
    where = (op.c.company == tx.company, is_open(), op.c.state != State.HELD)
    return fetch(tx, Op, *where, order=[op.c.seq], table=op)


def open_of(tx: Tx, systems: Collection[str], until: float | None = None) -> list[Op]:
    """Return the unsent operations of some systems, in their order.

    With `until` those alone that waited for an instant up to it.
    """
    return fetch(tx, Op, *_unsent_of(tx, systems, until), order=[op.c.seq], table=op)


def any_of(tx: Tx, systems: Collection[str], until: float) -> bool:
    """Whether `open_of` returns any."""
    asked = select(op.c.id).where(*_unsent_of(tx, systems, until)).limit(1)
    return tx.conn.execute(asked).first() is not None


def _unsent_of(tx: Tx, systems: Collection[str], until: float | None) -> list[ColumnElement[bool]]:
    mine = [op.c.company == tx.company, op.c.system.in_(list(systems)), is_open()]
    mine.append(op.c.state.in_(UNSENT))
    return mine if until is None else [*mine, op.c.not_before <= until]


def pending(tx: Tx, system: str) -> int:
    """Return how many operations a system is still owed; held ones do not count."""
    where = (op.c.company == tx.company, op.c.system == system, is_open(), op.c.state != State.HELD)
    return int(tx.conn.execute(select(func.count()).select_from(op).where(*where)).scalar_one())


def counts(tx: Tx) -> dict[tuple[str, State, int], int]:
    """Return how many open operations there are by (system, state, priority); no zeros."""
    columns = (op.c.system, op.c.state, op.c.priority)
    statement = select(*columns, func.count()).where(op.c.company == tx.company, is_open())
    rows = tx.conn.execute(statement.group_by(*columns))
    return {(system, state, int(priority)): int(n) for system, state, priority, n in rows}


def oldest(tx: Tx) -> dict[tuple[str, State, int], float]:
    """Return when the oldest open operation of each (system, state, priority) was made.

    In seconds since 1970 by the real clock.
    """
    columns = (op.c.system, op.c.state, op.c.priority)
    first = func.min(op.c.created_at)
    statement = select(*columns, first).where(op.c.company == tx.company, is_open())
    rows = tx.conn.execute(statement.group_by(*columns))
    return {(system, state, int(priority)): float(at) for system, state, priority, at in rows}


def unsent(
    tx: Tx, leads: Iterable[str], actions: Sequence[str]
) -> dict[tuple[str, str, str, str], list[str]]:
    """Return the ids of unsent operations of some leads by their identity, of some actions.

    Opt-outs are not among them.
    """
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for piece in chunks(dict.fromkeys(leads)):
        where = (op.c.company == tx.company, among(op.c.lead, piece), is_open())
        some = (op.c.state.in_(UNSENT), op.c.action.in_(list(actions)), op.c.priority > FIRST)
        for ident, *identity in tx.conn.execute(select(op.c.id, *_IDENTITY).where(*where, *some)):
            found.setdefault((identity[0], identity[1], identity[2], identity[3]), []).append(ident)
    return found


def withdraw(tx: Tx, ids: Iterable[str], now: float) -> list[Op]:
    """Make unsent operations SUPERSEDED, because nobody wants them any more; return those."""
    found = get(tx, ids).values()
    return _end(tx, [item for item in found if item.state in UNSENT], now)


def held_ops(tx: Tx, system: str, obj: str, lead: str = "") -> list[Op]:
    """Return the operations on an object that are held, of one lead if it is named."""
    where = [op.c.system == system, op.c.obj == obj, op.c.state == State.HELD, is_open()]
    where += [op.c.lead == lead] if lead else []
    return fetch(tx, Op, *where, order=[op.c.seq], table=op)


def held_versions(tx: Tx, leads: Iterable[str]) -> dict[tuple[str, str, str, str], int]:
    """Return the newest version of each identity of some leads that is held, or was until now.

    One that was is sent once more and has not left yet.
    """
    found: dict[tuple[str, str, str, str], int] = {}
    for _, ver, state, result, *identity in _held_rows(tx, leads, (State.HELD, *UNSENT)):
        if state is State.HELD or "cause" in (result or {}):
            what = tuple(identity)
            found[what] = max(ver, found.get(what, 0))
    return found


def _held_rows(tx: Tx, leads: Iterable[str], states: Sequence[State]) -> Iterator[tuple[Any, ...]]:
    columns = (op.c.seq, op.c.ver, op.c.state, op.c.result, *_IDENTITY)
    for piece in chunks(dict.fromkeys(leads)):
        where = (op.c.company == tx.company, among(op.c.lead, piece), is_open())
        yield from map(
            tuple, tx.conn.execute(select(*columns).where(*where, op.c.state.in_(states)))
        )


def refused_versions(tx: Tx, ops: Sequence[Op]) -> dict[str, int]:
    """Return, by id, the newest version of their identity of operations that were refused before.

    One of whose identity another one is on its way, or is done, is not among them.
    """
    found: set[str] = set()
    refused = op.c.state == State.REFUSED
    for piece in chunks(item.id for item in ops):
        found.update(
            tx.conn.execute(select(op.c.id).where(among(op.c.id, piece), refused)).scalars()
        )
    if not found:
        return {}
    again = [item for item in ops if item.id in found]
    newest = _newest_versions(tx, again)
    ended = set[tuple[Any, ...]]()
    for piece in chunks(dict.fromkeys(item.lead for item in again)):
        where = (op.c.company == tx.company, among(op.c.lead, piece), refused)
        ended.update(map(tuple, tx.conn.execute(select(*_IDENTITY, op.c.ver).where(*where))))
    latest = ((item, newest[item.identity]) for item in again)
    return {item.id: ver for item, ver in latest if (*item.identity, ver) in ended}


def end_held(tx: Tx, newer: Iterable[Op], now: float) -> None:
    """Make held operations SUPERSEDED of whose identity one of these newer ones exists."""
    newest = {item.identity: item.ver for item in newer}
    rows = _held_rows(tx, (lead for _, _, lead, _ in newest), (State.HELD,))
    ended = [seq for seq, ver, _, _, *what in rows if ver < newest.get(tuple(what), 0)]
    change(tx, ended, state=State.SUPERSEDED, settled_at=now)


def redo(tx: Tx, ids: Iterable[str], now: float) -> list[Op]:
    """Send held operations again; return them as they are now.

    One of whose identity a newer operation exists becomes SUPERSEDED instead: sending it would
    undo the newer value.
    """
    held = [item for item in get(tx, ids).values() if item.state is State.HELD]
    newest = _newest_versions(tx, held)
    stale = [item for item in held if item.ver < newest[item.identity]]
    again = [item for item in held if item.ver == newest[item.identity]]
    seqs = [item.seq for item in again]
    change(tx, seqs, state=State.INTENT, not_before=now, attempts=0, settled_at=None)
    return _end(tx, stale, now) + by_seq(tx, seqs)
