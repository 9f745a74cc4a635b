"""Writes that were owed and that a new decision does not want any more: they never leave."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from crmbridge.flows.fit.causes import leave_cause
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import WriteDropped
from crmbridge.model.payload.writes import OF_DEAL
from crmbridge.store import outbox
from crmbridge.store.outbox import Op, lead_of

OF_STATE = ("update", "enroll", "handoff", *OF_DEAL)
"""Actions that every decision about a lead, or a deal, names again as long as they are wanted."""


def withdraw(scene: Scene, leads: Collection[str], wanted: Sequence[Op]) -> None:
    """Withdraw unsent writes of leads that were decided about just now, and that do not want them.

    A mapping that was mended, or a record that holds the value by now, asks for nothing in their
    place. Opt-outs stay: nothing takes a no back. `leads` may be deals, by their refs as text.
    """
    named = {op.identity for op in wanted}
    waiting = outbox.unsent(scene.tx, leads, OF_STATE)
    gone = [one for identity, ids in waiting.items() if identity not in named for one in ids]
    if not gone:
        return
    for op in outbox.withdraw(scene.tx, gone, time.time()):
        told = WriteDropped(op=op.id, why="it is not wanted any more")
        scene.settled(told, lead_of(op), f"dropped:{op.id}")
        leave_cause(scene, op)
