"""Which touches get the credit of a deal: the first and the last (R6.2, R6.5, R6.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from crmbridge.model.touch import Touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One touch's share of a position, as reports name it; the shares of a position add to 1."""

    source: str
    channel: str
    asset: str
    share: Fraction
    touch: Touch

    @property
    def label(self) -> str:
        """Return `source/channel/asset` without the parts that are empty."""
        parts = (self.source, self.channel, self.asset.strip("/"))
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLast:
    """Who holds the first and the last position; both are empty without an eligible touch."""

    first: tuple[Credit, ...] = ()
    last: tuple[Credit, ...] = ()


def first_last(
    touches: Iterable[Touch], cutoff: datetime, window_start: datetime | None = None
) -> FirstLast:
    """Find the first and the last touches from `window_start` to `cutoff`, both included.

    Touches of the same second share a position equally. The cutoff is the won instant for
    revenue, the creation for pipeline.
    """
    eligible = [
        touch
        for touch in touches
        if touch.at <= cutoff and (window_start is None or touch.at >= window_start)
    ]
    if not eligible:
        return FirstLast()
    seconds = [_second(touch) for touch in eligible]
    return FirstLast(first=_group(eligible, min(seconds)), last=_group(eligible, max(seconds)))


def _second(touch: Touch) -> datetime:
    return touch.at.replace(microsecond=0)


def _group(touches: list[Touch], second: datetime) -> tuple[Credit, ...]:
    members = sorted(
        (touch for touch in touches if _second(touch) == second), key=lambda touch: str(touch.ref)
    )
    return tuple(
        Credit(
            source=touch.kind,
            channel=touch.channel,
            asset=touch.asset,
            share=Fraction(1, len(members)),
            touch=touch,
        )
        for touch in members
    )
