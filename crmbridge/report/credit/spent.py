"""What the leads of each source and campaign cost, and what a table says of costs it has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmbridge.model.money import Money
from crmbridge.model.spelled import plain
from crmbridge.policy.revenue.cost.names import folded
from crmbridge.policy.revenue.cost.total import Costs
from crmbridge.report.frame.words import money
from crmbridge.report.text import many

NAMED = 3
"""Campaigns that a note names; of more it says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent by what leads are told apart by, all of it, and what is to be said of it.

    `feeds` has by campaign the source that its channel names, as reports show sources; `None` for
    a table that is not of campaigns. `beside` is said below the table of money, `notes` at the end.
    """

    by: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    feeds: Mapping[str, str] | None = None
    beside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NOT_ASKED = Spent(
    notes=("Costs are those of all leads: they are left out where one team or source is chosen.",),
)


def of_sources(costs: Costs, sources: Iterable[str]) -> Spent:
    """Return what each of these sources cost: its channels', however these are spelled."""
    known = _spelled(sources)
    by: dict[str, int] = {}
    for channel, cost in costs.by_channel.items():
        if name := known.get(_key(channel)):
            by[name] = by.get(name, 0) + cost.minor
    apart = [one for one in costs.by_campaign if _key(costs.channels[one]) not in known]
    return Spent(
        by=by, total=costs.total.minor, notes=(*_nowhere(costs, apart), *_uncertain(costs))
    )


def of_campaigns(costs: Costs, touched: Iterable[str], sources: Iterable[str]) -> Spent:
    """Return what each campaign cost; `touched` are those that a lead of the table touched.

    What a campaign of nobody costs is said to stand at the source that it feeds.
    """
    known, seen = _spelled(sources), set(touched)
    feeds = {
        one: plain(known[key])
        for one, channel in costs.channels.items()
        if (key := _key(channel)) in known
    }
    return Spent(
        by={name: one.minor for name, one in costs.by_campaign.items()},
        total=costs.total.minor,
        feeds=feeds,
        beside=tuple(_of_nobody(costs, feeds, seen)),
        notes=tuple(_uncertain(costs)),
    )


def _key(channel: str) -> str:
    """A channel or a source without what people see no difference in: `PAID_SEARCH` is one more."""
    return folded(channel.replace("_", " "))


def _spelled(sources: Iterable[str]) -> dict[str, str]:
    return {_key(name): name for name in sorted(sources, reverse=True) if name}


def _nowhere(costs: Costs, apart: Sequence[str]) -> Iterator[str]:
    """What was spent on campaigns whose channel is none of the sources."""
    some = _dearest(costs, apart)
    if not some:
        return
    elsewhere = sum(costs.by_campaign[one].minor for one in some)
    whole = money(Money(elsewhere, costs.total.currency))
    names = [
        f"{costs.names.get(one) or one} ({money(costs.by_campaign[one])}, {_channel(costs, one)})"
        for one in some
    ]
    yield (
        f"Costs that no line above has: {whole}, of {_few(names)}. A campaign's cost stands at "
        "the source that its channel names; these name none of the sources above."
    )


def _channel(costs: Costs, campaign: str) -> str:
    channel = costs.channels[campaign]
    return f"channel {plain(channel)}" if channel else "no channel"


def _of_nobody(costs: Costs, feeds: Mapping[str, str], touched: set[str]) -> Iterator[str]:
    """Of campaigns that cost and brought nobody: where else their cost is, or that it is not."""
    some = _dearest(costs, [one for one in costs.by_campaign if one not in touched])
    fed = [one for one in some if one in feeds]
    for one in fed[:NAMED]:
        yield (
            f"{_NOBODY} {costs.names.get(one) or one}, which cost "
            f"{money(costs.by_campaign[one])}: its cost stands at its source, {feeds[one]}."
        )
    if len(fed) > NAMED:
        yield (
            f"{many(len(fed) - NAMED, 'more campaign')} that nobody touched cost money that "
            "stands at the sources that they feed."
        )
    names = [
        f"{costs.names.get(one) or one} ({money(costs.by_campaign[one])})"
        for one in some
        if one not in feeds
    ]
    if names:
        single = len(names) == 1
        whose = "its channel is" if single else "their channels are"
        yield (
            f"{_NOBODY} {_few(names)}, and {whose} no source of these leads: "
            f"what {'it' if single else 'they'} cost stands at no source."
        )


_NOBODY = "No lead that was handed over in these days had touched"


def _dearest(costs: Costs, some: Iterable[str]) -> list[str]:
    """Those that cost anything, the dearest first."""
    paid = [one for one in some if costs.by_campaign[one].minor]
    return sorted(paid, key=lambda one: (-costs.by_campaign[one].minor, one))


def _few(names: Sequence[str]) -> str:
    """Names in a sentence; of many the first ones, and how many more there are."""
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _uncertain(costs: Costs) -> Iterator[str]:
    """What imports and rates leave open."""
    if costs.unmatched:
        yield f"Imported costs whose campaign nobody knows: {', '.join(costs.unmatched)}."
    if costs.ambiguous:
        several = ", ".join(costs.ambiguous)
        yield f"Imported costs that several campaigns may be meant by: {several}."
    if costs.unconverted:
        yield (
            f"{many(len(costs.unconverted), 'campaign')} cost money in a currency without a rate: "
            "that is in no figure."
        )
