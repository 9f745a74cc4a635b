"""In how many looks at a score the second of its fall is found; it is asked for each lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crmbridge.agreement import Engagement
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.qualify import falls_at
from crmbridge.policy.scoring.engagement import Score, engagement

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERY_BAR = range(1, 60)


def _score(groups: dict[str, Any], ages: dict[str, tuple[int, ...]]) -> Score:
    rules = Engagement.model_validate(
        {
            "decay": {"type": "exponential", "half_life_days": 30},
            "groups": groups,
            "rules": [{"kind": k, "group": k, "points": 15, "max_per_asset": 9} for k in groups],
        }
    )
    touches = [
        Touch(
            ref=Ref(system="m", obj="t", id=f"{kind}{n}"),
            at=NOW - timedelta(hours=age),
            kind=kind,
            asset=str(n),
        )
        for kind, hours in ages.items()
        for n, age in enumerate(hours)
    ]
    return engagement(touches, rules, NOW)


def _looks(score: Score, bar: int) -> int:
    """Looks at the score until the second is found; all are counted, those at both ends too."""
    counted = [0]

    class Counting(falls_at._Falling):
        def total(self, later: int) -> int:
            counted[0] += 1
            return super().total(later)

    falls_at._first(Counting(score.counted, score.rules), bar * falls_at.UNITS)
    return counted[0]


@pytest.mark.parametrize(
    ("groups", "most"),
    [
        ({"a": {}}, 20),
        ({"a": {"max": 40}}, 22),
        ({"a": {"decay": {"type": "exponential", "half_life_days": 14}}, "b": {}}, 22),
        ({"a": {}, "b": {"decay": {"type": "linear", "days": 60}}}, 22),
    ],
    ids=["one half-life", "a limit", "two half-lives", "a straight line"],
)
def test_the_second_is_found_in_few_looks(groups: dict[str, Any], most: int) -> None:
    ages = {"a": (1, 30, 200, 400), "b": (5, 50)}
    score = _score(groups, {name: ages[name] for name in groups})
    looks = [_looks(score, bar) for bar in EVERY_BAR if Decimal(bar) <= score.total]
    assert looks
    assert sum(looks) / len(looks) <= most, sorted(looks)
