"""When a lead has to be judged again although nothing happens to it (R3.6, R3.10)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crmbridge.agreement import leaves
from crmbridge.flows.recycle import standing
from crmbridge.flows.scene import Scene
from crmbridge.flows.view import View
from crmbridge.policy.definition import Verdict
from crmbridge.policy.falling import below_at, only_falls
from crmbridge.policy.judge import Judged
from crmbridge.policy.turning import turns_at

RISING = frozenset({"older_than", "lt", "le", "at_most", "has_none", "ne", "not_in", "is_missing"})
"""Operators that waiting alone can make true."""
MOVING = frozenset(
    {"engagement", "engagement_since", "engagement_digit", "grade", "rating", "signals"}
    | {"buying_stage"}
)
"""Facts that change by waiting alone."""


def look_again(scene: Scene, lead: View, verdict: Verdict, *, ready: bool) -> None:
    """Judge a lead again when waiting alone turns its verdict, and when another version begins.

    `ready` says that it is in the line, or will be. Others are only looked at again if they can
    rise by waiting.
    """
    if not ready and not rises(scene, lead):
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


def rises(scene: Scene, lead: View) -> bool:
    """Whether a lead that is not ready may become so by waiting: an age, or a fading penalty."""
    agreement = scene.company.agreement
    if not only_falls(lead.scores.engagement):
        return True
    return any(
        leaf.op == "older_than" or (leaf.op in RISING and leaf.field in MOVING)
        for leaf in leaves(agreement.definition)
        if lead.facts.get(leaf.field) is not None
    )
