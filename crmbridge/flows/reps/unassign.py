"""Hand-offs that are taken back before the CRM has acknowledged them."""

from __future__ import annotations

from crmbridge.flows.reps.rotation import give_back
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import Unassigned


def unassign(scene: Scene, lead: str, why: str) -> None:
    """Take a hand-off back that the CRM has not acknowledged; the rep has the turn back."""
    state = scene.work.state(lead)
    rep = str((state.assigned or {}).get("rep", ""))
    v = give_back(scene, rep)
    told = Unassigned(why=why, rep=rep, v=v)
    scene.decided(told, lead, f"unassigned:{lead}:{state.rev}")
