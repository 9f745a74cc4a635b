"""Clocks of a hand-off that ran out, and that nobody is waited for any more."""

from __future__ import annotations

from collections.abc import Container

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import SlaSettled
from crmbridge.store import held

HELD = "sla_breach"
"""Kind of held work: a clock of a hand-off ran out."""


def settle(scene: Scene, lead: str, running: Container[str] = ()) -> None:
    """What was overdue and is done, or is over, waits for nobody; `running` are clocks that are."""
    state = scene.work.state(lead)
    settled = state.handover.get("settled", ())
    breached = state.handover.get("breached", ())
    for clock in [one for one in breached if one not in running and one not in settled]:
        key = f"sla_settled:{lead}:{clock}:{state.rev}"
        scene.decided(SlaSettled(clock=clock), lead, key)
        held.end(scene.tx, lead, [HELD], scene.now, about=f"{clock}:")
