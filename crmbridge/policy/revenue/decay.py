"""Time decay: a touch's weight halves with each half-life that it lies back (R6.8, R6.9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

HALF_LIFE_DAYS = 30
"""The default; others in use are 7, 14, 60 and 90 (R6.9)."""
DIGITS = 12
"""Shares are rounded to so many decimals before money is split by them."""

_EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_QUANTUM = Decimal(1).scaleb(-DIGITS)
_TWO = Decimal(2)


def decayed(times: Sequence[int], half_life_days: int = HALF_LIFE_DAYS) -> list[Fraction]:
    """Return the share of each touch, in the order of `times` (seconds); empty for none.

    2^-(age / half-life), the age counted from the latest touch: any other point of reference
    cancels. Shares are exact to 50 digits, rounded half to even to 12 decimals, so that they may
    miss 1 by half a unit of the twelfth decimal for each touch. ValueError unless the half-life
    is a day or more.
    """
    if half_life_days < 1:
        raise ValueError(f"a half-life is one day or more, not {half_life_days}")
    if not times:
        return []
    latest, half_life = max(times), Decimal(half_life_days * 86_400)
    with localcontext(_EXACT):
        weight = {at: _TWO ** (Decimal(at - latest) / half_life) for at in set(times)}
        whole = sum((weight[at] for at in times), Decimal())
        share = {at: Fraction((one / whole).quantize(_QUANTUM)) for at, one in weight.items()}
    return [share[at] for at in times]
