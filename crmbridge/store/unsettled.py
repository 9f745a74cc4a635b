"""All that the outbox has open for one system, in whatever state, and its end without a word."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.store.outbox import Op, change
from crmbridge.store.schema import is_open, op
from crmbridge.store.states import State
from crmbridge.store.table import Tx, fetch


def open_for(tx: Tx, system: str) -> list[Op]:
    """Return all operations of a system that are not settled, held ones too, in their order."""
    where = (op.c.company == tx.company, op.c.system == system, is_open())
    return fetch(tx, Op, *where, order=[op.c.seq], table=op)


def end(tx: Tx, ops: Sequence[Op], now: float) -> None:
    """Make operations SUPERSEDED: nobody sends them, or asks after them, any more."""
    change(tx, (item.seq for item in ops), state=State.SUPERSEDED, settled_at=now)
