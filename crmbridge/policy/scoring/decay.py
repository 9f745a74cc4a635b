"""What a touch is still worth at an age, and when a score will have fallen (R2.10, R3.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from crmbridge.agreement.scoring.decay import Decay
from crmbridge.model.exact import EXACT

_NEAR = Context(prec=24)
"""For exponentials, of which four decimals are kept: forty digits take twice the time."""
DAY = 86_400
_DAY = Decimal(DAY)
_LN_2 = Decimal(2).ln(EXACT)
_ONE, _ZERO, _HALF = Decimal(1), Decimal(0), Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decaying:
    """Points, the age in whole seconds at which they stand now, and how they fall."""

    points: Decimal
    age: int
    decay: Decay

    def worth(self, later: int = 0) -> Decimal:
        """Return the points left so many seconds from now, unrounded."""
        return EXACT.multiply(self.points, weight(self.decay, self.age + later))


def weight(decay: Decay, age: int) -> Decimal:
    """Return the part of its points, from 0 to 1, that a touch keeps at an age in seconds."""
    # by tag: an isinstance of a pydantic model costs more than the sum that follows
    if decay.type == "none":
        return _ONE
    days = EXACT.divide(Decimal(age), _DAY)
    if decay.type == "exponential":
        return _halved(EXACT.divide(max(_ZERO, days - decay.hold_days), decay.half_life_days))
    if decay.type == "step":
        steps = days // decay.step_days
        return EXACT.power(_ONE - decay.loss, steps) if steps else _ONE
    if decay.type == "window":
        return _ONE if days < decay.days else _ZERO
    return max(_ZERO, _ONE - EXACT.divide(days, decay.days))


def _halved(lives: Decimal) -> Decimal:
    """Return 2 to the minus lives; exact for whole ones, where a rounding could be a tie."""
    if lives == (whole := int(lives)):
        return EXACT.power(_HALF, whole)
    return _NEAR.exp(_NEAR.multiply(-lives, _LN_2))


def seconds_until_below(
    parts: Sequence[Decaying], threshold: Decimal, horizon: int = 3650 * DAY
) -> int | None:
    """Return the first whole second from now at which the points add up to less than a threshold.

    `None` when they do not within the horizon. Exact where no part has negative points: then the
    sum only falls.
    """

    def below(later: int) -> bool:
        return sum((part.worth(later) for part in parts), _ZERO) < threshold

    if not below(horizon):
        return None
    low, high = 0, horizon
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) else (middle + 1, high)
    return low
