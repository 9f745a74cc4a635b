"""Which systems are away or paused, and which work fails: kept where every process can read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from crmbridge.store import cursors
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx

ALARMS = "alarms"
"""Row of the ledger's facts: side, way to people or kind of job -> state, why, since, message,
advice, and the same by its `ways` where a command said it. It is empty when all is well."""
TOLD = "operators_told"
"""Row of the ledger's facts: by way to the operators and by what it is about, the state that they
were told last and since when; an alarm that is over is not among them."""
WORST = ("open", "away", "low", "stuck", "refused", "paused", "failing", "stopped")
"""States of a system, the worst last."""
WRITER = "writer"
"""What an alarm of the limits is about."""
WAYS = ("in", "out")
"""Ways of a system: it is read, and written."""


def alarms(tx: Tx) -> dict[str, dict[str, Any]]:
    """What the daemon, or a command, last said of each system that does not work for us."""
    found = cursors.get_meta(tx, ALARMS)
    return {str(k): dict(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def tell(ledger: Ledger, said: Mapping[str, Mapping[str, Any]]) -> None:
    """Replace what stands there."""
    with ledger.write("alarm") as tx:
        cursors.put_meta(tx, ALARMS, {name: dict(one) for name, one in said.items()})


def noted(
    ledger: Ledger, side: str, failed: Mapping[str, Mapping[str, Any]], works: Collection[str]
) -> None:
    """Note the ways of a system that failed just now, and take back those that work again.

    Since when a way fails stays as it was said first. What was said of a system without its ways
    was said of all of them.
    """
    if not failed and not works:
        return
    with ledger.write("alarm") as tx:
        stand = alarms(tx)
        before = stand.pop(side, None)
        ways: dict[str, Any] = {}
        if before:
            ways = dict(before.get("ways") or dict.fromkeys(WAYS, before))
        for way in works:
            ways.pop(way, None)
        for way, one in failed.items():
            ways[way] = {**one, "since": ways.get(way, one)["since"]}
        if ways:
            stand[side] = {**together(list(ways.values())), "ways": ways}
        if stand.get(side) != before:
            cursors.put_meta(tx, ALARMS, stand)


def together(ways: list[Mapping[str, Any]]) -> dict[str, Any]:
    """One alarm for a system from those of its ways: the worst, since the first began."""
    worst = max(ways, key=lambda one: WORST.index(one["state"]))
    return {**worst, "since": min(str(one["since"]) for one in ways)}


def told(tx: Tx) -> dict[str, dict[str, dict[str, Any]]]:
    """What the operators were told, by way to them and by what it is about."""
    found = cursors.get_meta(tx, TOLD)
    ways = found if isinstance(found, Mapping) else {}
    return {str(way): {str(k): dict(v) for k, v in known.items()} for way, known in ways.items()}


def tell_told(ledger: Ledger, known: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Keep what the operators were told."""
    with ledger.write("alarm") as tx:
        cursors.put_meta(tx, TOLD, {way: dict(one) for way, one in known.items()})
