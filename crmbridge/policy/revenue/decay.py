"""Time decay: a touch's weight halves with each half-life that it lies back (R6.8, R6.9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

HALF_LIFE_DAYS = 30
"""The default; others in use are 7, 14, 60 and 90 (R6.9)."""
DIGITS = 12
"""Shares are rounded to so many decimals before money is split by them."""
WHOLE = 10**DIGITS
"""All of a deal in units of the last of these decimals."""

_BITS = 256
_ONE = 1 << _BITS
"""Powers are whole numbers out of this: some 77 digits, of which 12 are asked for."""


def decayed(times: Sequence[int], half_life_days: int = HALF_LIFE_DAYS) -> list[Fraction]:
    """Return the share of each touch, in the order of `times` (seconds); empty for none.

    2^-(age / half-life), the age counted from the latest touch: any other point of reference
    cancels. Shares are rounded half to even to 12 decimals, so that they may miss 1 by half a
    unit of the twelfth decimal for each touch. ValueError unless the half-life is a day or more.
    """
    return [Fraction(one, WHOLE) for one in ticks(times, half_life_days)]


def ticks(times: Sequence[int], half_life_days: int = HALF_LIFE_DAYS) -> list[int]:
    """Return what `decayed` does, in units of the twelfth decimal."""
    if half_life_days < 1:
        raise ValueError(f"a half-life is one day or more, not {half_life_days}")
    if not times:
        return []
    latest, half_life = max(times), half_life_days * 86_400
    powers = {at: _power(latest - at, half_life) for at in set(times)}
    whole = sum(powers[at] for at in times)
    share = {at: _rounded(one * WHOLE, whole) for at, one in powers.items()}
    return [share[at] for at in times]


def _power(age: int, half_life: int) -> int:
    """Return 2^-(age / half-life) out of `_ONE`; exact for whole half-lives, where ties occur."""
    halves, seconds = divmod(age, half_life)
    power = _ONE >> halves
    for bit, factor in enumerate(_factors(half_life)):
        if seconds >> bit & 1:
            power = power * factor >> _BITS
    return power


@lru_cache(maxsize=32)
def _factors(half_life: int) -> tuple[int, ...]:
    """Return 2^-(2^bit / half-life) out of `_ONE`, for each bit that a half-life has in seconds."""
    context = Context(prec=100)
    exponents = (
        context.divide(Decimal(-(1 << bit)), Decimal(half_life))
        for bit in range(half_life.bit_length())
    )
    powers = (context.power(Decimal(2), one) for one in exponents)
    return tuple(int(context.multiply(one, Decimal(_ONE))) for one in powers)


def _rounded(dividend: int, divisor: int) -> int:
    """Divide two numbers above 0, half to even."""
    size, rest = divmod(dividend, divisor)
    return size + (2 * rest > divisor or (2 * rest == divisor and size % 2 == 1))
