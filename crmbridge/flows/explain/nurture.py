"""Why a lead is on a nurture track, since when, and what would take it off."""

from __future__ import annotations

from typing import Any

from crmbridge.flows.nurture.tend import chosen_for, turn_of
from crmbridge.flows.nurture.track import by_rule
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import Stage
from crmbridge.policy.definition.smallest_change import flip


def nurture_told(scene: Scene, look: View) -> dict[str, Any] | None:
    """Return the track that a rule has a lead on, in JSON's types; `None` without one.

    `steps` are the smallest change by which the rule would not hold any more, empty where it has
    no criteria or waiting for sales keeps the lead there; `until` is when waiting alone may bring
    it under another rule, empty for never.
    """
    stay = by_rule(look)
    if stay is None:
        return None
    told = {"track": stay.track, "rule": stay.rule, "since": instant(stay.since)}
    if look.life.stage is Stage.READY:
        return told | {"ready": True, "steps": [], "until": ""}
    chosen = chosen_for(scene, look)
    verdict = next((v for rule, v in chosen.looked if rule.track == stay.track), None)
    way = flip(verdict.tree, wanted=False) if verdict is not None and verdict.ready else None
    end = turn_of(scene, look, chosen)
    return told | {
        "ready": False,
        "steps": [{"criterion": name, "do": what} for name, what in way.steps] if way else [],
        "until": instant(end) if end else "",
    }
