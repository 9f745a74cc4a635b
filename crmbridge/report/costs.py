"""What campaigns cost, for the reports, and as a list that people can check."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crmbridge.model.money import Money
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.revenue.cost.lines import Given, Line, Lines, lines_of
from crmbridge.policy.revenue.cost.total import Costs, Days, sums_of, total
from crmbridge.store import costs
from crmbridge.store.table import Tx

FILE, VENDOR = "file", "vendor"


def costs_of(tx: Tx, exchange: Exchange, period: Days, channels: Collection[str] = ()) -> Costs:
    """Return what marketing cost in a period, in the company's currency; see `Costs`.

    Costs are known by month: a month counts whole if it begins in the period, and else not at
    all. `channels` are names (such as the sources of a report) for which an imported name may
    stand that is no campaign's.
    """
    return total(_lines(tx, channels), exchange, period)


def _lines(tx: Tx, channels: Collection[str] = ()) -> Lines:
    given = [
        Given(month=row.month, campaign=row.campaign, cost=Money(row.minor, row.currency))
        for row in costs.imported(tx)
    ]
    return lines_of(given, costs.campaigns(tx), channels)


def listed(tx: Tx) -> dict[str, Any]:
    """Return all costs by month as JSON's types, each in its own currency.

    `months` are in order, with `month`, `costs` and `sums`; `undated` are campaigns whose vendor
    tells a cost and no first day. A cost has `campaign` (its record, or the name as given), `name`,
    `channel`, `amount` (text, in major units), `currency`, `from` (`file` or `vendor`) and
    `matches` (how many campaigns may be meant). Sums are amounts by currency, never added up.
    """
    found = _lines(tx)
    months: dict[str, list[Line]] = {}
    for one in found.lines:
        months.setdefault(one.month, []).append(one)
    undated = months.pop("", [])
    return {
        "months": [
            {
                "month": month,
                "costs": [_cost(one, found) for one in some],
                "sums": amounts(one.cost for one in some),
            }
            for month, some in months.items()
        ],
        "undated": [_cost(one, found) for one in undated],
        "unmatched": sorted(found.unmatched),
        "ambiguous": {name: list(refs) for name, refs in sorted(found.ambiguous.items())},
        "sums": amounts(one.cost for one in found.lines if one.month),
    }


def amounts(some: Any) -> dict[str, str]:
    """Sums of money by currency, as text in major units."""
    return {one.currency: str(one.amount) for one in sums_of(some)}


def _cost(one: Line, found: Lines) -> dict[str, Any]:
    several = found.ambiguous.get(one.campaign)
    return {
        "campaign": one.campaign,
        "name": one.name,
        "channel": one.channel,
        "amount": str(one.cost.amount),
        "currency": one.cost.currency,
        "from": FILE if one.given else VENDOR,
        "matches": len(several) if several else int(one.campaign not in found.unmatched),
    }
