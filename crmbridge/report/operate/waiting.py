"""Why writes wait, since when, and when they are taken up again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmbridge.company import Company
from crmbridge.report.text import age
from crmbridge.store.states import State
from crmbridge.store.table import Tx
from crmbridge.store.waits import waits

_WHY = {
    State.SENDING: "in flight, or left by a process that ended: read back before they are sent "
    "again",
    State.UNKNOWN: "nobody knows whether they arrived: they are read back before they are sent "
    "again",
    State.LATER: "put off by the system: they are sent again",
}


def waiting(company: Company) -> list[dict[str, Any]]:
    """Return what waits at this instant; see `waiting_in`."""
    with company.ledger.read() as tx:
        return waiting_in(tx)


def waiting_in(tx: Tx) -> list[dict[str, Any]]:
    """Return what waits, by system and state, in JSON's types.

    `for` and `next` are in seconds of the real clock: how long the oldest waits, and until the
    first is taken up again; `next` is `None` for what is in flight.
    """
    now = time.time()
    return [
        {
            "system": one.system,
            "state": one.state.value,
            "count": one.count,
            "for": max(0.0, now - one.since),
            "next": max(0.0, one.until - now) if one.until else None,
        }
        for one in waits(tx)
    ]


def told(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return a line for each."""
    for row in rows:
        after = "" if row["next"] is None else f" in {age(row['next'])}"
        yield (
            f"{row['count']} writes to {row['system']} wait for {age(row['for'])}, "
            f"{_WHY[State(row['state'])]}{after}"
        )
