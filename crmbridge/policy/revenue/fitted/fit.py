"""A model of channels fitted to closed deals, kept as a version that credit can name (R6.15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any

from crmbridge.model.codec import canonical
from crmbridge.policy.revenue.fitted.markov import markov
from crmbridge.policy.revenue.fitted.paths import Paths, Tally, by_channel
from crmbridge.policy.revenue.fitted.shapley import (
    OTHER,
    Shapley,
    linear_channels,
    shapley_rate,
)
from crmbridge.policy.revenue.fitted.split_by import split_by
from crmbridge.policy.revenue.journey import Point, Window

FORMAT = 1
"""Of the JSON; another meaning of a key is another format."""
DIGITS = 12
"""Decimals of shares and values: what a solver rounds differs beyond these between machines."""
_PLACES = Decimal(1).scaleb(-DIGITS)
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


class Model(StrEnum):
    """How credit is learnt from closed deals."""

    MARKOV = "markov"
    LINEAR_CHANNELS = "linear_channels"
    SHAPLEY_RATE = "shapley_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """How many journeys a fit needs: won ones, closed ones, and those of a channel (R6.15).

    Without the first two there is no fit; a channel with fewer is flagged and keeps its share.
    """

    won: int = 300
    closed: int = 1_000
    channel: int = 30


LEAST = Least()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a fit says of one channel.

    `value` is the removal effect or the Shapley value, `share` what remains of it over all, both
    rounded to 12 decimals half-even. `seen` are the channel's journeys.
    """

    share: Decimal
    value: Decimal
    seen: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted model; credit changes only when there is another one.

    `order` is the Markov chain's, 0 for other models. `window` is when the deals were closed,
    `on` the day of the fit. The shares of `channels` add to 1 but for their rounding.
    """

    model: Model
    order: int
    window: Window
    on: date
    least: Least
    seen: Tally
    channels: Mapping[str, Fitted]
    merged: tuple[str, ...] = ()

    @property
    def shares(self) -> dict[str, Decimal]:
        """Return each channel's share, by name."""
        return {name: one.share for name, one in self.channels.items()}

    @property
    def few(self) -> tuple[str, ...]:
        """Return the channels with fewer journeys than it takes to judge one."""
        return few_of({name: one.seen for name, one in self.channels.items()}, self.least)

    @property
    def clipped(self) -> tuple[str, ...]:
        """Return the channels whose value is negative, which get no share."""
        return tuple(name for name, one in self.channels.items() if one.value < 0)

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the fit as canonical JSON, in hex."""
        return sha256(canonical(self.data).encode()).hexdigest()

    @property
    def version(self) -> str:
        """Return what credit is posted under, such as `markov_2:2026-03-31:cbdfe8875d1e`."""
        name = f"{self.model}_{self.order}" if self.order else str(self.model)
        return f"{name}:{self.on.isoformat()}:{self.hash[:12]}"

    @property
    def data(self) -> dict[str, Any]:
        """Return all that the fit says in JSON's types, decimals as text."""
        return {
            "format": FORMAT,
            "model": str(self.model),
            "order": self.order,
            "window": [self.window.start, self.window.cutoff],
            "on": self.on.isoformat(),
            "least": [self.least.won, self.least.closed, self.least.channel],
            "seen": [self.seen.won, self.seen.lost],
            "channels": {
                name: [f"{one.share:f}", f"{one.value:f}", one.seen.won, one.seen.lost]
                for name, one in self.channels.items()
            },
            "merged": list(self.merged),
        }

    def split(self, points: Iterable[Point]) -> dict[str, Fraction]:
        """Return the weight of each of a deal's touches by its id (`split_by`)."""
        return split_by(points, self.shares, self.merged)

    def to_json(self) -> str:
        """Write the fit and its hash as canonical JSON."""
        return canonical(self.data | {"hash": self.hash})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnough:
    """Why there is no fit: too few journeys, or none that was won."""

    model: Model
    least: Least
    seen: Tally
    few: tuple[str, ...] = ()
    """The channels with fewer journeys than it takes to judge one."""

    def __str__(self) -> str:
        """Name the numbers."""
        told = (
            f"not enough data for {self.model}: {self.seen.won} of {self.least.won} won and "
            f"{self.seen.closed} of {self.least.closed} closed journeys"
        )
        if not self.few:
            return told
        return f"{told}; fewer than {self.least.channel} with {', '.join(self.few)}"


def fit(
    paths: Paths,
    model: Model,
    *,
    window: Window,
    on: date,
    order: int = 1,
    least: Least = LEAST,
) -> Fit | NotEnough:
    """Fit a model to the journeys of the deals that were closed in a window.

    `order` says how many channels a Markov chain remembers; other models pass over it.

    Raises:
        ValueError: an order below 1.
    """
    sets, seen = paths.sets(), paths.tally
    channels = by_channel(sets)
    if seen.won < max(1, least.won) or seen.closed < least.closed:
        return NotEnough(model=model, least=least, seen=seen, few=few_of(channels, least))
    found: dict[str, tuple[Decimal, Decimal]]
    merged: tuple[str, ...] = ()
    if model is Model.MARKOV:
        chain = markov(paths, order)
        found = {
            name: (_rounded(Decimal(share)), _rounded(Decimal(chain.effects[name])))
            for name, share in chain.shares.items()
        }
    else:
        played = linear_channels(paths) if model is Model.LINEAR_CHANNELS else shapley_rate(paths)
        found, merged = _exact(played), played.merged
        channels |= _together(sets.items(), merged)
    return Fit(
        model=model,
        order=order if model is Model.MARKOV else 0,
        window=window,
        on=on,
        least=least,
        seen=seen,
        channels={
            name: Fitted(share=share, value=value, seen=channels[name])
            for name, (share, value) in sorted(found.items())
        },
        merged=merged,
    )


def few_of(channels: Mapping[str, Tally], least: Least) -> tuple[str, ...]:
    """Return the channels with fewer journeys than `least` asks of one."""
    return tuple(name for name, one in channels.items() if one.closed < least.channel)


def _together(
    sets: Iterable[tuple[frozenset[str], Tally]], merged: tuple[str, ...]
) -> dict[str, Tally]:
    """Return the journeys with any of the merged channels, as those of `other`."""
    if not merged:
        return {}
    inside = [tally for channels, tally in sets if not channels.isdisjoint(merged)]
    return {OTHER: Tally(sum(one.won for one in inside), sum(one.lost for one in inside))}


def _exact(played: Shapley) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        name: (_decimal(played.shares[name]), _decimal(value))
        for name, value in played.values.items()
    }


def _decimal(value: Fraction) -> Decimal:
    # whole units of the last place, rounded once and half-even
    return Decimal(round(value * 10**DIGITS)).scaleb(-DIGITS, _WIDE)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, context=_WIDE)
