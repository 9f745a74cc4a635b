"""What was written in this pass and on this day, what a person let through, and what stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def owed(tx: Tx, systems: Collection[str]) -> list[tuple[str, str]]:
    """Return (lead, counts) of what is owed to some systems and counts as anything.

    Held operations, which wait for a person, are not among them. One walk over what is open.
    """
    where = (op.c.company == tx.company, is_open(), op.c.state.in_(_UNENDED), op.c.counts != "")
    statement = select(op.c.lead, op.c.counts).where(*where, op.c.system.in_(list(systems)))
    return [(lead, counts) for lead, counts in tx.conn.execute(statement)]


def counted(
    tx: Tx, leads: Collection[str], systems: Collection[str], since: float
) -> frozenset[str]:
    """Which of some leads had a write taken, since an instant by the real clock, that counts.

    One look by index a lead.
    """
    found: set[str] = set()
    for piece in chunks(leads):
        where = (
            op.c.company == tx.company,
            among(op.c.lead, piece),
            op.c.state == State.DONE,
            op.c.settled_at >= since,
            op.c.counts != "",
            op.c.system.in_(list(systems)),
        )
        found.update(tx.conn.execute(select(op.c.lead).where(*where)).scalars())
    return frozenset(found)
