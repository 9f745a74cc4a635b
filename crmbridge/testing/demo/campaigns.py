"""The campaigns of the demo's company: what they are and cost, and who is in which of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from crmbridge.testing.demo.cast import POOR
from crmbridge.testing.demo.diary import START, Diary
from crmbridge.testing.people import Person
from crmbridge.testing.screens import Campaign, Feature, SalesScreens, Seen

FAIR_DAY = 8
"""The day of the trade fair, a Tuesday."""
_WEBINAR_DAYS = (9, 23, 51, 79)
"""Days of the webinars after the fair; one that comes after the end of a short demo is not held."""
_LISTED = 4
"""Days from the fair to the day on which its visitors are entered."""
FAIR, WEBINAR, SEARCH = (
    "Trade fair: Process Days",
    "Webinar: inline control in practice",
    "Search ads: measuring in the line",
)


@dataclass(slots=True)
class Campaigns:
    """Three campaigns, where sales has any; those of the fair and the webinars have members."""

    sales: SalesScreens
    diary: Diary
    seed: int
    _members: set[tuple[str, str]] = field(default_factory=set)

    def prepare(self, fair: Iterable[Person]) -> None:
        """Enter the campaigns, and plan who comes into which; `fair` are the fair's visitors."""
        if Feature.CAMPAIGNS in self.sales.lacks:
            return
        last = self.diary.days - 1
        self.sales.begin(
            [
                _campaign(FAIR, "Conference", 18500, FAIR_DAY, FAIR_DAY + 2),
                _campaign(WEBINAR, "Webinar", 4800, min(_WEBINAR_DAYS), last),
                # called as marketing calls the source, so that its leads have a cost
                _campaign(SEARCH, POOR, 360 * self.diary.days, 0, last),
            ]
        )
        visitors = frozenset(one.email for one in fair)
        self.diary.plan(FAIR_DAY + _LISTED, lambda: self._were_there(visitors))
        for day in _WEBINAR_DAYS:
            if day < self.diary.days:
                self.diary.plan(day, lambda: self._webinar())

    def join(self, campaign: str, lead: str, *, came: bool = True) -> None:
        """Enter a lead into a campaign, once; who did not come was only invited."""
        if (campaign, lead) in self._members or Feature.CAMPAIGNS in self.sales.lacks:
            return
        self._members.add((campaign, lead))
        self.sales.join(campaign, lead, came=came)

    def _were_there(self, visitors: frozenset[str]) -> None:
        """Those of the fair's visitors whom sales has by now."""
        for one in self._open():
            if one.email in visitors:
                self.join(FAIR, one.id)

    def _webinar(self) -> None:
        """Of the leads that sales has or gave back one in three is invited, and half of them come.

        Those who come have answered: only that is a touch.
        """
        for one in self._open():
            address = one.words["email"]
            chance = Random(f"webinar {self.seed} {address} {self.diary.today}")  # noqa: S311  # repeatable on purpose
            if not chance.randrange(3):
                self.join(WEBINAR, one.id, came=bool(chance.randrange(2)))

    def _open(self) -> list[Seen]:
        """The leads that are no contacts yet, and may be written to, by address."""
        some = (
            one for one in self.sales.leads() if one.email and not one.gone and not one.opted_out
        )
        return sorted(some, key=lambda one: str(one.words["email"]))


def _campaign(name: str, channel: str, cost: int, first: int, last: int) -> Campaign:
    return Campaign(
        name=name,
        channel=channel,
        cost=cost,
        first=(START + timedelta(days=first)).date(),
        last=(START + timedelta(days=last)).date(),
    )
