"""What each channel's removal does to a Markov chain of the journeys (R6.10 to R6.12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmbridge.policy.revenue.fitted.absorb import FEW, dense, sparse
from crmbridge.policy.revenue.fitted.chain import chain_of
from crmbridge.policy.revenue.fitted.paths import Paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Markov:
    """The removal effects of a chain.

    `p` is the chain's probability to end won, which equals the rate that was seen. `effects` are
    from 0 to 1: which part of the wins is lost without the channel. `shares` are the effects
    over their sum, and add to 1. Where nothing was won all are 0 and the model is not `available`.
    `states` counts the chain's states with its start.
    """

    order: int
    states: int
    p: float
    effects: Mapping[str, float]
    shares: Mapping[str, float]

    @property
    def available(self) -> bool:
        """Whether anything was won, so that there is something to share."""
        return self.p > 0


def markov(paths: Paths, order: int = 1, few: int = FEW) -> Markov:
    """Fit a chain of an order and take out one channel after the other.

    Up to `few` states it is solved densely. Without a path no channel has an effect.

    Raises:
        ValueError: an order below 1.
    """
    if order < 1 or paths.tally.closed:
        chain = chain_of(paths, order)
    else:
        return Markov(order=order, states=1, p=0.0, effects={}, shares={})
    if not paths.won:
        none = dict.fromkeys(chain.channels, 0.0)
        return Markov(order=order, states=chain.states, p=0.0, effects=none, shares=none)
    p, without = dense(chain) if chain.states <= few else sparse(chain)
    # rounding leaves a speck beyond what a probability may be
    lost = (min(1.0, max(0.0, 1 - one / p)) for one in without)
    effects = dict(zip(chain.channels, lost, strict=True))
    whole = sum(effects.values())
    shares = {channel: effect / whole for channel, effect in effects.items()}
    return Markov(order=order, states=chain.states, p=p, effects=effects, shares=shares)
