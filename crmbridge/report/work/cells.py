"""Cells that reports of work share: rates as far as a sample carries them, and business hours."""

from __future__ import annotations

from fractions import Fraction

from crmbridge.policy.intervals import FEW, Measured, measured
from crmbridge.policy.revenue.quality import Flag, Rate
from crmbridge.report.frame.sheet import Column, Estimate

FEWER = (
    f"Of fewer than {FEW} cases only counts are shown. Brackets say what chance leaves open "
    "(95 % intervals)."
)
VERDICTS = {
    Flag.TOO_FEW: "too few",
    Flag.LOW_SAMPLE: "too few for a verdict",
    Flag.WORSE: "worse than the rest",
    Flag.BETTER: "better than the rest",
    Flag.NO_DIFFERENCE: "no difference",
}
"""What may be said of a rate against that of all others, in words."""


def share(found: Measured) -> Estimate | None:
    """A rate with its interval; `None` for fewer cases than carry one."""
    return None if found.interval is None else Estimate.of(found.rate, found.interval)


def share_of(k: int, n: int) -> Estimate | None:
    """The same of k of n."""
    return share(measured(k, n))


def apart(found: Rate) -> Estimate | None:
    """How far a rate is from that of the rest."""
    if found.difference_interval is None:
        return None
    return Estimate.of(found.difference, found.difference_interval)


def hours(seconds: int | None) -> Fraction | None:
    """Seconds of business time as hours."""
    return None if seconds is None else Fraction(seconds, 3600)


def count(name: str, title: str) -> Column:
    """A column of counts."""
    return Column(name=name, title=title, kind="count")


def estimate(name: str, title: str) -> Column:
    """A column of rates with their intervals."""
    return Column(name=name, title=title, kind="interval")
