"""Paths as a chain of states: the last channels, and how likely each next one is (R6.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain as joined
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crmbridge.policy.revenue.fitted.paths import Paths

    Whole = NDArray[np.int64]
    Real = NDArray[np.float64]

START = 0
"""The number of the state before the first touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """States by number, `START` first, and the probabilities of what follows each.

    `newest` is the number of each state's newest channel in `channels`, -1 for `START`. The
    transition `i` leads from `source[i]` to `target[i]` with `chance[i]`; `converts` is each
    state's probability to be won next. What is missing to 1 is lost next. No state follows
    itself: staying changes nothing of where a journey ends, so the others are scaled up.
    """

    channels: tuple[str, ...]
    newest: Whole
    source: Whole
    target: Whole
    chance: Real
    converts: Real

    @property
    def states(self) -> int:
        """Return the number of states, `START` among them."""
        return len(self.newest)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Every touch of every distinct path, one after the other: its channel, its path's counts."""

    channel: Whole
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]
    count: Whole
    """Of each touch: how many journeys took its path."""
    won: Whole
    """Of each last touch: how many of these were won."""

    def before(self, state: Whole) -> Whole:
        """Return the state before each touch: that of the touch before, or `START`."""
        import numpy as np

        out = np.roll(state, 1)
        out[self.first] = START
        return out


def chain_of(paths: Paths, order: int) -> Chain:
    """Return the maximum-likelihood chain in which a state is the last `order` channels or fewer.

    Each journey counts 1. An order above the longest path is the same as its length.

    Raises:
        ValueError: an order below 1, or no paths.
    """
    import numpy as np

    if order < 1:
        raise ValueError(f"a chain of order {order} remembers nothing: 1 is the least")
    channels = tuple(sorted(set(joined.from_iterable(joined(paths.won, paths.lost)))))
    if not channels:
        raise ValueError("there is no path to learn from")
    longest = max(map(len, joined(paths.won, paths.lost)))
    steps = _steps(paths, channels)
    state, newest = _states(steps, len(channels), min(order, longest))
    size = len(newest)
    pairs, where = np.unique(steps.before(state) * size + state, return_inverse=True)
    counts = np.bincount(where, weights=steps.count)
    source, target = np.divmod(pairs, size)
    won = np.bincount(state[steps.last], weights=steps.won, minlength=size)
    leaves = np.bincount(source, weights=counts, minlength=size)
    leaves += np.bincount(state[steps.last], weights=steps.count[steps.last], minlength=size)
    moves = source != target
    leaves -= np.bincount(source[~moves], weights=counts[~moves], minlength=size)
    source, target, counts = source[moves], target[moves], counts[moves]
    return Chain(
        channels=channels,
        newest=newest,
        source=source,
        target=target,
        chance=counts / leaves[source],
        converts=won / leaves,
    )


def _steps(paths: Paths, channels: Sequence[str]) -> _Steps:
    import numpy as np

    number = {channel: place for place, channel in enumerate(channels)}
    every = [*paths.won, *paths.lost]
    sizes = np.fromiter(map(len, every), np.int64, len(every))
    total = int(sizes.sum())
    ends = np.cumsum(sizes) - 1
    last = np.zeros(total, np.bool_)
    last[ends] = True
    counts = np.fromiter(joined(paths.won.values(), paths.lost.values()), np.int64, len(every))
    won = counts.copy()
    won[len(paths.won) :] = 0
    return _Steps(
        channel=np.fromiter(map(number.__getitem__, joined.from_iterable(every)), np.int64, total),
        first=np.roll(last, 1),
        last=last,
        count=np.repeat(counts, sizes),
        won=won,
    )


def _states(steps: _Steps, channels: int, order: int) -> tuple[Whole, Whole]:
    """Return the number of the state after each touch, and each state's newest channel.

    A state of one channel more is the state before it and the channel. Numbers are given anew
    for each length, so that they stay small however long the memory is.
    """
    import numpy as np

    state = np.zeros(len(steps.channel), np.int64)
    known = np.zeros(0, np.int64)
    for _ in range(order):
        known, state = np.unique(
            steps.before(state) * channels + steps.channel, return_inverse=True
        )
        state = state + 1
    return state, np.concatenate(([-1], known % channels))
