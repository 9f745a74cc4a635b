"""The scores of a lead part by part, as JSON: fit, engagement, signals, grade, rating."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.scene.lead_view import View, known, touch_of
from crmbridge.model.codec import instant
from crmbridge.policy.qualify.judge import facts_at
from crmbridge.policy.scoring.all_scores import Scores
from crmbridge.policy.scoring.engagement import Part
from crmbridge.policy.scoring.fit import FitScore
from crmbridge.store.projection import Workspace
from crmbridge.store.table import Tx


def score_told(look: View) -> dict[str, Any]:
    """Return all scores of a lead with their parts, in JSON's types.

    `told` are the scores that both systems were last told; they are renewed when grade or rating
    changes, and at a hand-off.
    """
    found = look.scores
    return {
        **_sums(found),
        "fit_parts": _fit_parts(found.fit) if found.fit else [],
        "groups": {
            name: {"raw": str(group.raw), "capped": str(group.capped)}
            for name, group in found.engagement.groups.items()
        },
        "parts": [_part(part) for part in found.engagement.parts],
        "signals": [
            {"asset": touch.asset, "at": instant(touch.at), "rating": raised}
            for touch, raised in found.signals
        ],
        "told": {name: one for name, one in look.state.score.items() if name != "given"},
    }


def _sums(found: Scores) -> dict[str, Any]:
    return {
        "engagement": str(found.points),
        "engagement_since_cycle_began": str(found.since),
        "digit": found.digit,
        "fit": str(found.fit.score) if found.fit else None,
        "completeness": str(found.fit.completeness) if found.fit else None,
        "letter": found.fit.letter if found.fit else None,
        "fit_denied": bool(found.fit and found.fit.denied),
        "counts_as": found.letter if found.fit else None,
        "grade": found.grade,
        "grid_rating": found.grid_rating,
        "rating": found.rating,
        "buying_stage": found.buying_stage,
        "hand_raise_at": instant(found.hand_raise_at) if found.hand_raise_at else None,
    }


def _fit_parts(fitness: FitScore) -> list[dict[str, Any]]:
    return [
        {"group": one.group, "raw": str(one.raw), "capped": str(one.capped), "known": one.known}
        for one in fitness.parts
    ]


def _part(part: Part) -> dict[str, Any]:
    return {
        "touch": str(part.touch.ref),
        "at": instant(part.touch.at),
        "kind": part.touch.kind,
        "asset": part.touch.asset,
        "group": part.group,
        "points": str(part.points),
        "weight": str(round(part.weight, 4)),
        "part": str(part.part),
        "dropped": part.dropped,
    }


def known_later(
    company: Company, live: Tx, look: View, as_of: datetime, known_by: datetime
) -> dict[str, Any]:
    """Return the sums as of `as_of` with what became known until `known_by` (R2.12).

    `live` is the ledger as it is now.
    """
    rows = Workspace(live).touches(look.id)
    touches = [touch_of(row) for row in rows if known(row, as_of, known_by)]
    case = replace(look.case, touches=touches)
    found, _ = facts_at(company.agreement, case, as_of)
    return {"known_as_of": instant(known_by), "touches": len(touches), **_sums(found)}
