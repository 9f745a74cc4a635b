"""What marketing cost in the days of a report, by campaign, channel and month, in one currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from crmbridge.model.money import Money
from crmbridge.policy.definition.exchange import Exchange, RateStatus
from crmbridge.policy.revenue.cost.lines import Line, Lines
from crmbridge.policy.revenue.cost.months import first_day, last_day


class Days(Protocol):
    """Days of a report; a `Period` is one."""

    def __contains__(self, day: date, /) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Costs in the company's currency; by campaign, by channel and by month they add up to `total`.

    A campaign is its record as text, or the imported name where that is not one campaign's;
    `names` has what people call it, `channels` its channel: the vendor's word, empty where it is
    unknown.
    A campaign of which no cost is known is in none of them, one that cost 0 is.

    Of these days, too: `unmatched` are imported names that no campaign has, `ambiguous` those that
    several have, with their records; both are counted. `unconverted` is what no rate converts, by
    campaign, and is not counted. `stale` are campaigns with a rate of more than 62 days (R9.3).
    Of whatever days: `undated` is what vendors tell of campaigns without a first day, in their own
    currency; it is not counted.
    """

    total: Money
    by_campaign: Mapping[str, Money] = field(default_factory=dict)
    by_channel: Mapping[str, Money] = field(default_factory=dict)
    by_month: Mapping[str, Money] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unconverted: Mapping[str, tuple[Money, ...]] = field(default_factory=dict)
    undated: Mapping[str, Money] = field(default_factory=dict)
    stale: tuple[str, ...] = ()


def total(found: Lines, exchange: Exchange, days: Days) -> Costs:
    """Add up the months that begin in `days`, each converted by the rate of its last day.

    Costs are known by month: one that begins before the first day is left out whole, and one
    that goes on past the last day is taken whole.
    """
    undated = {one.campaign: one.cost for one in found.lines if not one.month}
    mine = [one for one in found.lines if one.month and first_day(one.month) in days]
    sums = _Sums(exchange)
    for one in mine:
        sums.add(one)
    seen = {one.campaign for one in mine}
    return Costs(
        total=sum(sums.campaign.values(), Money(0, exchange.currency)),
        by_campaign=sums.campaign,
        by_channel=sums.channel,
        by_month=sums.month,
        names={one.campaign: one.name for one in found.lines},
        channels={one.campaign: one.channel for one in found.lines},
        unmatched=tuple(sorted(found.unmatched & seen)),
        ambiguous={name: refs for name, refs in found.ambiguous.items() if name in seen},
        unconverted={name: sums_of(some) for name, some in sums.apart.items()},
        undated={name: cost for name, cost in undated.items() if cost.minor},
        stale=tuple(sorted(sums.stale)),
    )


def sums_of(costs: Iterable[Money]) -> tuple[Money, ...]:
    """Add up money, each currency by itself, in the order of their codes."""
    sums: dict[str, int] = defaultdict(int)
    for one in costs:
        sums[one.currency] += one.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


class _Sums:
    """Lines of cost, added up by campaign, channel and month."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.campaign: dict[str, Money] = {}
        self.channel: dict[str, Money] = {}
        self.month: dict[str, Money] = {}
        self.apart: dict[str, list[Money]] = {}
        self.stale: set[str] = set()

    def add(self, line: Line) -> None:
        """Count a line, or put it apart where there is no rate."""
        home = self._exchange.currency
        day = last_day(line.month)
        quote = self._exchange.quoted(line.cost.amount, line.cost.currency, home, day)
        if quote.result is None:
            self.apart.setdefault(line.campaign, []).append(line.cost)
            return
        if quote.status is RateStatus.STALE:
            self.stale.add(line.campaign)
        cost = Money.of(quote.result, home)
        for sums, name in (
            (self.campaign, line.campaign),
            (self.channel, line.channel),
            (self.month, line.month),
        ):
            sums[name] = sums.get(name, Money(0, home)) + cost
