"""When a lead has to be judged again although nothing happens to it (R3.6, R3.10)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crmbridge.flows.recycle.run import standing
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.policy.definition.evaluate import Verdict
from crmbridge.policy.qualify.falls_at import below_at
from crmbridge.policy.qualify.judge import Judged
from crmbridge.policy.qualify.may_rise import may_rise
from crmbridge.policy.qualify.turns_at import turns_at


def look_again(scene: Scene, lead: View, verdict: Verdict, *, ready: bool) -> None:
    """Judge a lead again when waiting alone turns its verdict, and when another version begins.

    `ready` says that it is in the line, or will be. Others are only looked at again if they can
    rise by waiting.
    """
    agreement = scene.company.agreement
    if not ready and not may_rise(agreement, lead.facts, lead.scores, scene.now):
        return
    if at := turns(scene, lead, verdict):
        scene.work.due(lead.id, at, "judge again")
    start = scene.company.versions.next_start(scene.now)
    if ready and start is not None:
        scene.work.due(lead.id, start, "another agreement")


def turns(scene: Scene, lead: View, verdict: Verdict) -> datetime | None:
    """Return when the verdict turns without any event, `None` for never (R3.10).

    Of a lead that came back, also when its engagement since then falls below the bar.
    """
    agreement = scene.company.agreement
    judged = Judged(scores=lead.scores, facts=lead.facts, verdict=verdict)
    found = [turns_at(agreement, lead.case, judged, scene.now)]
    last = lead.bound
    if last is not None:
        bar = Decimal(standing(scene, last).bar)
        found.append(below_at(lead.scores.engagement, scene.now, bar, lead.case.opened))
    return min((one for one in found if one), default=None)
