"""The campaigns of the demo's company: what they are and cost, and who is in which of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from crmbridge.testing.demo.cast import POOR
from crmbridge.testing.demo.diary import START, Diary
from crmbridge.testing.emulator import Remote
from crmbridge.testing.people import Person

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
    """Three campaigns in Salesforce. Of the fair and the webinars the members are known."""

    remote: Remote
    diary: Diary
    seed: int
    _ids: dict[str, str] = field(default_factory=dict)
    _members: set[tuple[str, str]] = field(default_factory=set)

    def prepare(self, fair: Iterable[Person]) -> None:
        """Enter the campaigns, and plan who comes into which; `fair` are the fair's visitors."""
        last = self.diary.days - 1
        self.remote.seed(
            Campaign=[
                _campaign(FAIR, "Conference", 18500, FAIR_DAY, FAIR_DAY + 2),
                _campaign(WEBINAR, "Webinar", 4800, min(_WEBINAR_DAYS), last),
                # called as HubSpot calls the source, so that its leads have a cost
                _campaign(SEARCH, POOR, 360 * self.diary.days, 0, last),
            ]
        )
        self._ids = {one["Name"]: one["Id"] for one in self.remote.state("Campaign")}
        visitors = frozenset(one.email for one in fair)
        self.diary.plan(FAIR_DAY + _LISTED, lambda: self._were_there(visitors))
        for day in _WEBINAR_DAYS:
            if day < self.diary.days:
                self.diary.plan(day, lambda: self._webinar())

    def join(self, campaign: str, lead: str, *, came: bool = True) -> None:
        """Enter a lead into a campaign, once; who did not come was only invited."""
        if (campaign, lead) in self._members:
            return
        self._members.add((campaign, lead))
        status = "Responded" if came else "Sent"
        self.remote.act("add_to_campaign", campaign=self._ids[campaign], lead=lead, status=status)

    def _were_there(self, visitors: frozenset[str]) -> None:
        """Those of the fair's visitors whom sales has by now."""
        for row in self._open():
            if row["Email"].lower() in visitors:
                self.join(FAIR, row["Id"])

    def _webinar(self) -> None:
        """Of the leads that sales has or gave back one in three is invited, and half of them come.

        Those who come have answered: only that is a touch.
        """
        for row in self._open():
            chance = Random(f"webinar {self.seed} {row['Email']} {self.diary.today}")  # noqa: S311  # repeatable on purpose
            if not chance.randrange(3):
                self.join(WEBINAR, row["Id"], came=bool(chance.randrange(2)))

    def _open(self) -> list[dict[str, Any]]:
        """The leads that are no contacts yet, and may be written to, by address."""
        rows = (
            one
            for one in self.remote.state("Lead")
            if one.get("Email")
            and not (one.get("IsConverted") or one.get("IsDeleted"))
            and not one.get("HasOptedOutOfEmail")
        )
        return sorted(rows, key=lambda one: str(one["Email"]))


def _campaign(name: str, channel: str, cost: int, first: int, last: int) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": channel,
        "Status": "In Progress",
        "ActualCost": cost,
        "StartDate": (START + timedelta(days=first)).date().isoformat(),
        "EndDate": (START + timedelta(days=last)).date().isoformat(),
    }
