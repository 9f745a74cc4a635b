"""What part of money and deals marketing sourced or influenced, and what of the target (R6.23)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from crmbridge.model.exact import EXACT
from crmbridge.policy.intervals import Interval, rate, ratio, wilson
from crmbridge.policy.revenue.sourced import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A deal: its amount in minor units of the company's currency, and marketing's part in it."""

    id: str
    minor: int
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part that some of the deals have of all, by amount and by count.

    Shares are from 0 to 1, `None` where there is nothing to have a part of. The interval by
    amount is that of R6.23, the one by count is Wilson's; both of 95 %.
    """

    minor: int
    by_amount: float | None
    interval: Interval
    deals: int
    by_count: float | None
    count_interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """All deals of a period; `sourced`, `influenced_only` and `none` add up to them."""

    minor: int
    deals: int
    sourced: Share
    influenced_only: Share
    sourced_or_influenced: Share
    none: Share


class Standing(StrEnum):
    """Where a share stands against its target."""

    ABOVE = "above"
    BELOW = "below"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A share against its target.

    `gap` is the share minus the target, `None` without a share; `gap_minor` is the amount minus
    the target's part of all, in minor units. Both are negative below the target.
    """

    target: Decimal
    standing: Standing
    gap: float | None
    gap_minor: int


def contribution(deals: Sequence[Counted]) -> Contribution:
    """Say what part of the deals is whose. The whole is all deals, `none` included (R6.22)."""
    influenced = (Part.SOURCED, Part.INFLUENCED)
    return Contribution(
        minor=sum(one.minor for one in deals),
        deals=len(deals),
        sourced=_share(deals, (Part.SOURCED,)),
        influenced_only=_share(deals, (Part.INFLUENCED,)),
        sourced_or_influenced=_share(deals, influenced),
        none=_share(deals, (Part.NONE,)),
    )


def against(share: Share, whole: int, target: Decimal) -> Against:
    """Hold a share by amount against its target; `whole` is the amount of all deals.

    It is above or below only where its interval leaves the target out.

    Raises:
        ValueError: a target that is no share.
    """
    if not 0 <= target <= 1:
        raise ValueError(f"a target of {target} is no share: give one from 0 to 1")
    wanted = EXACT.multiply(target, whole)
    missing = EXACT.subtract(Decimal(share.minor), wanted)
    return Against(
        target=target,
        standing=_standing(share.interval, target),
        gap=None if share.by_amount is None else share.by_amount - float(target),
        gap_minor=int(missing.to_integral_value(ROUND_HALF_UP)),
    )


def _share(deals: Sequence[Counted], mine: Collection[Part]) -> Share:
    amounts = [one.minor for one in deals]
    owned = [one.minor if one.part in mine else 0 for one in deals]
    share, interval = ratio(amounts, owned)
    n = sum(one.part in mine for one in deals)
    return Share(
        minor=sum(owned),
        by_amount=share,
        interval=interval,
        deals=n,
        by_count=rate(n, len(deals)),
        count_interval=wilson(n, len(deals)),
    )


def _standing(interval: Interval, target: Decimal) -> Standing:
    if interval.low > target:
        return Standing.ABOVE
    return Standing.BELOW if interval.high < target else Standing.CANNOT_TELL
