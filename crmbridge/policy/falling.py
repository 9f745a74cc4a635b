"""When a score will have fallen below a threshold, to the second (R3.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crmbridge.agreement.decay import Decay, Exponential, Linear, NoDecay, Step, Window
from crmbridge.agreement.scoring import Engagement
from crmbridge.policy.decay import DAY, EXACT, weight
from crmbridge.policy.engagement import HIGHEST, LOWEST, Part, Score, limited, rounded

HORIZON = 3650 * DAY
"""Seconds looked ahead: ten years."""
_NEAR = 64
"""Seconds by which the quick search may be wrong: rounding makes steps of some seconds."""


@dataclass(frozen=True, slots=True)
class _Falling:
    """A score's parts as they go on falling, and the limits that they are under."""

    parts: tuple[tuple[Part, Decay], ...]
    rules: Engagement

    def total(self, later: int) -> Decimal:
        sums: dict[str, Decimal] = defaultdict(lambda: LOWEST)
        for part, decay in self.parts:
            left = weight(decay, part.age + later)
            sums[part.group] += rounded(EXACT.multiply(part.points, left))
        whole = sum((limited(self.rules, name, raw) for name, raw in sums.items()), LOWEST)
        return min(HIGHEST, max(LOWEST, whole))

    def about(self, later: int) -> float:
        sums: dict[str, float] = defaultdict(float)
        for part, decay in self.parts:
            sums[part.group] += float(part.points) * _about(decay, (part.age + later) / DAY)
        whole = 0.0
        for name, raw in sums.items():
            limit = self.rules.groups.get(name)
            whole += raw if limit is None else min(max(raw, float(limit.min)), float(limit.max))
        return min(100.0, max(0.0, whole))


def _about(decay: Decay, days: float) -> float:
    match decay:
        case Exponential():
            lives = max(0.0, days - float(decay.hold_days)) / float(decay.half_life_days)
            return float(2.0**-lives)
        case Step():
            return float((1 - float(decay.loss)) ** (days // float(decay.step_days)))
        case Window():
            return 1.0 if days < float(decay.days) else 0.0
        case Linear():
            return max(0.0, 1 - days / float(decay.days))
    return 1.0


def only_falls(score: Score, rules: Engagement) -> bool:
    """Whether the score can only fall by waiting: no live penalty is fading."""
    return not any(
        part.part < 0 and not isinstance(decay, NoDecay) for part, decay in _parts(score, rules)
    )


def below_at(
    score: Score, rules: Engagement, as_of: datetime, threshold: Decimal, since: datetime | None
) -> datetime | None:
    """Return the first whole second after `as_of` at which a score is less than a threshold.

    `score` is as of `as_of`; with `since` only touches after it count. `None` when it is below
    already, stays above for ten years, or may rise by waiting.
    """
    if not only_falls(score, rules):
        return None
    falling = _Falling(
        tuple((p, d) for p, d in _parts(score, rules) if since is None or p.touch.at > since),
        rules,
    )
    now = score.total if since is None else falling.total(0)
    if now < threshold or falling.about(HORIZON) > float(threshold) + 1:
        return None
    if falling.total(HORIZON) >= threshold:
        return None
    return as_of + timedelta(seconds=_first(falling, threshold))


def _first(falling: _Falling, threshold: Decimal) -> int:
    def below(later: int) -> bool:
        return falling.total(later) < threshold

    bar = float(threshold)
    near = _search(lambda later: falling.about(later) < bar, 0, HORIZON)
    low, high = max(0, near - _NEAR), min(HORIZON, near + _NEAR)
    if below(low):
        low, high = 0, low
    elif not below(high):
        low, high = high, HORIZON
    return _search(below, low, high)


def _search(below: Callable[[int], bool], low: int, high: int) -> int:
    """Return the first number in (low, high] that is below, given that high is."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) else (middle + 1, high)
    return low


def _parts(score: Score, rules: Engagement) -> Sequence[tuple[Part, Decay]]:
    counted = (part for part in score.parts if not part.dropped)
    return [
        (part, rules.decay_of(rule))
        for part in counted
        if (rule := rules.rule(part.touch.kind, part.touch.asset))
    ]
