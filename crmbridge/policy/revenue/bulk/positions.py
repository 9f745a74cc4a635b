"""Position models for very many deals: the one formula in whole numbers (R6.6)."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from crmbridge.policy.revenue.bulk.rest import BITS, hand_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crmbridge.policy.revenue.bulk.batch import Flags, Ints
    from crmbridge.policy.revenue.bulk.live import Live
    from crmbridge.policy.revenue.models import Model

_LIMIT = float(1 << 62)


def by_position(model: Model, live: Live) -> tuple[Ints, Flags, Flags]:
    """Return the cents of each touch, the deals that are nobody's, and those that are too large.

    A share is a whole number over (sum of the weights of the parts that exist) x (least common
    multiple of their sizes). Deals whose products might pass 62 bits are left to the exact way;
    what stands for them here means nothing.
    """
    import numpy as np

    if _scale(model) >> BITS:
        everyone = np.ones(len(live.deals), np.bool_)
        return np.zeros(len(live.at), np.int64), ~everyone, everyone
    parts = list(_parts(model, live))
    weight = np.zeros(len(live.deals), np.int64)
    common, most = np.ones_like(weight), np.ones(len(live.deals))
    for worth, _, size in parts:
        some = np.maximum(size, 1)
        weight += worth * (size > 0)
        most *= some
        common = np.lcm(common, np.where(most < _LIMIT, some, 1))
    most *= weight
    large = (most >= float(1 << BITS)) | (most * live.amount >= _LIMIT)
    nobody = weight == 0
    skipped = large | nobody
    common[skipped] = 1
    whole = np.where(skipped, 1, weight * common)
    amount = np.where(skipped, 0, live.amount)
    product = np.zeros(len(live.at), np.int64)
    for worth, mask, size in parts:
        unit = amount * (worth * common // np.maximum(size, 1))
        product += np.where(mask, unit[live.deal], 0)
    shared = whole[live.deal]
    cents = product // shared
    product -= cents * shared
    hand_out(live, amount, cents, product)
    return cents, nobody, large


def _scale(model: Model) -> int:
    """Return by what weights are multiplied to be whole numbers."""
    return lcm(model.mid.denominator, *(one.denominator for one in model.weights.values()))


def _parts(model: Model, live: Live) -> Iterator[tuple[int, Flags, Ints]]:
    """Yield of each part its weight as a whole number, who has it, and how many of a deal do."""
    import numpy as np

    scale, taken = _scale(model), np.zeros(len(live.at), np.bool_)
    for name, one in model.weights.items():
        if not one:
            continue
        mask, size = live.held(name)
        taken |= mask
        yield int(one * scale), mask, size
    if model.mid:
        free = ~taken
        yield int(model.mid * scale), free, live.sums(free)
