"""R3.15 as the textbooks write it: Wilson, Newcombe's hybrid score, McNemar's exact test."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

Z = Decimal("1.959963984540054")


def wilson(k: int, n: int) -> tuple[Decimal, Decimal]:
    """The roots of (p - k/n)^2 = z^2 p (1 - p) / n, to fifty digits; nothing known is [0, 1]."""
    if n == 0:
        return Decimal(0), Decimal(1)
    with localcontext(prec=50):
        a, b = n + Z * Z, -(2 * k + Z * Z)
        c = Decimal(k * k) / n
        root = (b * b - 4 * a * c).sqrt()
        low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return Decimal(0) if k == 0 else low, Decimal(1) if k == n else high


def newcombe(k1: int, n1: int, k2: int, n2: int) -> tuple[Decimal, Decimal]:
    """The interval of k1/n1 - k2/n2 from the two Wilson intervals."""
    with localcontext(prec=50):
        p1, p2 = Decimal(k1) / n1, Decimal(k2) / n2
        (l1, u1), (l2, u2) = wilson(k1, n1), wilson(k2, n2)
        low = p1 - p2 - ((p1 - l1) ** 2 + (u2 - p2) ** 2).sqrt()
        high = p1 - p2 + ((u1 - p1) ** 2 + (p2 - l2) ** 2).sqrt()
    return low, high


def mcnemar(b: int, c: int) -> Fraction:
    """Twice the smaller tail of a fair coin thrown b + c times, at most 1."""
    n = b + c
    tail = sum(comb(n, i) for i in range(min(b, c) + 1))
    return min(Fraction(1), Fraction(2 * tail, 2**n))
