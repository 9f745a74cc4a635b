"""How channels are judged beside their shares: per journey, and by the wins with and without them.

A share mostly says how often a channel occurs (R6.14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from crmbridge.policy.intervals import Interval, newcombe
from crmbridge.policy.revenue.fitted.paths import Paths, Tally, by_channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """The journeys with a channel and those without it."""

    present: Tally
    absent: Tally

    @property
    def difference(self) -> Fraction | None:
        """Return the win rate with the channel minus that without; `None` if one has no journey."""
        if not self.present.closed or not self.absent.closed:
            return None
        here = Fraction(self.present.won, self.present.closed)
        return here - Fraction(self.absent.won, self.absent.closed)

    @property
    def interval(self) -> Interval:
        """Return Newcombe's interval of the difference; everything where there is none."""
        one, other = self.present, self.absent
        return newcombe(one.won, one.closed, other.won, other.closed)


def presence(paths: Paths) -> dict[str, Presence]:
    """Return each channel's journeys and the others, by the channels' names."""
    every = paths.tally
    return {
        channel: Presence(present=one, absent=Tally(every.won - one.won, every.lost - one.lost))
        for channel, one in by_channel(paths.sets()).items()
    }


def per_journey(
    shares: Mapping[str, Fraction | Decimal], journeys: Mapping[str, int]
) -> dict[str, Fraction | None]:
    """Return each channel's share over the number of its journeys; `None` where it has none."""
    return {
        channel: Fraction(share) / journeys[channel] if journeys.get(channel) else None
        for channel, share in shares.items()
    }
