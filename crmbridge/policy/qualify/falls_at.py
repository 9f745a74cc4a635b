"""When a score will have fallen below a threshold, to the second (R3.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from math import log

from crmbridge.agreement.scoring.decay import NoDecay
from crmbridge.agreement.scoring.scores import Engagement
from crmbridge.policy.scoring.decay import DAY
from crmbridge.policy.scoring.engagement import Counted, Score
from crmbridge.policy.scoring.points_at_age import UNITS, Worth
from crmbridge.policy.scoring.tables import tables

HORIZON = 3650 * DAY
"""Seconds looked ahead: ten years."""
MONTH = 30 * DAY
_FULL = 100 * UNITS
_CLOSE = 128
"""Which part of a span lies between a guess and each of the two looks beside it."""
_UNLIMITED = (-(10**15), 10**15)
_Aging = tuple[Worth, int]
"""How a touch's points fall, and its age now."""


class _Falling:
    """The parts of a score as they go on falling, group by group under the group's limits."""

    __slots__ = ("_groups",)

    def __init__(self, counted: Iterable[Counted], rules: Engagement) -> None:
        groups: dict[str, list[_Aging]] = defaultdict(list)
        for one in counted:
            if not one.dropped:
                groups[one.entry.group].append((one.entry.worth, one.age))
        limits = tables(rules).limits
        # a group without a touch is worth its limit nearest to nothing, at every age
        self._groups = [
            (groups.get(name, ()), *limits.get(name, _UNLIMITED)) for name in {**limits, **groups}
        ]

    def total(self, later: int) -> int:
        """The ten-thousandths left so many seconds from now."""
        whole = 0
        for group, low, high in self._groups:
            raw = sum([worth(age + later) for worth, age in group])
            whole += low if raw < low else high if raw > high else raw
        return min(_FULL, max(0, whole))


def only_falls(score: Score) -> bool:
    """Whether the score can only fall by waiting: no live penalty is fading."""
    return not any(
        one.units < 0 and not isinstance(one.entry.decay, NoDecay) for one in score.counted
    )


def below_at(
    score: Score, as_of: datetime, threshold: Decimal, since: datetime | None = None
) -> datetime | None:
    """Return the first whole second after `as_of` at which a score is less than a threshold.

    `score` is as of `as_of`; with `since` only touches after it count. `None` when it is below
    already, stays above for ten years, or may rise by waiting.
    """
    if not only_falls(score):
        return None
    bar = int((threshold * UNITS).to_integral_value(ROUND_CEILING))
    counted = [one for one in score.counted if since is None or one.touch.at > since]
    falling = _Falling(counted, score.rules)
    if falling.total(0) < bar or falling.total(HORIZON) >= bar:
        return None
    return as_of + timedelta(seconds=_first(falling, bar))


def _first(falling: _Falling, bar: int) -> int:
    """Return the first second at which the total, which never rises, is below a bar.

    The total is the bar or more now, and below it at the horizon. Where one half-life counts, the
    total falls as a power of the time, and a guess by logarithms is right but for rounding: two
    looks close beside it make the span many times shorter. Where it is not, the span is halved.
    """
    span = _span(falling, bar)
    while (wide := span.high - span.low) > 1:
        near, close = span.guess(bar), wide // _CLOSE + 1
        for at in (near - close, near + close):
            if span.low < at < span.high:
                span.look(falling, at, bar)
        if 1 < span.high - span.low > wide // 2:
            span.look(falling, (span.low + span.high) // 2, bar)
    return span.high


@dataclass(slots=True)
class _Span:
    """Two seconds between which the bar is passed: `above` is the total at `low`, not below it."""

    low: int
    above: int
    high: int
    below: int

    def look(self, falling: _Falling, at: int, bar: int) -> None:
        """Move one end to a second in the span."""
        total = falling.total(at)
        if total < bar:
            self.high, self.below = at, total
        else:
            self.low, self.above = at, total

    def guess(self, bar: int) -> int:
        """When the bar is passed: by logarithms, or by a straight line where nothing is left."""
        if self.below > 0:
            share = log(self.above / bar) / log(self.above / self.below)
        else:
            share = (self.above - bar) / (self.above - self.below)
        return self.low + int((self.high - self.low) * share)


def _span(falling: _Falling, bar: int) -> _Span:
    """Return a span in which the bar is passed, no longer than it must be."""
    low, above, high = 0, falling.total(0), MONTH
    while (below := falling.total(high)) >= bar and high < HORIZON:
        ahead = 2 * high
        if below < above:  # as fast as until now, and a little more
            ahead = high + int(1.02 * (high - low) * log(below / bar) / log(above / below)) + DAY
        low, above, high = high, below, min(HORIZON, ahead, 8 * high)
    return _Span(low, above, high, below)
