"""Writes that wait for a system which the mapping names no more, until a person drops them."""

from __future__ import annotations

import time
from collections import Counter

from crmbridge.flows.fit.causes import leave_cause
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.payload import WriteDropped
from crmbridge.model.target import channel_of
from crmbridge.store import held, outbox, unsettled
from crmbridge.store.held import Held
from crmbridge.store.outbox import FIRST, lead_of

KIND = "system_gone"


def hold_left(scene: Scene) -> None:
    """Hold, once a system, what waits for one that is named no more; end it where nothing does."""
    known = {row.op: row for row in held.find(scene.tx, kind=KIND)}
    left = _left(scene)
    for system, (writes, opt_outs) in left.items():
        row = known.get(system)
        if row is None or (row.detail["writes"], row.detail["opt_outs"]) != (writes, opt_outs):
            _hold(scene, system, writes, opt_outs, row)
    over = [row.id for system, row in known.items() if system not in left]
    held.resolve(scene.tx, over, scene.now)


def _left(scene: Scene) -> dict[str, tuple[int, int]]:
    """How many writes, and how many of them opt-outs or erasures, wait for each such system."""
    writes: Counter[str] = Counter()
    opt_outs: Counter[str] = Counter()
    for (system, _, priority), number in outbox.counts(scene.tx).items():
        if system not in scene.company.names and not channel_of(system):
            writes[system] += number
            opt_outs[system] += number if priority == FIRST else 0
    return {system: (number, opt_outs[system]) for system, number in sorted(writes.items())}


def _hold(scene: Scene, system: str, writes: int, opt_outs: int, before: Held | None) -> None:
    of_them = f", {opt_outs} of them opt-outs or erasures" if opt_outs else ""
    scene.hold(
        KIND,
        "",
        system,
        f"{writes} writes wait for {system}{of_them}, and mapping.toml names no such system any "
        f"more. Put its table back, and they go on; or `crmbridge held resolve` drops them for "
        "good: then enter there by hand what must be, such as an opt-out.",
        system=system,
        writes=writes,
        opt_outs=opt_outs,
        since=before.detail["since"] if before else instant(scene.now),
    )


def drop_left(scene: Scene, row: Held) -> None:
    """A person says that what waits for a system is not to be written any more."""
    system = row.op
    if system in scene.company.names:
        return
    ops = unsettled.open_for(scene.tx, system)
    why = f"mapping.toml names no system {system} any more"
    scene.work.load_leads(lead_of(op) for op in ops if lead_of(op))
    outbox.note(scene.tx, ops)
    for op in ops:
        scene.settled(WriteDropped(op=op.id, why=why), lead_of(op), f"dropped:{op.id}")
        leave_cause(scene, op)
        if lead_of(op):
            scene.work.due(lead_of(op), scene.now, "dropped")
    unsettled.end(scene.tx, ops, time.time())
