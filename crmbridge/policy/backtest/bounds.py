"""The least and the most that a lead's scores can be in a stretch of time without events.

Quick and never too narrow, in floats; what they leave open is judged exactly elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.agreement.scoring.decay import Decay, Exponential, Linear, Step, Window
from crmbridge.agreement.scoring.scores import Engagement, ScoreGroup
from crmbridge.policy.qualify.judge import Case
from crmbridge.policy.scoring.engagement import worthy

Range = tuple[float, float]

_DAY = 86_400.0
_SLACK = 2e-4
"""What rounding to four decimals may shift a part and a group, and more."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Worth:
    """One touch that counts: its points, when it was, how it falls, and its group."""

    points: float
    at: datetime
    decay: Decay
    group: str


def worths(case: Case, rules: Engagement, as_of: datetime) -> list[Worth]:
    """Return the touches of a case that count, those over a limit left out."""
    return [
        Worth(float(rule.points), touch.at, rules.decay_of(rule), rule.group)
        for touch, rule, dropped in worthy(case.touches, rules, as_of, case.zone)
        if not dropped
    ]


def score_range(
    parts: Sequence[Worth], rules: Engagement, first: datetime, last: datetime
) -> Range:
    """Return between which two values the score lies from one instant to another."""
    sums: dict[str, list[float]] = {}
    for part in parts:
        early, late = _left(part, first), _left(part, last)
        both = sums.setdefault(part.group, [0.0, 0.0])
        # a penalty that fades lifts the score: its least is at the start, its most at the end
        worst, best = (late, early) if part.points >= 0 else (early, late)
        both[0] += part.points * worst - _SLACK
        both[1] += part.points * best + _SLACK
    low = high = 0.0
    for name, (least, most) in sums.items():
        limit = rules.groups.get(name)
        low += _within(least, limit)
        high += _within(most, limit)
    return _total(low - _SLACK), _total(high + _SLACK)


def _total(value: float) -> float:
    return min(100.0, max(0.0, value))


def _within(value: float, limit: ScoreGroup | None) -> float:
    return value if limit is None else min(max(value, float(limit.min)), float(limit.max))


def _left(part: Worth, at: datetime) -> float:
    # whole seconds, as the exact score has them: steps and windows fall in one
    days = max(0, (at - part.at) // _SECOND) / _DAY
    decay = part.decay
    match decay:
        case Exponential():
            lives = max(0.0, days - float(decay.hold_days)) / float(decay.half_life_days)
            return float(2.0**-lives)
        case Step():
            return float((1.0 - float(decay.loss)) ** (days // float(decay.step_days)))
        case Window():
            return 1.0 if days < float(decay.days) else 0.0
        case Linear():
            return max(0.0, 1.0 - days / float(decay.days))
    return 1.0
