"""How likely a chain ends won, as it is and with a channel taken out of it (R6.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmbridge.policy.revenue.fitted.chain import START

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crmbridge.policy.revenue.fitted.chain import Chain

FEW = 800
"""Up to so many states one dense inverse serves all channels; its cost grows with their cube."""
RESTART, ROUNDS = 60, 20
"""How many directions GMRES keeps, and how often it begins again with none."""
SPECK = 1e-13
"""How far off the equations may be together, as a part of all chances to win."""


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


def sparse(chain: Chain, restart: int = RESTART, rounds: int = ROUNDS) -> tuple[float, list[float]]:
    """Return the same where states are many and each is followed by few.

    Solved by GMRES until the equations are off by no more than a speck; what is off counts once
    a step of a journey in the mean, so that the result is off by a few specks. What does not
    come near in some `rounds` of `restart` steps is solved by factors, which may take long.
    """
    import numpy as np

    every = np.ones(chain.states, np.bool_)
    p = _solved(chain, every, restart, rounds)
    gone = (chain.newest == channel for channel in range(len(chain.channels)))
    return p, [_solved(chain, ~its, restart, rounds) for its in gone]


def _solved(chain: Chain, kept: NDArray[np.bool_], restart: int, rounds: int) -> float:
    """Return the probability to end won by way of the states that are kept."""
    import numpy as np
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import gmres, spsolve

    size = int(kept.sum())
    number = np.cumsum(kept) - 1
    inner = kept[chain.source] & kept[chain.target]
    ends = (number[chain.source[inner]], number[chain.target[inner]])
    stays = csc_array(eye_array(size)) - csc_array((chain.chance[inner], ends), shape=(size, size))
    converts = chain.converts[kept]
    wins, failed = gmres(
        stays.tocsr(), converts, rtol=SPECK, atol=0.0, restart=restart, maxiter=rounds
    )
    if failed:
        wins = spsolve(stays, converts)
    return float(np.atleast_1d(wins)[START])
