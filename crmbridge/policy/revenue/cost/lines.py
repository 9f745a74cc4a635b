"""What each campaign cost in each month: what was imported, and else what its vendor tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmbridge.model.campaign import Campaign
from crmbridge.model.money import Money
from crmbridge.policy.revenue.cost.months import by_month
from crmbridge.policy.revenue.cost.names import Names, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody imported: a month (`2026-03`), a campaign's name or record, and a cost."""

    month: str
    campaign: str
    cost: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a campaign cost in a month, in the currency in which it was told.

    `campaign` is its record as text, or the name as given where that is not one campaign's.
    `month` is empty where nobody knows it, `channel` (the vendor's word) likewise. `given` says
    that it was imported.
    """

    month: str
    campaign: str
    name: str
    channel: str
    cost: Money
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """All lines by month, then by campaign; those of an unknown month come first.

    `unmatched` are imported names that no campaign has, `ambiguous` those that several have, with
    the records of these. Both count like any other line.
    """

    lines: tuple[Line, ...] = ()
    unmatched: frozenset[str] = frozenset()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def lines_of(
    given: Iterable[Given], campaigns: Iterable[Campaign], channels: Collection[str] = ()
) -> Lines:
    """Put together what was imported and what vendors tell of their campaigns.

    An imported month wins over the vendor's for the same campaign in that month, in whatever
    currency. A deleted campaign costs what was imported of it. A name that no campaign has and a
    channel has (one of `channels`, or of the campaigns) stands for that channel.
    """
    all_ = list(campaigns)
    book = _Book(all_, channels)
    taken = [book.line(one) for one in sorted(given, key=lambda one: (one.month, one.campaign))]
    known = {(one.month, one.campaign) for one in taken}
    for campaign in all_:
        taken += (one for one in _told(campaign) if (one.month, one.campaign) not in known)
    taken.sort(key=lambda one: (one.month, folded(one.name), one.campaign, one.cost.currency))
    return Lines(
        lines=tuple(taken), unmatched=frozenset(book.unmatched), ambiguous=dict(book.ambiguous)
    )


class _Book:
    """What imported names stand for, each name spelled as it was first."""

    def __init__(self, campaigns: Sequence[Campaign], channels: Collection[str]) -> None:
        self._names = Names(campaigns)
        self._channels = {folded(one.channel): one.channel for one in campaigns if one.channel}
        self._channels.update((folded(one), one) for one in channels)
        self._spelled: dict[str, str] = {}
        self.unmatched: set[str] = set()
        self.ambiguous: dict[str, tuple[str, ...]] = {}

    def line(self, one: Given) -> Line:
        """The line of an imported cost."""
        found = self._names.meant(one.campaign)
        if len(found) == 1:
            key, name, channel = str(found[0].ref), found[0].name or one.campaign, found[0].channel
        else:
            key = name = self._spelled.setdefault(folded(one.campaign), one.campaign)
            channel = self._aside(key, found)
        return Line(
            month=one.month, campaign=key, name=name, channel=channel, cost=one.cost, given=True
        )

    def _aside(self, name: str, found: Sequence[Campaign]) -> str:
        """Note a name that is not one campaign's, and return its channel all the same."""
        if not found:
            self.unmatched.add(name)
            return self._channels.get(folded(name), "")
        self.ambiguous[name] = tuple(sorted(str(one.ref) for one in found))
        channels = {one.channel for one in found}
        return channels.pop() if len(channels) == 1 else ""


def _told(campaign: Campaign) -> Iterator[Line]:
    """The lines of what a vendor tells; one without a month where it names no start."""
    if campaign.cost is None or not campaign.live:
        return
    spread = by_month(campaign.cost.minor, campaign.starts, campaign.ends)
    for month, minor in (spread or {"": campaign.cost.minor}).items():
        yield Line(
            month=month,
            campaign=str(campaign.ref),
            name=campaign.name,
            channel=campaign.channel,
            cost=Money(minor, campaign.cost.currency),
            given=False,
        )
