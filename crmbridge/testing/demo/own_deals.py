"""Deals that sales made by itself: with people of whom marketing knows little or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from crmbridge.testing.demo.cast import LOSSES, PLAYERS
from crmbridge.testing.demo.diary import START, Diary, Part
from crmbridge.testing.demo.visitors import Visitors
from crmbridge.testing.emulator import Remote, iso
from crmbridge.testing.people import Person, people

BUYERS = 14
_FIRST, _LASTS = 2, 9
"""The day of the first of these deals, and the longest that one takes."""
_SOURCES = ("Partner Referral", "Phone Inquiry", "Other")
_LOST = 4
"""Of so many deals one is lost."""


def buyers(seed: int) -> list[Person]:
    """Make up the people, who share no employer and no address with the visitors."""
    return [_at_home(one) for one in people(seed + 1_000_000, BUYERS)]


def _at_home(one: Person) -> Person:
    name = f"{one.last} Works"
    domain = f"{one.first}-{one.last}-works.example".lower()
    home = replace(one.employer, name=name, domain=domain)
    return replace(one, email=f"{one.first}.{one.last}@{domain}".lower(), employer=home)


@dataclass(slots=True)
class OwnDeals:
    """Accounts and contacts that reps keep, and the deals that they make with them."""

    remote: Remote
    diary: Diary
    seed: int

    def prepare(self, visitors: Visitors) -> None:
        """Enter the people on both sides, and plan their deals over the days.

        Every second one once filled in a form; of the others marketing has a record alone.
        """
        crowd = buyers(self.seed)
        visitors.seed(crowd[::2])
        visitors.know(crowd[1::2])
        self.remote.seed(
            Account=[{"Name": one.employer.name, "Website": one.employer.domain} for one in crowd]
        )
        accounts = {one["Name"]: one["Id"] for one in self.remote.state("Account")}
        users = {one["Email"]: one["Id"] for one in self.remote.state("User")}
        owners = [users[one.email] for one in PLAYERS[:3]]
        self.remote.seed(
            Contact=[
                {
                    "FirstName": one.first,
                    "LastName": one.last,
                    "Title": one.title,
                    "Email": one.email,
                    "AccountId": accounts[one.employer.name],
                    "OwnerId": owners[place % 3],
                    "CreatedDate": iso(START - timedelta(days=20 + place)),
                }
                for place, one in enumerate(crowd)
            ]
        )
        self._plan(crowd, owners)

    def _plan(self, crowd: list[Person], owners: list[str]) -> None:
        contacts = {one["Email"]: one["Id"] for one in self.remote.state("Contact")}
        room = self.diary.days - _FIRST - _LASTS - 2
        for place, one in enumerate(crowd):
            day = _FIRST + room * place // len(crowd)
            self._deal(day, place, one, contacts[one.email], owners[place % 3])

    def _deal(self, day: int, place: int, person: Person, contact: str, owner: str) -> None:
        chance = Random(f"own {self.seed} {person.email}")  # noqa: S311  # repeatable on purpose
        made: dict[str, Any] = {
            "name": f"{person.employer.name}, by {_SOURCES[place % 3].lower()}",
            "amount": 500 * chance.randint(20, 90),
            "contact": contact,
            "fields": {"OwnerId": owner, "LeadSource": _SOURCES[place % 3]},
        }
        lasts = chance.randint(4, _LASTS)
        loss = {} if place % _LOST else {"Loss_Reason__c": chance.choice(list(LOSSES))}

        def begin() -> None:
            ident = self.remote.act("create_deal", **made)["id"]
            end = self.diary.before_end(self.diary.today + lasts)
            self.diary.plan(end, lambda: self._close(ident, loss), Part.DESK)

        self.diary.plan(day, begin, Part.DESK)

    def _close(self, ident: str, loss: dict[str, str]) -> None:
        self.remote.act("close_deal", id=ident, won=not loss, fields=loss)
