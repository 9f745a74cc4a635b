"""Which systems are away or paused, and which work fails: kept where every process can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.store import cursors
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx

ALARMS = "alarms"
"""Row of the ledger's facts: side, way to people or kind of job -> state, why, since, message,
advice. It is empty when all is well."""
WORST = ("open", "away", "paused", "failing")
"""States of a system, the worst last."""


def alarms(tx: Tx) -> dict[str, dict[str, Any]]:
    """What the daemon, or a command, last said of each system that does not work for us."""
    found = cursors.get_meta(tx, ALARMS)
    return {str(k): dict(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def tell(ledger: Ledger, said: Mapping[str, Mapping[str, Any]]) -> None:
    """Replace what stands there."""
    with ledger.write("alarm") as tx:
        cursors.put_meta(tx, ALARMS, {name: dict(one) for name, one in said.items()})


def answered(ledger: Ledger, side: str) -> None:
    """Take back what was said of a system: it has answered."""
    with ledger.read() as tx:
        stand = alarms(tx)
    if stand.pop(side, None) is not None:
        tell(ledger, stand)


def together(ways: list[Mapping[str, Any]]) -> dict[str, Any]:
    """One alarm for a system from those of its ways: the worst, since the first began."""
    worst = max(ways, key=lambda one: WORST.index(one["state"]))
    return {**worst, "since": min(str(one["since"]) for one in ways)}
