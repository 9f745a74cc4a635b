"""Why leads come back, whether recycling pays, and whether a definition drifts (R7.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmbridge.agreement.recycle import MISSING_REASON
from crmbridge.policy.intervals import (
    Interval,
    Measured,
    Sample,
    measured,
    newcombe,
    rate,
    sample,
)

MISFIT = frozenset({"no_fit", "needs_nurture"})
"""Reasons of rejections which say that the lead was not ready by the definition's own aim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A cycle that came back from sales, and the one after it.

    `reason` is a row of the recycle table, empty where sales gave none. `again` says whether the
    lead went to sales again, `accepted` and `won` what became of that second cycle. `None` is
    for what nobody knows yet, such as of a lead that still cools off: it counts on no side.
    """

    reason: str = ""
    again: bool | None = None
    accepted: bool | None = None
    won: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfReason:
    """The returns for one reason; `share` is their part of all returns, from 0 to 1."""

    reason: str
    returns: int
    share: float
    again: Measured
    accepted: Measured
    won: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """All returns by reason, the most frequent first; `missing` are those without a reason."""

    returns: int
    missing: Measured
    rows: Sequence[OfReason]


def reasons(returns: Iterable[Return]) -> Reasons:
    """Report returns by reason. Of no returns there are no rows."""
    found: dict[str, list[Return]] = {}
    for one in returns:
        found.setdefault(one.reason or MISSING_REASON, []).append(one)
    n = sum(map(len, found.values()))
    order = sorted(found, key=lambda name: (-len(found[name]), name))
    return Reasons(
        returns=n,
        missing=measured(len(found.get(MISSING_REASON, ())), n),
        rows=[_row(name, found[name], n) for name in order],
    )


def _row(reason: str, mine: Sequence[Return], n: int) -> OfReason:
    return OfReason(
        reason=reason,
        returns=len(mine),
        share=len(mine) / n,
        again=_known(one.again for one in mine),
        accepted=_known(one.accepted for one in mine),
        won=_known(one.won for one in mine),
    )


def _known(said: Iterable[bool | None]) -> Measured:
    told = [one for one in said if one is not None]
    return measured(sum(told), len(told))


class Trend(StrEnum):
    """Where the part of misfits went from one version of the definition to the next."""

    FIRST = "first"
    TOO_FEW = "too_few"
    LOW_SAMPLE = "low_sample"
    RISING = "rising"
    FALLING = "falling"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What sales said of the leads that one version of the definition made ready.

    `rejected` counts rejections by reason; without one, the reason is `missing_reason` or empty.
    """

    version: str
    accepted: int
    rejected: Mapping[str, int]

    @property
    def decided(self) -> int:
        """The leads that sales accepted or rejected."""
        return self.accepted + sum(self.rejected.values())

    @property
    def misfits(self) -> int:
        """The leads that sales rejected as not ready."""
        return sum(n for reason, n in self.rejected.items() if reason in MISFIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A version: which part of the decided leads were misfits, and how that changed.

    `of_rejected` is their part of the rejections alone, `None` without any. The difference is to
    the version before, `None` for the first and where a version has fewer than ten decided leads.
    """

    version: str
    misfits: Measured
    of_rejected: float | None
    difference: float | None
    interval: Interval | None
    trend: Trend


def drift(versions: Sequence[Judged]) -> list[Drift]:
    """Follow the misfits from version to version; `versions` come in the order they were signed.

    Raises:
        ValueError: a negative count.
    """
    found: list[Drift] = []
    before: Judged | None = None
    for one in versions:
        if min(one.accepted, *one.rejected.values(), 0) < 0:
            raise ValueError(f"version {one.version}: a count is negative: count again")
        found.append(_drift(one, before))
        before = one
    return found


def _drift(one: Judged, before: Judged | None) -> Drift:
    k, n = one.misfits, one.decided
    mine = measured(k, n)
    least = min(n, before.decided) if before else n
    apart: Interval | None = None
    gap: float | None = None
    if before and sample(least) is not Sample.COUNTS:
        apart = newcombe(k, n, before.misfits, before.decided)
        gap = k / n - before.misfits / before.decided
    return Drift(
        version=one.version,
        misfits=mine,
        of_rejected=rate(k, Counter(one.rejected).total()),
        difference=gap,
        interval=apart,
        trend=_trend(apart, sample(least)) if before else Trend.FIRST,
    )


def _trend(apart: Interval | None, size: Sample) -> Trend:
    if apart is None:
        return Trend.TOO_FEW
    if size is not Sample.VERDICT:
        return Trend.LOW_SAMPLE
    if apart.low > 0:
        return Trend.RISING
    return Trend.FALLING if apart.high < 0 else Trend.NO_DIFFERENCE
