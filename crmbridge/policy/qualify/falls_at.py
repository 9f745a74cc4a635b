"""When a score will have fallen below a threshold, to the second (R3.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from crmbridge.agreement.scoring.decay import NoDecay
from crmbridge.agreement.scoring.scores import Engagement
from crmbridge.policy.scoring.decay import DAY
from crmbridge.policy.scoring.engagement import Counted, Score
from crmbridge.policy.scoring.points_at_age import UNITS, Worth
from crmbridge.policy.scoring.tables import tables

HORIZON = 3650 * DAY
"""Seconds looked ahead: ten years."""
_FULL = 100 * UNITS
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
    """Return the first second at which the total, which never rises, is below a bar."""
    low, high = 0, DAY
    while high < HORIZON and falling.total(high) >= bar:
        low, high = high, min(HORIZON, high * 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if falling.total(middle) < bar else (middle + 1, high)
    return low
