"""Taking operations out of the outbox to send them, and settling what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from crmbridge.errors import LedgerError
from crmbridge.model.limits import LONGEST_WAIT
from crmbridge.store.dialect import bulk, numbers
from crmbridge.store.lanes import valid
from crmbridge.store.outbox import FIRST, OF_SECOND, UNSENT, Op, State, by_seq, change, note
from crmbridge.store.schema import is_open, lane, op
from crmbridge.store.table import Tx, among, chunks, fetch

BULK = 3
"""The least urgent priority (DESIGN 9)."""

SPARE = 2
"""A stored wait for a read-back is believed up to so many timeouts: settings may have changed."""

IN_DOUBT = (State.SENDING, State.UNKNOWN)
NOT_ENDED = (State.INTENT, State.LATER, State.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of one operation that was claimed or read back.

    `not_before` says when LATER may be sent again or UNKNOWN be read back. `result` keeps the
    vendor's words, which may be personal data.
    """

    id: str
    state: State
    remote_id: str = ""
    not_before: float = 0.0
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What `settle` did: the ids that it settled, and those that it refused as stale."""

    done: list[str]
    stale: list[str]


def claim(
    tx: Tx,
    system: str,
    lanes: Mapping[int, int],
    *,
    now: float,
    limit: int,
    batch: str,
    least: int = BULK,
    only: Collection[int] | None = None,
) -> list[Op]:
    """Take operations to send, mark them SENDING, and return them by (priority, order).

    At most one a lead, but for those to its second records, each of which is of another record and
    waits for its own alone. Only from `lanes` (lane -> epoch) that are still held. A lead's first
    unsent operation comes first; while one of its operations is in flight, unknown, or waits to be
    tried again, its later ones wait too. An opt-out waits only for a call in flight. `least` is the
    least urgent priority to take, and `only` the `seq` of those that may be taken. A wait that is
    longer than any that can be asked for is of a clock that was set back, and over. Commit before
    anything is sent.
    """
    seqs = _next(tx, system, lanes, now, limit, least, only)
    change(
        tx,
        seqs,
        state=State.SENDING,
        batch=batch,
        epoch=_present_epoch(),
        sent_at=now,
        attempts=op.c.attempts + 1,
    )
    taken = by_seq(tx, seqs)
    note(tx, taken)
    return taken


def upcoming(
    tx: Tx, system: str, lanes: Mapping[int, int], *, now: float, limit: int, least: int = BULK
) -> list[Op]:
    """Return the operations that `claim` would take next, in its order; they stay as they are."""
    return by_seq(tx, _next(tx, system, lanes, now, limit, least))


def _next(
    tx: Tx,
    system: str,
    lanes: Mapping[int, int],
    now: float,
    limit: int,
    least: int,
    only: Collection[int] | None = None,
) -> list[int]:
    held = valid(tx, system, lanes)
    where = (
        op.c.company == tx.company,
        op.c.system == system,
        is_open(),
        op.c.state.in_(UNSENT),
        op.c.priority <= least,
        waited(op.c.not_before, now, LONGEST_WAIT),
        op.c.lane.in_(list(held)),
        ~blocked(),
        *([] if only is None else [op.c.seq.in_(numbers(only))]),
    )
    statement = select(op.c.seq).where(*where).order_by(op.c.priority, op.c.seq).limit(limit)
    return list(tx.conn.execute(statement).scalars())


def in_doubt(tx: Tx, system: str) -> frozenset[str]:
    """Return the leads with an operation that is in flight, or of which nobody knows the end."""
    where = (op.c.company == tx.company, op.c.system == system, is_open())
    statement = select(op.c.lead).where(*where, op.c.state.in_(IN_DOUBT)).distinct()
    return frozenset(tx.conn.execute(statement).scalars())


def waited(at: ColumnElement[float], now: float, longest: float) -> ColumnElement[bool]:
    """Return the condition that a stored wait is over, or longer than `longest` seconds from now.

    The second cannot have been asked for by the present clock.
    """
    return or_(at <= now, at > now + longest)


def _present_epoch() -> ScalarSelect[Any]:
    where = (
        lane.c.company == op.c.company,
        lane.c.system == op.c.system,
        lane.c.lane == op.c.lane,
    )
    return select(lane.c.epoch).where(*where).scalar_subquery()


def blocked() -> ColumnElement[bool]:
    """Return the condition that an operation waits for another one of its lead."""
    other = op.alias("other")
    unsent = other.c.state.in_(UNSENT)
    before = or_(
        other.c.state == State.SENDING,
        and_(op.c.priority > FIRST, other.c.state == State.UNKNOWN),
        and_(op.c.priority > FIRST, unsent, other.c.priority == FIRST),
        and_(op.c.priority > FIRST, unsent, other.c.seq < op.c.seq),
        and_(op.c.priority == FIRST, unsent, other.c.priority == FIRST, other.c.seq < op.c.seq),
    )
    return exists().where(
        other.c.company == op.c.company,
        other.c.lead == op.c.lead,
        is_open(other),
        other.c.system == op.c.system,
        other.c.seq != op.c.seq,
        before,
        ~_of_two_seconds(other),
    )


def _of_two_seconds(other: FromClause) -> ColumnElement[bool]:
    """The condition that two operations are to two second records of one lead.

    Order matters between writes of one record, and where one needs what another made: these carry
    the id of their record in their action, and nothing of them follows from another.
    """
    both = (_is_of_a_second(one) for one in (op.c.action, other.c.action))
    return and_(*both, or_(other.c.obj != op.c.obj, other.c.action != op.c.action))


def _is_of_a_second(action: ColumnElement[str]) -> ColumnElement[bool]:
    # `LIKE` takes the mark's line for any letter
    return func.substr(action, 1, len(OF_SECOND)) == OF_SECOND


def settle(
    tx: Tx, system: str, results: Sequence[Settlement], lanes: Mapping[int, int], now: float
) -> Settled:
    """Record what became of operations that were claimed or read back.

    `lanes` (lane -> epoch) is what the worker held when it sent. A result is stale, and changes
    nothing, when the lane has changed hands since, or the operation is not in flight any more:
    its new holder reads it back. Raises `LedgerError` for a result that says SENDING.
    """
    if any(item.state is State.SENDING for item in results):
        raise LedgerError("an operation cannot be settled as sending: say what became of it")
    held = valid(tx, system, lanes)
    known = _in_hand(tx, [item.id for item in results], held)
    good = [item for item in results if item.id in known]
    bulk(tx.conn, _SETTLE, _SETTLED, (_row(tx, item, *known[item.id], now) for item in good))
    stale = [item.id for item in results if item.id not in known]
    return Settled(done=[item.id for item in good], stale=stale)


_SETTLED = (
    "whose",
    "which",
    "new_state",
    "new_remote_id",
    "new_not_before",
    "new_result",
    "new_settled_at",
)
_SETTLE = (
    update(op)
    .where(op.c.company == bindparam("whose"), op.c.seq == bindparam("which"))
    .values(
        state=bindparam("new_state"),
        remote_id=bindparam("new_remote_id"),
        not_before=bindparam("new_not_before"),
        result=bindparam("new_result"),
        settled_at=bindparam("new_settled_at"),
    )
)


def _in_hand(tx: Tx, ids: Sequence[str], held: Mapping[int, int]) -> dict[str, tuple[int, str]]:
    """Return (seq, remote id) of those operations that the holder of the lanes may settle."""
    columns = (op.c.id, op.c.seq, op.c.remote_id, op.c.lane, op.c.epoch)
    found: dict[str, tuple[int, str]] = {}
    for piece in chunks(ids):
        where = (op.c.company == tx.company, among(op.c.id, piece), op.c.state.in_(IN_DOUBT))
        for ident, seq, remote_id, number, epoch in tx.conn.execute(select(*columns).where(*where)):
            if held.get(number) == epoch:
                found[ident] = (seq, remote_id)
    return found


def _row(tx: Tx, result: Settlement, seq: int, remote_id: str, now: float) -> tuple[Any, ...]:
    settled_at = None if result.state in NOT_ENDED else now
    remote_id = result.remote_id or remote_id
    return (tx.company, seq, result.state, remote_id, result.not_before, result.result, settled_at)


def unknown(
    tx: Tx, system: str, lanes: Mapping[int, int], *, now: float, timeout: float, limit: int = 200
) -> list[Op]:
    """Return operations of the lanes whose outcome must be read back now, by (priority, order).

    Those are SENDING ones that a dead worker left, or that were sent longer than `timeout`
    seconds ago, and UNKNOWN ones, each `timeout` after it was sent at the earliest: the vendor
    may still be at work. They become UNKNOWN under the lanes' present epochs, and are not handed
    out again for another `timeout`. Nothing of them is sent again before it was settled. One that
    was sent in the future, by a clock that was set back, is taken to have been sent now.
    """
    held = valid(tx, system, lanes)
    for number, epoch in held.items():
        _adopt(tx, system, number, epoch, now, timeout)
    where = (
        op.c.system == system,
        is_open(),
        op.c.state == State.UNKNOWN,
        op.c.lane.in_(list(held)),
        waited(op.c.not_before, now, SPARE * timeout),
    )
    found = fetch(tx, Op, *where, order=[op.c.priority, op.c.seq], limit=limit, table=op)
    change(tx, (item.seq for item in found), not_before=now + timeout)
    return found


def _adopt(tx: Tx, system: str, number: int, epoch: int, now: float, timeout: float) -> None:
    sent = func.coalesce(op.c.sent_at, 0.0)
    readable = case((sent > now, now), else_=sent) + timeout
    later = case((readable > op.c.not_before, readable), else_=op.c.not_before)
    other_hand = op.c.epoch != epoch
    late = or_(op.c.sent_at <= now - timeout, op.c.sent_at > now + timeout)
    lost = and_(op.c.state == State.SENDING, or_(other_hand, late))
    left = and_(op.c.state == State.UNKNOWN, other_hand)
    statement = update(op).where(
        op.c.company == tx.company,
        op.c.system == system,
        op.c.lane == number,
        is_open(),
        or_(lost, left),
    )
    values = {"state": State.UNKNOWN, "epoch": epoch, "not_before": later}
    tx.conn.execute(statement.values(values))
