"""What prospects and sales think of a piece of content, each by themselves (R7.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Side = Literal["prospect", "sales"]
"""Who rates: somebody who reads our content, or a salesperson who talks about it."""

LEAST, MOST = 1, 5
"""The worst and the best rating."""

PRIOR_MEAN = Fraction(3)
PRIOR_WEIGHT = 5
"""A piece starts as if so many people had rated it in the middle: one voice moves little."""

ENOUGH = 5
"""Ratings of each side from which on a gap between them is told."""
APART = 1
"""How far apart the means must be for a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """A piece of content: how many rated it, their means from 1 to 5, and whether sides differ.

    The means are drawn to the middle (see `PRIOR_WEIGHT`); nobody's rating is the middle.
    """

    prospects: int
    sales: int
    prospect_mean: Fraction
    sales_mean: Fraction
    gap: bool


def ratings(
    prospects: Sequence[int],
    sales: Sequence[int],
    *,
    mean: Fraction = PRIOR_MEAN,
    weight: int = PRIOR_WEIGHT,
) -> Ratings:
    """Average the ratings of each side. There is a gap only where both sides are enough to tell.

    Raises:
        ValueError: a rating that is not from 1 to 5.
    """
    theirs, ours = (_mean(given, mean, weight) for given in (prospects, sales))
    told = min(len(prospects), len(sales)) >= ENOUGH
    return Ratings(
        prospects=len(prospects),
        sales=len(sales),
        prospect_mean=theirs,
        sales_mean=ours,
        gap=told and abs(theirs - ours) >= APART,
    )


def _mean(given: Sequence[int], mean: Fraction, weight: int) -> Fraction:
    odd = [one for one in given if not LEAST <= one <= MOST]
    if odd:
        raise ValueError(f"a rating of {odd[0]}: ratings are from {LEAST} to {MOST}")
    return (mean * weight + sum(given)) / (weight + len(given))
