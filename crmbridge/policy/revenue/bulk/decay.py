"""Time decay for very many deals: floats where they are sure, the exact way where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmbridge.policy.revenue.bulk.rest import hand_out
from crmbridge.policy.revenue.decay import DIGITS, WHOLE, ticks

if TYPE_CHECKING:
    import numpy as np

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

    Floats are sure of nearly all. A deal with a share that is too near to the middle between two
    decimals is looked at again in long doubles, and where those are not sure either, exactly.
    """
    import numpy as np

    share, doubtful = _tried(half_life_days, live.at, live.begin, live.size, np.float64)
    again = np.flatnonzero(doubtful)
    if not len(again):
        return share
    size = live.size[again]
    begin = np.cumsum(size) - size
    touches = np.arange(int(size.sum())) + np.repeat(live.begin[again] - begin, size)
    share[touches], doubtful = _tried(half_life_days, live.at[touches], begin, size, np.longdouble)
    for place in again[doubtful].tolist():
        mine = slice(int(live.begin[place]), int(live.begin[place] + live.size[place]))
        share[mine] = ticks(live.at[mine].tolist(), half_life_days)
    return share


def _tried(
    half_life_days: int, at: Ints, begin: Ints, size: Ints, kind: type[np.floating]
) -> tuple[Ints, Flags]:
    """Return shares worked out in a kind of float, and the deals of which it is not sure.

    A share is off by less than `doubt`: at most four units in the last place for the power of this
    touch and of the others, one for each addition, and the exponent's rounding, which is below one
    unit of the whole; taken here with room to spare. A last term is for the place of the decimals
    in a number of their size.
    """
    import numpy as np

    unit = float(np.finfo(kind).eps)
    deal = np.repeat(np.arange(len(begin)), size)
    latest = at[begin + size - 1]
    age = (latest[deal] - at).astype(kind)
    power = np.exp2(age / kind(-86_400.0 * half_life_days))
    scaled = power * (kind(WHOLE) / np.add.reduceat(power, begin))[deal]
    near = np.rint(scaled)
    doubt = scaled * (unit * (14 + 1.1 * size))[deal] + unit * WHOLE / 2
    share: Ints = near.astype(np.int64)
    unsure = np.abs(np.abs(scaled - near) - 0.5) < doubt
    return share, np.bincount(deal[unsure], minlength=len(begin)) > 0
