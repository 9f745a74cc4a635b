"""Time decay for very many deals: floats where they are sure, the exact way where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmbridge.policy.revenue.bulk.rest import hand_out
from crmbridge.policy.revenue.decay import DIGITS, WHOLE, ticks

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Flags, Ints
    from crmbridge.policy.revenue.bulk.live import Live

_HALF = 10 ** (DIGITS // 2)
_LARGEST = 9 * 10**DIGITS
"""An amount below this times half the digits of a share fits in 63 bits."""


def by_age(half_life_days: int, live: Live) -> tuple[Ints, Flags]:
    """Return the cents of each touch by time decay, and the deals that are too large for it.

    What stands for those means nothing.
    """
    import numpy as np

    share = _shares(half_life_days, live)
    miss = np.abs(live.sums(share) - WHOLE)
    large = (live.amount >= _LARGEST) | (miss * np.minimum(live.amount, _LARGEST) >= WHOLE)
    amount = np.where(large, 0, live.amount)
    each = amount[live.deal]
    # amount x share in two halves of the share, since the product itself has up to 83 bits
    upper, lower = np.divmod(share, _HALF)
    high, rest = np.divmod(each * upper, _HALF)
    rest = rest * _HALF + each * lower
    cents, over = np.divmod(rest, WHOLE)
    cents += high
    hand_out(live, amount, cents, over)
    return cents, large


def _shares(half_life_days: int, live: Live) -> Ints:
    """Return each touch's share in units of the twelfth decimal, as `ticks` has it.

    In floats a share is off by less than `doubt`: at most four units in the last place for the
    power of this touch and of the others, one for each addition, and the exponent's rounding,
    which is below 1e-16 of the whole. Where a share lies nearer than that to the middle between
    two decimals, the deal is asked again exactly, some 1 % of all.
    """
    import numpy as np

    latest = live.at[live.begin + live.size - 1]
    age = (latest[live.deal] - live.at).astype(np.float64)
    power = np.exp2(age / (-86_400.0 * half_life_days))
    scaled = power * (WHOLE / np.add.reduceat(power, live.begin))[live.deal]
    near = np.rint(scaled)
    doubt = scaled * (3e-15 + 2.3e-16 * live.size)[live.deal] + 1e-4
    share: Ints = near.astype(np.int64)
    unsure = np.abs(np.abs(scaled - near) - 0.5) < doubt
    for place in np.unique(live.deal[unsure]).tolist():
        touches = slice(int(live.begin[place]), int(live.begin[place] + live.size[place]))
        share[touches] = ticks(live.at[touches].tolist(), half_life_days)
    return share
