"""What points are worth at an age, in whole ten-thousandths of a point (R2.8, R2.10).

Floats do the sum, and are believed unless they lie so near to a half that their error could turn
the rounding; then the sum is done again exactly. So every result is that of exact arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache

from crmbridge.agreement.scoring.decay import Decay, Exponential, Linear, Step, Window
from crmbridge.model.exact import EXACT
from crmbridge.policy.scoring.decay import DAY, weight

UNITS = 10_000
"""Ten-thousandths in a point: scores have four decimals."""
_PLACES = Decimal("0.0001")
_NEAR = 1e-6
"""Distance to a half below which floats are not believed: a thousand times their error."""
_STEPS = 4096

Worth = Callable[[int], int]
"""From an age in whole seconds to the ten-thousandths that are left."""


def units(value: Decimal) -> int:
    """Return a number as ten-thousandths, rounded half to even."""
    return int(value.quantize(_PLACES, ROUND_HALF_EVEN, EXACT).scaleb(4, EXACT))


def points(count: int) -> Decimal:
    """Return ten-thousandths as a number with four decimals."""
    return Decimal(count).scaleb(-4)


def worth(full: Decimal, decay: Decay) -> Worth:
    """Prepare what points are worth at every age under a decay."""
    match decay:
        case Exponential():
            return _exponential(full, decay)
        case Step():
            return _step(full, decay)
        case Window():
            end, parts = _seconds(decay.days)
            whole = units(full)
            return lambda age: whole if age * parts < end else 0
        case Linear():
            return _linear(full, decay)
    steady = units(full)
    return lambda age: steady


def _seconds(days: Decimal) -> tuple[int, int]:
    """Days as a fraction of whole seconds."""
    return (Fraction(days) * DAY).as_integer_ratio()


def _exponential(full: Decimal, decay: Exponential) -> Worth:
    start, whole = float(full) * UNITS, units(full)
    hold, rate = float(decay.hold_days) * DAY, 1 / (float(decay.half_life_days) * DAY)

    def at(age: int) -> int:
        if age <= hold:
            return whole
        left = start * math.pow(2.0, (hold - age) * rate)
        near = round(left)
        if 0.5 - abs(left - near) < _NEAR:
            return units(EXACT.multiply(full, weight(decay, age)))
        return near

    return at


def _step(full: Decimal, decay: Step) -> Worth:
    length, parts = _seconds(decay.step_days)
    keeps = 1 - decay.loss

    @lru_cache(_STEPS)
    def after(steps: int) -> int:
        # the power of zero to zero is no number
        return units(EXACT.multiply(full, EXACT.power(keeps, steps) if steps else Decimal(1)))

    return lambda age: after(age * parts // length)


def _linear(full: Decimal, decay: Linear) -> Worth:
    start, exact = float(full) * UNITS, Fraction(full) * UNITS
    length, parts = _seconds(decay.days)

    def at(age: int) -> int:
        rest = length - age * parts
        if rest <= 0:
            return 0
        left = start * (rest / length)
        near = round(left)
        return round(exact * rest / length) if 0.5 - abs(left - near) < _NEAR else near

    return at
