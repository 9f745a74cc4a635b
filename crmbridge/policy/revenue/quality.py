"""What becomes of the leads of each source or campaign, against all the others (R7.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from crmbridge.model.exact import EXACT
from crmbridge.policy.intervals import FEW, Interval, Sample, newcombe, rate, sample, wilson

_FOUR = Decimal("0.0001")


class Flag(StrEnum):
    """What may be said of a source against the rest."""

    TOO_FEW = "too_few"
    LOW_SAMPLE = "low_sample"
    WORSE = "worse_than_rest"
    BETTER = "better_than_rest"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The cycles of one source or campaign that were pushed to sales.

    `rejected` are those given back before they were accepted. `ended` are those of which it is
    known whether they were won, `None` for the decided ones; what still runs never counts as
    not won (R3.12). `revenue` and `cost` are in minor units of the company's currency; a cost
    that nobody gave is `None`.
    """

    name: str
    pushed: int
    accepted: int
    rejected: int
    won: int = 0
    ended: int | None = None
    revenue: int = 0
    cost: int | None = None

    @property
    def decided(self) -> int:
        """The cycles that sales accepted or rejected."""
        return self.accepted + self.rejected

    @property
    def closed(self) -> int:
        """The cycles of which it is known whether they were won."""
        return self.decided if self.ended is None else self.ended

    def problem(self) -> str:
        """Say what is impossible in these counts; empty for nothing."""
        counts = (self.pushed, self.accepted, self.rejected, self.won, self.closed, self.cost or 0)
        if min(counts) < 0:
            return "a count or a cost is negative"
        if self.decided > self.pushed:
            return f"{self.decided} were accepted or rejected, and {self.pushed} pushed"
        if not self.won <= self.closed <= self.pushed:
            return f"{self.won} were won, {self.closed} ended, and {self.pushed} pushed"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`k` of `n`, and how far from the same rate of the rest.

    With fewer than ten cases everything but the counts and the flag is `None` (R3.16).
    `difference` is `None` too where the rest has no cases. `rest` is how many cases that has.
    """

    k: int
    n: int
    flag: Flag
    rest: int = 0
    rate: float | None = None
    interval: Interval | None = None
    difference: float | None = None
    difference_interval: Interval | None = None

    @property
    def has_rest(self) -> bool:
        """Whether the rest has enough cases to be compared with."""
        return self.rest >= FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """A source as the report shows it.

    Money is in minor units of the company's currency, rounded half away from zero.
    `revenue_per_cost` is how many units of revenue a unit of cost brought, to four decimals.
    What is per lead is `None` with fewer than ten decided cycles, with no lead, or with no cost.
    """

    name: str
    pushed: int
    decided: int
    accepted: int
    acceptance: Rate
    won: int
    win: Rate
    revenue: int
    revenue_per_pushed: int | None
    cost: int | None
    cost_per_pushed: int | None
    cost_per_accepted: int | None
    revenue_per_cost: Decimal | None

    @property
    def flag(self) -> Flag:
        """What may be said of the source: that of its acceptance."""
        return self.acceptance.flag


def quality(sources: Sequence[Source]) -> list[Quality]:
    """Compare each source with all the others together; the order stays.

    Raises:
        ValueError: negative counts, or more decided, ended or won than there can be.
    """
    for one in sources:
        if problem := one.problem():
            raise ValueError(f"source {one.name!r}: {problem}: count again")
    accepted = sum(one.accepted for one in sources), sum(one.decided for one in sources)
    won = sum(one.won for one in sources), sum(one.closed for one in sources)
    return [_row(one, accepted, won) for one in sources]


def may_stop(found: Quality) -> bool:
    """Whether to ask if the source should go: worse than the rest in acceptance and in wins.

    Not while there is no rest to speak of.
    """
    return is_worse(found.acceptance) and is_worse(found.win)


def is_worse(one: Rate) -> bool:
    """Whether a rate is worse than that of the rest, where there is a rest to speak of."""
    return one.flag is Flag.WORSE and one.has_rest


def below_without_verdict(one: Rate) -> bool:
    """Whether a rate stands below the rest by more than chance explains, of too few for a verdict.

    Not while there is no rest to speak of.
    """
    apart = one.difference_interval
    below = one.flag is Flag.LOW_SAMPLE and apart is not None and apart.high < 0
    return below and one.has_rest


def against_rest(k: int, n: int, rest_k: int, rest_n: int) -> Rate:
    """Compare a rate with that of the rest, by the samples that a verdict needs (R3.16).

    Raises:
        ValueError: not 0 <= k <= n, of either.
    """
    size, own = sample(n), wilson(k, n)
    if size is Sample.COUNTS:
        return Rate(k=k, n=n, flag=Flag.TOO_FEW, rest=rest_n)
    apart, theirs, mine = newcombe(k, n, rest_k, rest_n), rate(rest_k, rest_n), k / n
    return Rate(
        k=k,
        n=n,
        flag=_flag(apart) if size is Sample.VERDICT else Flag.LOW_SAMPLE,
        rest=rest_n,
        rate=mine,
        interval=own,
        difference=None if theirs is None else mine - theirs,
        difference_interval=apart,
    )


def _flag(apart: Interval) -> Flag:
    if apart.low > 0:
        return Flag.BETTER
    return Flag.WORSE if apart.high < 0 else Flag.NO_DIFFERENCE


def _row(one: Source, accepted: tuple[int, int], won: tuple[int, int]) -> Quality:
    acceptance = against_rest(
        one.accepted, one.decided, accepted[0] - one.accepted, accepted[1] - one.decided
    )
    shown = acceptance.flag is not Flag.TOO_FEW
    cost = one.cost if shown else None
    return Quality(
        name=one.name,
        pushed=one.pushed,
        decided=one.decided,
        accepted=one.accepted,
        acceptance=acceptance,
        won=one.won,
        win=against_rest(one.won, one.closed, won[0] - one.won, won[1] - one.closed),
        revenue=one.revenue,
        revenue_per_pushed=_per(one.revenue, one.pushed) if shown else None,
        cost=one.cost,
        cost_per_pushed=_per(cost, one.pushed),
        cost_per_accepted=_per(cost, one.accepted),
        revenue_per_cost=_times(one.revenue, cost),
    )


def _per(minor: int | None, n: int) -> int | None:
    if minor is None or n == 0:
        return None
    return int(EXACT.divide(minor, n).to_integral_value(ROUND_HALF_UP))


def _times(revenue: int, cost: int | None) -> Decimal | None:
    if not cost:
        return None
    return EXACT.divide(revenue, cost).quantize(_FOUR, ROUND_HALF_UP)
