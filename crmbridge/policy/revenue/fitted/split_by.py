"""A deal's credit by the shares of its channels (R6.13)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from crmbridge.policy.revenue.fitted.shapley import OTHER
from crmbridge.policy.revenue.journey import Point


def split_by(
    points: Iterable[Point],
    shares: Mapping[str, Fraction | Decimal],
    merged: Collection[str] = (),
) -> dict[str, Fraction]:
    """Return each touch's weight by its id, in the order of (instant, id); they add to 1.

    The deal's distinct channels are weighted by their shares, and each one's part is divided
    equally among its touches. A channel that the model does not know has no share. Where no
    channel of the deal has any, all weigh the same. Channels in `merged` are one: `other`.
    Without a touch there is no weight.

    Raises:
        ValueError: a share below 0, or an id that two touches have.
    """
    ordered = sorted(points, key=lambda one: (one.at, one.id))
    channels: dict[str, list[str]] = {}
    for one in ordered:
        channels.setdefault(OTHER if one.channel in merged else one.channel, []).append(one.id)
    weighed = {channel: Fraction(shares.get(channel, 0)) for channel in channels}
    if any(weight < 0 for weight in weighed.values()):
        raise ValueError(f"a share below 0 among {weighed}: no channel takes credit from others")
    whole = sum(weighed.values(), Fraction(0))
    if not whole:
        weighed, whole = dict.fromkeys(channels, Fraction(1)), Fraction(len(channels))
    weights = {
        touch: weighed[channel] / whole / len(touches)
        for channel, touches in channels.items()
        for touch in touches
    }
    if len(weights) < len(ordered):
        raise ValueError("two touches of a deal have one id: its credit would not add up")
    return {one.id: weights[one.id] for one in ordered}
