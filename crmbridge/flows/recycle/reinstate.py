"""A person takes back that a lead is out: it is marketing's again, in a new cycle (R1.7, R5.7)."""

from __future__ import annotations

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import Stage
from crmbridge.model.payload import Reinstated


def reinstate(company: Company, lead: str, *, by: str, why: str) -> int:
    """Bring a disqualified lead back to marketing; return the number of the cycle that begins.

    `lead` is the whole id, `by` who says so, `why` in their words. An opt-out stays one.

    Raises:
        CrmBridgeError: the lead is not disqualified, or no reason is given; nothing is changed.
    """
    if not why.strip():
        raise CrmBridgeError('say why they are no longer out: --why "…"')
    with company.ledger.write("reinstate") as tx:
        scene = Scene.open(company, tx)
        stage = scene.work.lifecycle(lead).stage
        if stage is not Stage.DISQUALIFIED:
            raise CrmBridgeError(
                f"lead {lead[:8]} is not out but {stage.value}: there is nothing to take back"
            )
        told, key = Reinstated(by=by, why=why), f"reinstated:{lead}:{instant(scene.now)}"
        scene.decided(told, lead, key)
        scene.work.due(lead, scene.now, "reinstated")
        scene.work.flush()
        return scene.work.lifecycle(lead).cycle
