"""What each channel adds to the sets that it joins: Shapley values, exactly (R6.14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, gcd

from crmbridge.policy.revenue.fitted.paths import Paths, Tally, by_channel

MOST = 12
"""So many channels at most are players: the sets to value double with each."""
OTHER = "other"
"""The player that the channels with the fewest journeys form together."""

Sets = Mapping[frozenset[str], Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapley:
    """The values of channels, which add to the value of all of them together.

    `shares` are the values over their sum, where negative ones count as 0: those channels are
    `clipped`. Where nothing was won all are 0 and the model is not `available`. `merged` are the
    channels that stand as `other`.
    """

    values: Mapping[str, Fraction]
    shares: Mapping[str, Fraction]
    merged: tuple[str, ...] = ()

    @property
    def clipped(self) -> tuple[str, ...]:
        """Return the channels whose value is negative, which get no share."""
        return tuple(channel for channel, value in self.values.items() if value < 0)

    @property
    def available(self) -> bool:
        """Whether anything was won, so that there is something to share."""
        return any(self.shares.values())


def linear_channels(paths: Paths) -> Shapley:
    """Share each won journey equally among its distinct channels.

    That is the Shapley value where a set is worth the wins inside it, for any number of
    channels. Lost journeys do not matter.
    """
    sets = paths.sets()
    wins: dict[tuple[str, int], int] = {}
    for channels, tally in sets.items():
        for channel in channels:
            key = (channel, len(channels))
            wins[key] = wins.get(key, 0) + tally.won
    values = dict.fromkeys(by_channel(sets), Fraction(0))
    for (channel, size), count in wins.items():
        values[channel] += Fraction(count, size)
    return Shapley(values=values, shares=_shares(values))


def shapley_rate(paths: Paths, most: int = MOST) -> Shapley:
    """Value a set of channels by the win rate of the journeys inside it; 0 without any.

    Exact over all sets. Of more than `most` channels those with the fewest journeys (of equal
    ones the later name) are one player, `other`, with a channel of that name.

    Raises:
        ValueError: fewer than 2 players, or more than 20, which no memory holds.
    """
    if not 2 <= most <= 20:
        raise ValueError(f"{most} players: from 2 to 20 can be valued")
    sets, merged = merge_small(paths.sets(), most)
    channels = tuple(by_channel(sets))
    won, closed = _inside(sets, channels)
    values = {
        channel: _value(place, len(channels), won, closed) for place, channel in enumerate(channels)
    }
    return Shapley(values=values, shares=_shares(values), merged=merged)


def merge_small(sets: Sets, most: int) -> tuple[Sets, tuple[str, ...]]:
    """Return sets of at most `most` channels, and the names of those that became `other`."""
    seen = by_channel(sets)
    if len(seen) <= most:
        return sets, ()
    large = sorted(seen.keys() - {OTHER}, key=lambda one: (-seen[one].closed, one))[: most - 1]
    merged = tuple(sorted(seen.keys() - set(large)))
    names = {channel: OTHER for channel in merged} | {channel: channel for channel in large}
    out: dict[frozenset[str], Tally] = {}
    for channels, tally in sets.items():
        key = frozenset(names[one] for one in channels)
        there = out.get(key, Tally())
        out[key] = Tally(there.won + tally.won, there.lost + tally.lost)
    return out, merged


def _inside(sets: Sets, channels: Sequence[str]) -> tuple[list[int], list[int]]:
    """Count the won and the closed journeys inside each set, a bit of its number a channel."""
    bit = {channel: 1 << place for place, channel in enumerate(channels)}
    won = [0] * (1 << len(channels))
    closed = [0] * (1 << len(channels))
    for one, tally in sets.items():
        members = sum(bit[channel] for channel in one)
        won[members] += tally.won
        closed[members] += tally.closed
    for step in bit.values():
        for members in range(len(won)):
            if members & step:
                won[members] += won[members ^ step]
                closed[members] += closed[members ^ step]
    return won, closed


def _value(place: int, players: int, won: Sequence[int], closed: Sequence[int]) -> Fraction:
    """Weigh what a player adds to each set by the orders of joining in which it does."""
    orders = [factorial(size) * factorial(players - size - 1) for size in range(players)]
    step = 1 << place
    tops: dict[int, int] = {}  # by the number of journeys, the bottom of the rate
    for members in range(len(won)):
        if not closed[members]:
            continue
        joined = bool(members & step)
        size = members.bit_count() - joined
        part = orders[size] * won[members]
        bottom = closed[members]
        tops[bottom] = tops.get(bottom, 0) + (part if joined else -part)
    return _total([(top, bottom) for bottom, top in sorted(tops.items()) if top]) / factorial(
        players
    )


def _total(terms: Iterable[tuple[int, int]]) -> Fraction:
    """Add fractions in pairs, pairs of pairs and so on: bottoms stay short as long as they can."""
    row = list(terms)
    while len(row) > 1:
        paired = [_plus(*row[at : at + 2]) for at in range(0, len(row) - 1, 2)]
        row = paired + row[len(paired) * 2 :]
    return Fraction(*row[0]) if row else Fraction(0)


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    common = gcd(one[1], other[1])
    scale = other[1] // common
    return one[0] * scale + other[0] * (one[1] // common), one[1] * scale


def _shares(values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    kept = {channel: max(value, Fraction(0)) for channel, value in values.items()}
    whole = sum(kept.values(), Fraction(0))
    return {channel: value / whole if whole else Fraction(0) for channel, value in kept.items()}
