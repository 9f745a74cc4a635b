"""What part of a deal each campaign and person is credited with, in percent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from crmbridge.policy.revenue.split import split

UNITS = 10_000
"""Hundredths of a percent in a whole deal."""
_OTHERS = ""


def percents(credited: Mapping[str, int], whole: int) -> dict[str, Decimal]:
    """The percent of a deal that each of its parts is, with two digits; together 100 at most.

    `whole` is the deal's amount and `credited` parts of it, all in smallest units and of one sign;
    what is credited to none of them is left out. The digits that are over go by the largest
    remainder (R6.16), so that parts that make up the deal are 100 together. A part of less than a
    hundredth of a percent has none, and a deal of nothing has no parts.
    """
    if not whole:
        return {}
    weights = {name: Fraction(part, whole) for name, part in credited.items() if part}
    rest = 1 - sum(weights.values(), Fraction(0))
    if rest > 0:
        weights[_OTHERS] = rest
    found = split(UNITS, weights)
    return {
        name: Decimal(units).scaleb(-2)
        for name, units in found.items()
        if units and name != _OTHERS
    }
