"""What of the outbox waits for an instant, since when, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select

from crmbridge.store.claims import blocked
from crmbridge.store.schema import is_open, op
from crmbridge.store.states import State
from crmbridge.store.table import Tx

WAITING = (State.SENDING, State.UNKNOWN, State.LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Operations of one system that wait in one state.

    `since` is when the oldest of them was last sent, `until` when the first of them is taken up
    again, 0 for those in flight; both in seconds since 1970 by the real clock.
    """

    system: str
    state: State
    count: int
    since: float
    until: float


def waits(tx: Tx) -> list[Wait]:
    """Return what waits, by system and state; nothing for what can go at any time."""
    columns = (op.c.system, op.c.state)
    oldest = func.min(func.coalesce(op.c.sent_at, op.c.created_at))
    statement = (
        select(*columns, func.count(), oldest, func.min(op.c.not_before))
        .where(op.c.company == tx.company, is_open(), op.c.state.in_(WAITING))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        Wait(
            system=system,
            state=state,
            count=int(count),
            since=float(since),
            until=0.0 if state is State.SENDING else float(until),
        )
        for system, state, count, since, until in tx.conn.execute(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Operations that one system is owed though no wait of theirs explains it.

    `since` is when the oldest of them could have gone, in seconds since 1970 by the real clock.
    """

    system: str
    count: int
    since: float


def stuck(tx: Tx, before: float) -> list[Stuck]:
    """Return, by system, what could have been sent or read back before an instant.

    What waits for an earlier write of its lead, for a person, or for an instant that is still to
    come, is explained.
    """
    could = case(
        (op.c.state == State.SENDING, func.coalesce(op.c.sent_at, op.c.created_at)),
        (op.c.not_before > op.c.created_at, op.c.not_before),
        else_=op.c.created_at,
    )
    statement = (
        select(op.c.system, func.count(), func.min(could))
        .where(
            *(op.c.company == tx.company, is_open(), op.c.state != State.HELD),
            *(could <= before, ~blocked()),
        )
        .group_by(op.c.system)
        .order_by(op.c.system)
    )
    rows = tx.conn.execute(statement)
    return [Stuck(system=name, count=int(count), since=float(at)) for name, count, at in rows]
