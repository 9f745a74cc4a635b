"""Deals that sales made by itself: with people of whom marketing knows little or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from crmbridge.testing.demo.cast import LOSSES, PLAYERS
from crmbridge.testing.demo.diary import START, Diary, Part
from crmbridge.testing.demo.visitors import Visitors
from crmbridge.testing.people import Person, people
from crmbridge.testing.screens import Client, SalesScreens

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

    sales: SalesScreens
    diary: Diary
    seed: int

    def prepare(self, visitors: Visitors) -> None:
        """Enter the people on both sides, and plan their deals over the days.

        Every second one once filled in a form; of the others marketing has a record alone.
        """
        crowd = buyers(self.seed)
        visitors.seed(crowd[::2])
        visitors.know(crowd[1::2])
        users = self.sales.users()
        owners = [users[one.email] for one in PLAYERS[:3]]
        contacts = self.sales.enter_clients(
            [
                Client(
                    person=one,
                    owner=owners[place % 3],
                    at=START - timedelta(days=20 + place),
                )
                for place, one in enumerate(crowd)
            ]
        )
        self._plan(crowd, owners, contacts)

    def _plan(self, crowd: list[Person], owners: list[str], contacts: Mapping[str, str]) -> None:
        room = self.diary.days - _FIRST - _LASTS - 2
        for place, one in enumerate(crowd):
            day = _FIRST + room * place // len(crowd)
            self._deal(day, place, one, contacts[one.email], owners[place % 3])

    def _deal(self, day: int, place: int, person: Person, contact: str, owner: str) -> None:
        chance = Random(f"own {self.seed} {person.email}")  # noqa: S311  # repeatable on purpose
        source = _SOURCES[place % 3]
        name = f"{person.employer.name}, by {source.lower()}"
        amount = 500 * chance.randint(20, 90)
        lasts = chance.randint(4, _LASTS)
        loss = "" if place % _LOST else chance.choice(list(LOSSES))

        def begin() -> None:
            named = {"name": name, "owner": owner, "source": source}
            ident = self.sales.open_deal(contact, amount, **named)
            end = self.diary.before_end(self.diary.today + lasts)
            self.diary.plan(end, lambda: self.sales.close(ident, loss), Part.DESK)

        self.diary.plan(day, begin, Part.DESK)
