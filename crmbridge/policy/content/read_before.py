"""Whether leads that read a piece before the hand-off are accepted more often (R7.8)."""

from __future__ import annotations

from dataclasses import dataclass

from crmbridge.policy.intervals import Interval, Measured, Sample, measured, newcombe, sample


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBefore:
    """The acceptance of leads with a piece, without it, and the first minus the second.

    The difference and its interval are `None` where either has fewer than ten decided leads.
    It is not a cause: who reads much is keener anyway. Whoever shows it says so.
    """

    having: Measured
    without: Measured
    difference: float | None
    interval: Interval | None


def read_before(accepted: int, decided: int, all_accepted: int, all_decided: int) -> ReadBefore:
    """Compare the cycles that read a piece before the hand-off with all the other ones.

    `all_accepted` and `all_decided` count every cycle, those with the piece too.

    Raises:
        ValueError: more accepted than decided, or more with the piece than there are.
    """
    others = all_accepted - accepted, all_decided - decided
    having, without = measured(accepted, decided), measured(*others)
    if sample(min(decided, others[1])) is Sample.COUNTS:
        return ReadBefore(having=having, without=without, difference=None, interval=None)
    return ReadBefore(
        having=having,
        without=without,
        difference=accepted / decided - others[0] / others[1],
        interval=newcombe(accepted, decided, *others),
    )
