"""Which scores both systems are told, and when: never a write a lead and day (R2.8, R2.13).

A score that decays is another number every minute. What the systems hold is renewed only when the
grade or the rating changes, and once at each hand-off; between, it is as it was last told.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.model.payload import Score, Scored
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
    before, assigned = lead.state.score, lead.state.assigned
    since = str(assigned["since"]) if assigned else before.get("given", "")
    score = _score(lead, parse_instant(since) if since else None)
    told_now = score.to_json()
    if all(before.get(name) == told_now[name] for name in (*TOLD, "given")):
        return
    key = f"scored:{lead.id}:{lead.state.rev}"
    scene.decided(Scored(score=score), lead.id, key)


def told(scene: Scene) -> bool:
    """Whether the mapping writes any score out."""
    return any(scene.company.writes(word) for word in WORDS)


def _score(lead: View, given: datetime | None) -> Score:
    found = lead.scores
    return Score(
        grade=found.grade,
        rating=found.rating,
        engagement=_whole(found.points),
        score_fit=_whole(found.fit.score) if found.fit else None,
        given=given,
    )


def _whole(score: Decimal) -> int:
    return int(score.quantize(Decimal(1), ROUND_HALF_EVEN))
