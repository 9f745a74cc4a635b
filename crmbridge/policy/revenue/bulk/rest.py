"""The largest remainder for very many deals: who gets the units that rounding down left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Ints
    from crmbridge.policy.revenue.bulk.live import Live

BITS = 40
"""A remainder has fewer bits; with the deal's number before it, it is sorted as one number."""


def hand_out(live: Live, amount: Ints, parts: Ints, over: Ints) -> None:
    """Add to `parts` the units that a deal's `amount` has more, one a touch (R6.16), in place.

    `over` is what rounding down left of each touch, all of a deal in one unit. The largest get
    one, of equal ones the earlier. No touch is moved: of each deal the smallest remainder that
    still gets one is found, and then who is above it or, in order, on it.
    """
    import numpy as np

    left = amount - live.sums(parts)
    least = _least(live, over, left)[live.deal]
    above = over > least
    equal = over == least
    quota = left - live.sums(above)
    count = np.cumsum(equal)
    before = count[live.begin] - equal[live.begin]
    parts += above | (equal & (count <= (before + quota)[live.deal]))


def _least(live: Live, over: Ints, left: Ints) -> Ints:
    """Return of each deal the smallest remainder that gets a unit; the largest where none does."""
    import numpy as np

    least = np.maximum.reduceat(over, live.begin)
    # often as many touches have the largest remainder as there are units: nothing to sort
    hard = left > live.sums(over == least[live.deal])
    if hard.any():
        chosen = hard[live.deal]
        top = (1 << BITS) - 1
        keys = np.sort((live.deal[chosen] << BITS) | (top - over[chosen]))
        sizes = live.size[hard]
        place = np.cumsum(sizes) - sizes + left[hard] - 1
        least[hard] = top - (keys[place] & top)
    return least
