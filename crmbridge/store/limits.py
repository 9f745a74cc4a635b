"""What was written in this pass and on this day, what a person let through, and what stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from crmbridge.store import cursors
from crmbridge.store.schema import is_open, op
from crmbridge.store.states import State
from crmbridge.store.table import Tx, among, chunks

LIMITS = "limits"
"""Row of the ledger's facts: `day` and what was sent on it, `pass` and what was sent in it, what is
still `allowed`, and what `stopped`; all by kind."""
_UNENDED = (State.INTENT, State.LATER, State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Writes that systems took, by kind: in the present pass and on the present day.

    `began` is when the pass did, by the real clock, `since` by the company's; empty between two.
    `share` is counted in leads, and of a pass alone. `allowed` is what a person let through and was
    not sent yet; `fresh` while no pass began since. While `stopped` is not empty, only opt-outs
    leave: it has `since` when, and as `over` the kind, span, number and limit of each.
    """

    day: str = ""
    today: Mapping[str, int] = field(default_factory=dict)
    began: float = 0.0
    since: str = ""
    passed: Mapping[str, int] = field(default_factory=dict)
    allowed: Mapping[str, int] = field(default_factory=dict)
    fresh: bool = False
    stopped: Mapping[str, Any] = field(default_factory=dict)

    def on(self, day: str) -> Tally:
        """The same on a day: another one than it was begins with nothing."""
        return self if day == self.day else replace(self, day=day, today={})


def get(tx: Tx) -> Tally:
    """What stands there; nothing of a ledger that has none."""
    kept = cursors.get_meta(tx, LIMITS)
    return Tally(**kept) if isinstance(kept, dict) else Tally()


def put(tx: Tx, tally: Tally) -> None:
    """Replace what stands there."""
    cursors.put_meta(tx, LIMITS, {name: _plain(getattr(tally, name)) for name in Tally.__slots__})


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def owed(tx: Tx, systems: Collection[str]) -> list[tuple[int, str]]:
    """Return (seq, lead) of the operations of some systems that may leave or have left.

    Held ones, which wait for a person, are not among them. One walk over what is open.
    """
    where = (op.c.company == tx.company, is_open(), op.c.state.in_(_UNENDED))
    statement = select(op.c.seq, op.c.lead)
    rows = tx.conn.execute(statement.where(*where, op.c.system.in_(list(systems))))
    return [(seq, lead) for seq, lead in rows]


def payloads(tx: Tx, seqs: Collection[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield what operations say, by `seq`."""
    for piece in chunks(seqs):
        statement = select(op.c.seq, op.c.payload).where(among(op.c.seq, piece))
        yield from map(tuple, tx.conn.execute(statement))


def written(
    tx: Tx, leads: Collection[str], systems: Collection[str], since: float
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the writes to some leads that were taken since an instant by the real clock.

    Each as the lead and what it said. One look by index a lead.
    """
    for piece in chunks(leads):
        where = (
            op.c.company == tx.company,
            among(op.c.lead, piece),
            op.c.state == State.DONE,
            op.c.settled_at >= since,
            op.c.system.in_(list(systems)),
        )
        yield from map(tuple, tx.conn.execute(select(op.c.lead, op.c.payload).where(*where)))
