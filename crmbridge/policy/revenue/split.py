"""Amounts in parts that add up to the cent: the largest remainders get what is over (R6.16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm


def split(minor: int, weights: Mapping[str, Fraction | Decimal]) -> dict[str, int]:
    """Split an amount in minor units by weights; the parts add up to it, and keep its sign.

    Each part is rounded down, and the units left go to the largest fractions, of equal ones to
    the one that `weights` names first: give touches in the order (t, id). Weights add to 1, or
    miss it by what their twelfth decimal leaves (R6.8); where that is worth a unit or more, and
    for any other sum, they are taken in proportion. Nothing by no weights is nothing.
    ValueError for an amount without weights, and for a negative weight.
    """
    exact = [Fraction(one) for one in weights.values()]
    if any(one < 0 for one in exact):
        raise ValueError(f"cannot split by a negative weight: {dict(weights)}")
    whole = lcm(*(one.denominator for one in exact))
    sizes = [one.numerator * (whole // one.denominator) for one in exact]
    return dict(zip(weights, shares(minor, sizes, whole), strict=True))


def shares(minor: int, sizes: Sequence[int], whole: int) -> list[int]:
    """Split an amount by `sizes` out of `whole`, all integers, as `split` does."""
    total = sum(sizes)
    if not total:
        if minor:
            raise ValueError(f"cannot split {minor} among no weights")
        return [0] * len(sizes)
    amount = abs(minor)
    if abs(total - whole) * amount >= whole:
        whole = total
    parts, over = map(list, zip(*(divmod(amount * one, whole) for one in sizes), strict=True))
    left = amount - sum(parts)
    for place in sorted(range(len(sizes)), key=lambda n: -over[n])[:left]:
        parts[place] += 1
    return parts if minor >= 0 else [-one for one in parts]
