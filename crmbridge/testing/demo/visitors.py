"""What made-up people do on the website: read, ask, unsubscribe, and ask again as customers.

Each form sends along by what its visitor came this time, in a hidden field of the company's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from crmbridge.testing.demo.diary import START, Diary, Part
from crmbridge.testing.people import Person
from crmbridge.testing.screens import Entry, MarketingScreens, Visit

SITE = "https://halden.example"
LIGHT = ("/vbook/inline-control", "/vbook/cleaning", "/case-study/dairy", "/case-study/pharma")
ASKS = ("/demo", "/demo", "/contact")
CAME_BY = "came_by"
"""The hidden field of the form; the first visit came by the person's source."""
_LATER_BY = {"": 5, "EMAIL_MARKETING": 3, "DIRECT_TRAFFIC": 1, "ORGANIC_SEARCH": 1}
"""By what somebody comes again, and how often; empty for the same as at first."""

_KINDS = {"passer": 52, "reader": 22, "asker": 26}


class Visitors:
    """Plans and does the visits. `ids` are those whom marketing knows by now, by address."""

    def __init__(self, marketing: MarketingScreens, diary: Diary, seed: int) -> None:
        self.marketing = marketing
        self.diary = diary
        self.number = seed
        self.chance = Random(f"visitors {seed}")  # noqa: S311  # repeatable on purpose
        self.ids: dict[str, str] = {}

    def seed(self, known: list[Person]) -> None:
        """Put people into marketing who were there before, each with something they once read."""
        at = self.know(known)
        self.marketing.visited([self._past(one, at[one.email]) for one in known])

    def know(self, known: list[Person]) -> dict[str, datetime]:
        """Put people into marketing of whom it knows no more; return since when, by address."""
        at = {one.email: START - timedelta(days=self.chance.randint(12, 75)) for one in known}
        self.marketing.enter([Entry.of(one, at[one.email]) for one in known])
        self.ids.update(self.marketing.ids())
        return at

    def _past(self, person: Person, at: datetime) -> Visit:
        page = SITE + self.chance.choice(LIGHT)
        return Visit(email=person.email, page=page, hidden={CAME_BY: person.source}, at=at)

    def live(self, person: Person, latest: int) -> None:
        """Plan the visits of somebody who has no story of their own; the last by day `latest`."""
        kind = self.chance.choices(list(_KINDS), list(_KINDS.values()))[0]
        day = self.chance.randint(0, latest)
        for page in self._way(kind):
            self.visit(day, person, page)
            day += self.chance.randint(1, 7)

    def _way(self, kind: str) -> list[str]:
        light = self.chance.sample(LIGHT, 2)
        if kind == "passer":
            return light[: self.chance.randint(1, 2)]
        if kind == "reader":
            return [*light, "/webinar/live-demo", "/pricing"]
        return [*light[: self.chance.randint(0, 2)], self.chance.choice(ASKS)]

    def visit(self, day: int, person: Person, page: str, part: Part = Part.MORNING) -> None:
        """Plan one visit."""
        self.diary.plan(day, lambda: self.submit(person, page), part)

    def submit(self, person: Person, page: str) -> None:
        """Send the form of a page; who is new becomes a contact."""
        told = person.words() if person.email not in self.ids else {}
        by = person.source if told else self._by(person, page)
        self.ids[person.email] = self.marketing.visit(
            Visit(email=person.email, page=SITE + page, words=told, hidden={CAME_BY: by})
        )

    def _by(self, person: Person, page: str) -> str:
        chance = Random(f"by {self.number} {person.email} {page}")  # noqa: S311  # repeatable on purpose
        return chance.choices(list(_LATER_BY), list(_LATER_BY.values()))[0] or person.source

    def opt_out(self, day: int, person: Person) -> None:
        """Plan that somebody unsubscribes from everything, if marketing knows them by then."""

        def deed() -> None:
            if person.email in self.ids:
                self.marketing.opt_out(person.email)

        self.diary.plan(day, deed)

    def merge(self, day: int, person: Person, other: Person) -> None:
        """Plan that marketing joins two contacts which are one human being."""

        def deed() -> None:
            ids = self.ids
            made = self.marketing.merge(ids[person.email], ids[other.email])
            ids[person.email] = ids[other.email] = made

        self.diary.plan(day, deed)


_SOON, _LATER = 14, 40
"""Days from a won deal to the day on which a customer asks again."""


@dataclass(frozen=True, slots=True)
class Buyers:
    """Of those who buy, one in three asks again some weeks later; `crowd` is all, by address."""

    visitors: Visitors
    diary: Diary
    seed: int
    crowd: Mapping[str, Person]

    def bought(self, email: str) -> None:
        """Somebody has bought; of whom nobody in the crowd is, nothing follows."""
        chance = Random(f"buyers {self.seed} {email}")  # noqa: S311  # repeatable on purpose
        if (person := self.crowd.get(email)) is not None and not chance.randrange(3):
            day = self.diary.today + chance.randint(_SOON, _LATER)
            self.visitors.visit(day, person, "/demo/second-line")
