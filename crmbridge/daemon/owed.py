"""What the outbox owes to a system, and when: one cheap look, so that idle drains cost nothing."""

from __future__ import annotations

from sqlalchemy import case, func, select

from crmbridge.model.limits import LONGEST_WAIT
from crmbridge.store import lanes
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import is_open, op
from crmbridge.store.table import Tx


def next_attempt(tx: Tx, system: str, timeout: float, now: float) -> float | None:
    """When the next operation is to be sent or read back; `None` when nothing is owed.

    Seconds since 1970 by the real clock, which says `now`. One that is in flight is read back
    `timeout` seconds after it was sent; held ones wait for a person and do not count. What cannot
    have been asked for by the present clock is due.
    """
    waits = case((op.c.not_before > now + LONGEST_WAIT, now), else_=op.c.not_before)
    sent_at = case((op.c.sent_at > now + timeout, now - timeout), else_=op.c.sent_at)
    statement = (
        select(op.c.state, func.min(waits), func.min(sent_at))
        .where(op.c.company == tx.company, op.c.system == system, is_open(), op.c.state != "held")
        .group_by(op.c.state)
    )
    times = [
        float(sent or 0.0) + timeout if state == "sending" else float(not_before)
        for state, not_before, sent in tx.conn.execute(statement)
    ]
    return min(times, default=None)


def free_lanes(ledger: Ledger, system: str) -> None:
    """Take the lanes back from whoever held them; call it as the ledger's only writer, at start.

    What they had in flight is read back before anything of it is sent again, so that nobody need
    wait for the end of a dead worker's leases.
    """
    with ledger.write("lease") as tx:
        for owner in {one.owner for one in lanes.all_lanes(tx, system)} - {""}:
            lanes.release(tx, system, owner)
