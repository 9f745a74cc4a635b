"""How sure a figure is: intervals, tests of pairs, sizes of samples (R3.15, R3.16, R6.23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, ceil, fsum, sqrt

Z = 1.959963984540054
"""The normal quantile of 97.5 %, for intervals of 95 %."""
Z_POWER = 0.8416212335729143
"""The normal quantile of 80 %, the power that sample sizes are given for."""

FEW = 10
"""Below this many cases only counts are shown (R3.16)."""
ENOUGH = 30
"""From this many cases on a verdict may be given (R3.16)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends, from 0 to 1 for a rate and from -1 to 1 for a difference."""

    low: float
    high: float


class Sample(StrEnum):
    """How much a number of cases can carry."""

    COUNTS = "counts"
    INTERVAL = "interval"
    VERDICT = "verdict"


def sample(n: int) -> Sample:
    """Say what may be shown of n cases (R3.16)."""
    if n < FEW:
        return Sample.COUNTS
    return Sample.INTERVAL if n < ENOUGH else Sample.VERDICT


def rate(k: int, n: int) -> float | None:
    """Return k of n as a rate; `None` for none of none."""
    return k / n if n else None


def wilson(k: int, n: int) -> Interval:
    """Return Wilson's interval of k of n; of none of none it is everything.

    Raises:
        ValueError: not 0 <= k <= n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no rate: count again")
    if n == 0:
        return Interval(0.0, 1.0)
    p, square = k / n, Z * Z
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = wilson_half(p, n)
    # the ends are exact where nothing or everything counts: rounding would leave a speck
    return Interval(0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half)


def wilson_half(p: float, n: int) -> float:
    """Return half the width of Wilson's interval of a rate seen in n cases."""
    return Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)


@dataclass(frozen=True, slots=True)
class Measured:
    """`k` of `n`; the rate and its interval are `None` for fewer than ten cases (R3.16)."""

    k: int
    n: int
    rate: float | None
    interval: Interval | None


def measured(k: int, n: int) -> Measured:
    """Return k of n with as much as n cases can carry.

    Raises:
        ValueError: not 0 <= k <= n.
    """
    interval = wilson(k, n)
    if sample(n) is Sample.COUNTS:
        return Measured(k, n, None, None)
    return Measured(k, n, k / n, interval)


def newcombe(k1: int, n1: int, k2: int, n2: int) -> Interval:
    """Return Newcombe's hybrid score interval of the first rate minus the second.

    It is everything where one of the two has no cases.
    """
    if n1 == 0 or n2 == 0:
        return Interval(-1.0, 1.0)
    p1, p2 = k1 / n1, k2 / n2
    one, two = wilson(k1, n1), wilson(k2, n2)
    down = sqrt((p1 - one.low) ** 2 + (two.high - p2) ** 2)
    up = sqrt((one.high - p1) ** 2 + (p2 - two.low) ** 2)
    return Interval(max(-1.0, p1 - p2 - down), min(1.0, p1 - p2 + up))


def ratio(x: Sequence[int], y: Sequence[int]) -> tuple[float | None, Interval]:
    """Return the share that `y` has of `x`, both per case and in minor units, and its interval.

    The ratio estimator with Student's t of n - 1, clipped to [0, 1] (R6.23). The interval is
    everything for fewer than two cases; so it is, with no share, where `x` adds up to nothing.

    Raises:
        ValueError: not as many of `y` as of `x`.
    """
    if len(x) != len(y):
        raise ValueError(f"{len(y)} parts of {len(x)} amounts: give a part for each amount")
    n, whole = len(x), sum(x)
    if whole <= 0:
        return None, Interval(0.0, 1.0)
    part = sum(y)
    share = part / whole
    if n < 2:
        return share, Interval(0.0, 1.0)
    # y - share * x, in whole numbers to the last step
    misses = ((whole * b - part * a) / whole for a, b in zip(x, y, strict=True))
    error = sqrt(n / (n - 1) * fsum(miss * miss for miss in misses)) / whole
    half = error * _student(n - 1)
    return share, Interval(_clipped(share - half), _clipped(share + half))


def _student(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t."""
    # imported here: it takes a second, and few commands need it
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _clipped(end: float) -> float:
    return min(1.0, max(0.0, end))


def mcnemar(b: int, c: int) -> float:
    """Return the exact two-sided p of McNemar's test; `b` and `c` are the discordant counts."""
    n, least = b + c, min(b, c)
    term = total = 1
    for i in range(1, least + 1):
        term = term * (n - i + 1) // i
        total += term
    # whole numbers to the last step: powers of two of a thousand pairs do not fit a float
    return 1.0 if b == c else min(1.0, (2 * total) / (1 << n))


def half_width(n: int) -> float:
    """Return half the width of the interval of a rate of 50 % (30: .17, 100: .10, 400: .05)."""
    return wilson_half(0.5, n) if n else 0.5


def per_side(p1: float, p2: float) -> int | None:
    """Return how many cases a side tell two rates apart with 80 % power; `None` for equal ones.

    By the arcsine transformation: 40 % from 50 % takes 388 (R3.16).
    """
    distance = 2 * (asin(sqrt(p1)) - asin(sqrt(p2)))
    return ceil(2 * ((Z + Z_POWER) / distance) ** 2) if distance else None


def pairs_needed(b: int, c: int, n: int) -> int | None:
    """Return how many pairs McNemar's test needs to tell two sides apart with 80 % power.

    `b` and `c` are the discordant pairs seen in `n`, taken as the rates to come; `None` where
    they are equal and no number would do. Source: Connor (1987), from memory, not verified.
    """
    if b == c or n == 0:
        return None
    discordant, gap = (b + c) / n, (b - c) / n
    spread = Z * sqrt(discordant) + Z_POWER * sqrt(discordant - gap * gap)
    return ceil((spread / gap) ** 2)
