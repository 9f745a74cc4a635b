"""How likely a chain ends won, as it is and with a channel taken out of it (R6.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmbridge.policy.revenue.fitted.chain import START

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crmbridge.policy.revenue.fitted.chain import Chain, Real

FEW = 800
"""Up to so many states one dense inverse serves all channels; its cost grows with their cube."""
STEPS = 2_000
"""After so many steps a walk that goes on in circles is solved by factors instead."""
SPECK = 1e-15
"""The chance of being still under way that is nothing beside the rounding of the sum."""


def dense(chain: Chain) -> tuple[float, list[float]]:
    """Return the probability to end won, and that without each channel; by one inverse.

    The inverse says how often each state is visited. The way to a win that goes through a
    channel first comes into one of its states somewhere: the visits tell where, by a system of
    the size of its states.
    """
    import numpy as np

    flow = np.zeros((chain.states, chain.states))
    flow[chain.source, chain.target] = chain.chance
    visits = np.linalg.inv(np.eye(chain.states) - flow)
    wins = visits @ chain.converts
    without = []
    for channel in range(len(chain.channels)):
        its = np.flatnonzero(chain.newest == channel)
        through = visits[START, its] @ np.linalg.solve(visits[np.ix_(its, its)], wins[its])
        without.append(float(wins[START] - through))
    return float(wins[START]), without


def sparse(chain: Chain, steps: int = STEPS) -> tuple[float, list[float]]:
    """Return the same where states are many and each is followed by few.

    The journeys are walked step by step, all at once, until fewer than a speck is under way: the
    error is below that. What goes on longer is solved.
    """
    p = _walk(chain, None, steps)
    return p, [_walk(chain, channel, steps) for channel in range(len(chain.channels))]


def _walk(chain: Chain, gone: int | None, steps: int) -> float:
    import numpy as np
    from scipy.sparse import csr_array

    size = chain.states
    kept = np.ones(size) if gone is None else (chain.newest != gone).astype(np.float64)
    moved = csr_array((chain.chance, (chain.target, chain.source)), shape=(size, size))
    here: Real = np.zeros(size)
    here[START] = 1.0
    won = 0.0
    for _ in range(steps):
        won += float(here @ chain.converts)
        here = (moved @ here) * kept
        if float(here.sum()) < SPECK:
            return won
    return _solved(chain, kept.astype(np.bool_))


def _solved(chain: Chain, kept: NDArray[np.bool_]) -> float:
    import numpy as np
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import spsolve

    size = int(kept.sum())
    number = np.cumsum(kept) - 1
    inner = kept[chain.source] & kept[chain.target]
    ends = (number[chain.source[inner]], number[chain.target[inner]])
    flow = csc_array((chain.chance[inner], ends), shape=(size, size))
    wins = spsolve(csc_array(eye_array(size)) - flow, chain.converts[kept])
    return float(np.atleast_1d(wins)[START])
