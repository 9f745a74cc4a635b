"""Sales-ready leads: judged by the definition in force, put into the waiting line, or out of it."""

from __future__ import annotations

from dataclasses import replace

from crmbridge.flows.qualify.look_again import look_again
from crmbridge.flows.recycle.run import may_return, standing
from crmbridge.flows.reps.unassign import unassign as unassign
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import EXPANSION, Stage
from crmbridge.model.payload import Ready, Unready
from crmbridge.policy.definition.evaluate import Verdict
from crmbridge.policy.qualify.judge import verdict_on
from crmbridge.policy.recycle import Reentry

MARKETING = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.NURTURE, Stage.CUSTOMER})


def judge(scene: Scene, lead: View) -> Verdict:
    """Judge a lead by the definition in force; a look at it is judged once."""
    if lead.verdict is None:
        lead.verdict = _judged(scene, lead)
    return lead.verdict


def _judged(scene: Scene, lead: View) -> Verdict:
    agreement = scene.company.agreement
    return verdict_on(agreement, agreement.judging(lead.facts), lead.case, lead.facts, scene.now)


def line_up(scene: Scene, lead: View) -> None:
    """Put a lead into the waiting line, or take it out; and say when to look again."""
    stage = lead.life.stage
    if stage not in MARKETING and stage is not Stage.READY:
        return
    verdict = judge(scene, lead)
    back = may_return(scene, lead, ready=verdict.ready)
    last = lead.bound
    until = standing(scene, last).until if last else None
    if until is not None and until > scene.now:
        scene.work.due(lead.id, until, "cool-off ends")
    ready = verdict.ready and back.decision is Reentry.REENTER and not gave_up(lead)
    look_again(scene, lead, verdict, ready=ready or stage is Stage.READY)
    if ready == (stage is Stage.READY):
        return
    _decide(scene, lead, verdict, back.decision.value, ready=ready)


def _decide(scene: Scene, lead: View, verdict: Verdict, back: str, *, ready: bool) -> None:
    told: Ready | Unready = (Ready if ready else Unready)(
        verdict=verdict.explain(),
        engagement=lead.points,
        engagement_since=lead.since,
        reentry=back,
        definition=scene.company.definition,
    )
    if isinstance(told, Ready) and lead.facts.get("customer") is True:
        told = replace(told, motion=EXPANSION)
    key = f"{told.type}:{lead.id}:{lead.life.cycle}:{lead.state.rev}"
    scene.decided(told, lead.id, key)
    if not ready and lead.state.assigned is not None:
        unassign(scene, lead.id, "no longer ready")


def gave_up(lead: View) -> bool:
    """Whether the lead waited too long in this cycle, and nothing has touched it since (R4.10)."""
    left = [one.at for one in lead.state.life if one.type == "queue_expired"]
    if not left or max(left) < lead.life.current.opened:
        return False
    return not any(touch.at > max(left) for touch in lead.touches)
