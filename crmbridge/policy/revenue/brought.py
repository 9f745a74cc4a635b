"""What deals brought, as a record is told it: a sum in one currency, and the campaigns behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmbridge.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Somebody's part of a deal: `own` in the deal's currency, `home` in the company's.

    `home` is in the deal's own currency where there is no rate; both are `None` without an amount.
    """

    own: Money | None = None
    home: Money | None = None


def summed(shares: Sequence[Share], currency: str) -> Money | None:
    """Add up shares, given in the order of their deals; `None` where no deal has an amount.

    Shares in one currency are added in it, shares in several in the company's `currency`. What has
    no rate into it is left out then; where nothing has one, the first deal's currency is added.
    """
    own = [one.own for one in shares if one.own is not None]
    if len({one.currency for one in own}) == 1:
        return _added(own)
    home = [one.home for one in shares if one.home is not None]
    if not home:
        return None
    shown = currency if any(one.currency == currency for one in home) else home[0].currency
    return _added([one for one in home if one.currency == shown])


def _added(some: Sequence[Money]) -> Money:
    return Money(sum(one.minor for one in some), some[0].currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """A touch of a campaign and its credit by a model; `at` in whole seconds since 1970."""

    at: int
    touch: str
    campaign: str
    credit: Money


def first_campaign(backings: Iterable[Backing]) -> str:
    """Return the campaign of the earliest touch that has one; empty for none."""
    found = min(backings, key=lambda one: (one.at, one.touch, one.campaign), default=None)
    return found.campaign if found else ""


def headline_campaign(backings: Iterable[Backing], currency: str) -> str:
    """Return the campaign of the touch with the most credit, of equal ones the earlier.

    A touch that is credited by several deals has the sum. Credit in the company's `currency` goes
    before any in another, which nobody can compare with it. Empty for none.
    """
    sums: dict[tuple[str, str, int, str], int] = defaultdict(int)
    for one in backings:
        sums[one.credit.currency, one.campaign, one.at, one.touch] += one.credit.minor
    ranked = sorted(
        (name != currency, -abs(minor), at, touch, campaign)
        for (name, campaign, at, touch), minor in sums.items()
        if minor
    )
    return ranked[0][-1] if ranked else ""
