"""Which scores both systems are told, and when: never a write a lead and day (R2.8, R2.13).

A score that decays is another number every minute. What the systems hold is renewed only when the
grade or the rating changes, and once at each hand-off; between, it is as it was last told.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.policy.qualify.turns_at import regrades_at

TOLD = ("grade", "rating")
"""Scores whose change is worth a write."""
WORDS = frozenset({"grade", "rating", "engagement", "score_fit"})


def keep_score(scene: Scene, lead: View) -> None:
    """Decide what the systems are to hold of a lead's scores, and when to look at them again."""
    if not told(scene):
        return
    at = regrades_at(scene.company.agreement, lead.case, lead.scores, lead.facts, scene.now)
    if at is not None:
        scene.work.due(lead.id, at, "grade falls")
    before, now = lead.state.score, _scores(lead)
    assigned = lead.state.assigned
    now["given"] = str(assigned["since"]) if assigned else before.get("given", "")
    names = (*TOLD, "given")
    if all(before.get(name) == now[name] for name in names):
        return
    key = f"scored:{lead.id}:{lead.state.rev}"
    scene.decided("scored", lead.id, key, score=now)


def told(scene: Scene) -> bool:
    """Whether the mapping writes any score out."""
    return any(scene.company.writes(word) for word in WORDS)


def _scores(lead: View) -> dict[str, Any]:
    found = lead.scores
    return {
        "grade": found.grade,
        "rating": found.rating,
        "engagement": _whole(found.points),
        "score_fit": _whole(found.fit.score) if found.fit else None,
    }


def _whole(score: Decimal) -> int:
    return int(score.quantize(Decimal(1), ROUND_HALF_EVEN))
