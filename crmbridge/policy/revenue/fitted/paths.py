"""The journeys of closed deals as paths of channels, equal ones counted once (R6.10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmbridge.policy.revenue.journey import Point, Window

Path = tuple[str, ...]
"""The channels of a journey in order, one a touch, repeats kept."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many journeys were won and how many lost."""

    won: int = 0
    lost: int = 0

    @property
    def closed(self) -> int:
        """Return won and lost together."""
        return self.won + self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """What a model is fitted to: each distinct path, and how often it was won and lost.

    A path may stand on both sides. No path is empty; `untouched` counts the closed deals without
    any touch, which teach a model of channels nothing.
    """

    won: Mapping[Path, int]
    lost: Mapping[Path, int]
    untouched: int = 0

    @property
    def tally(self) -> Tally:
        """Return how many journeys with a touch were won and lost."""
        return Tally(sum(self.won.values()), sum(self.lost.values()))

    def sets(self) -> dict[frozenset[str], Tally]:
        """Count the journeys by the set of their channels, in whatever order these came."""
        won, lost = _by_set(self.won), _by_set(self.lost)
        return {one: Tally(won.get(one, 0), lost.get(one, 0)) for one in won | lost}


def path_of(points: Iterable[Point], window: Window | None = None) -> Path:
    """Return the channels of a deal's touches in the order of (instant, channel, id).

    The touches are those of R6.2 after R6.4; a `window` leaves out those outside it.
    """
    inside = [one for one in points if window is None or _holds(window, one.at)]
    return tuple(
        one.channel for one in sorted(inside, key=lambda one: (one.at, one.channel, one.id))
    )


def fold(journeys: Iterable[tuple[Sequence[str], bool]]) -> Paths:
    """Count the journeys of closed deals, each its channels in order and whether it was won.

    They are read once and not kept: memory grows with the distinct paths alone. Open deals do
    not belong here.
    """
    won: dict[Path, int] = {}
    lost: dict[Path, int] = {}
    untouched = 0
    for channels, is_won in journeys:
        path = tuple(channels)
        if not path:
            untouched += 1
            continue
        side = won if is_won else lost
        side[path] = side.get(path, 0) + 1
    return Paths(won=won, lost=lost, untouched=untouched)


def fold_counted(rows: Iterable[tuple[Sequence[str], bool, int]]) -> Paths:
    """Do the same where journeys are counted already: channels in order, won, how many.

    Raises:
        ValueError: a count below zero.
    """
    sides: dict[bool, dict[Path, int]] = {True: {}, False: {}}
    untouched = 0
    for channels, is_won, count in rows:
        if count < 0:
            raise ValueError(f"a path that occurs {count} times: count again")
        path = tuple(channels)
        if not path:
            untouched += count
        elif count:
            side = sides[bool(is_won)]
            side[path] = side.get(path, 0) + count
    return Paths(won=sides[True], lost=sides[False], untouched=untouched)


def by_channel(sets: Mapping[frozenset[str], Tally]) -> dict[str, Tally]:
    """Return how many journeys of each channel were won and lost, the channels by name."""
    found: dict[str, list[int]] = {}
    for channels, tally in sets.items():
        for channel in channels:
            one = found.setdefault(channel, [0, 0])
            one[0] += tally.won
            one[1] += tally.lost
    return {channel: Tally(*found[channel]) for channel in sorted(found)}


def _by_set(counts: Mapping[Path, int]) -> dict[frozenset[str], int]:
    out: dict[frozenset[str], int] = {}
    for path, count in counts.items():
        channels = frozenset(path)
        out[channels] = out.get(channels, 0) + count
    return out


def _holds(window: Window, at: int) -> bool:
    return at <= window.cutoff and (window.start is None or at >= window.start)
