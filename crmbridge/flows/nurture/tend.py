"""Puts leads at rest on the track of the first rule that holds, and takes them off again."""

from __future__ import annotations

from datetime import datetime

from crmbridge.agreement.nurture import NurtureRule
from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.live_since import of_the_past
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import SIDES, Stage
from crmbridge.model.payload import Nurtured
from crmbridge.model.side import MARKETING
from crmbridge.model.stay import Stay, present
from crmbridge.policy.nurture import Chosen, Resting, choose, next_turn

NO_RULE = "no rule holds any more"


def tend(scene: Scene, look: View) -> None:
    """Decide on which track a rule has a lead from now on, and say when to look again.

    A lead that is ready stays where it is until sales has it (R1.2), and comes on none.
    """
    stay = present(look.state.stays)
    if stay is None and not scene.company.agreement.nurture:
        return
    why = barred(scene, look)
    if why:
        _move(scene, look, stay, None, why)
    elif look.life.stage is Stage.READY:
        _while_ready(scene, look, stay)
    else:
        chosen = chosen_for(scene, look)
        if (at := turn_of(scene, look, chosen)) is not None:
            scene.work.due(look.id, at, "nurture")
        _move(scene, look, stay, _admitted(scene, look, stay, chosen.rule), NO_RULE)


def barred(scene: Scene, look: View) -> str:
    """Why no rule may have a lead on a track; empty where one may.

    Permission goes before all else (R5.6). Who came back is where the recycle table puts them.
    """
    if look.state.opted_out:
        return "opted out"
    if look.life.stage is Stage.DISQUALIFIED:
        return "out of the loop"
    if SIDES[look.life.stage] != MARKETING:
        return "with sales"
    if look.bound is not None:
        return "came back from sales"
    if not current(scene, look.id, scene.company.home(MARKETING)):
        return "no record in the marketing system"
    return ""


def chosen_for(scene: Scene, look: View) -> Chosen:
    """The rule that a lead at rest comes under, whether or not it may be put on its track."""
    return choose(scene.company.agreement, _resting(look), scene.now)


def turn_of(scene: Scene, look: View, chosen: Chosen) -> datetime | None:
    """When waiting alone may bring a lead under another rule; `None` for never."""
    return next_turn(scene.company.agreement, _resting(look), chosen, scene.now)


def _resting(look: View) -> Resting:
    return Resting(
        stage=look.life.stage.value, case=look.case, scores=look.scores, facts=look.facts
    )


def _admitted(
    scene: Scene, look: View, stay: Stay | None, rule: NurtureRule | None
) -> NurtureRule | None:
    """The rule, unless it is closed to somebody of the past who is on no track yet.

    What was there before crmbridge is left where marketing put it (decision 0026).
    """
    if rule is None or rule.past or stay is not None:
        return rule
    return None if of_the_past(scene, look) else rule


def _while_ready(scene: Scene, look: View, stay: Stay | None) -> None:
    """Off a track of which the rules in force know nothing; else as it is."""
    rules = scene.company.agreement.nurture
    if stay is not None and all(rule.track != stay.track for rule in rules):
        _move(scene, look, stay, None, NO_RULE)


def _move(scene: Scene, look: View, stay: Stay | None, rule: NurtureRule | None, why: str) -> None:
    before, after = stay.track if stay else "", rule.track if rule else ""
    if before == after:
        return
    told = Nurtured(
        track=after,
        rule=rule.name if rule else "",
        before=before,
        why=(f"comes under the rule {rule.name!r}" if rule else why) if before else "",
    )
    scene.decided(told, look.id, f"nurtured:{look.id}:{look.state.rev}")
