"""The script: who lives which story, and what happens on each day of the demo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from crmbridge.testing.demo.cast import PLAYERS
from crmbridge.testing.demo.desks import Desks, Turn
from crmbridge.testing.demo.diary import START, Diary
from crmbridge.testing.demo.people import Person, people
from crmbridge.testing.demo.visitors import Visitors
from crmbridge.testing.emulator import iso
from crmbridge.testing.sandbox import Sandbox

PEOPLE = 320
LEAST_DAYS = 40
"""A shorter play leaves no time for a lead to come back by nurture, whose cool-off is 30 days."""
_FAIR = 9
"""The day after a trade fair: more people ask at once than the reps can take."""

Wait = Callable[[datetime], None]
Progress = Callable[[int, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stars:
    """The people whose stories are told in full."""

    nurtured: Person
    """Given back, nurtured, ready again by itself, and won."""
    overlooked: Person
    """Left lying by one rep, taken by the next, and won."""
    lost: Person
    """A deal that was lost, and a second try."""


class Script:
    """The whole play against a running pair of emulators."""

    def __init__(self, box: Sandbox, days: int, seed: int) -> None:
        self.box = box
        self.days = days
        self.diary = Diary(days)
        self.visitors = Visitors(box.marketing, self.diary, seed)
        self.chance = Random(f"script {seed}")  # noqa: S311  # repeatable on purpose
        crowd = people(seed, PEOPLE)
        self._crowd = iter(crowd)
        self.stars = Stars(nurtured=self._next(), overlooked=self._next(), lost=self._next())
        self.stories: dict[str, list[Turn]] = {}
        self.desks = Desks(box.sales, self.diary, seed, self.stories)
        self.campaign = ""
        self.opted_out: list[Person] = []
        self.merged: list[tuple[Person, Person]] = []

    def _next(self) -> Person:
        return next(self._crowd)

    def prepare(self) -> None:
        """Fill both systems as they were on the evening before the first day."""
        self.box.sales.seed(Campaign=[{"Name": "Webinar: inline control in practice"}])
        self.campaign = self.box.sales.state("Campaign")[0]["Id"]
        self._tell_stars()
        self._tell_certain()
        rest = list(self._crowd)
        known = rest[: len(rest) * 40 // 100]
        twins = [other for _, other in self.merged]
        self.visitors.seed([*known, *(one for one, _ in self.merged), *twins])
        self._sales_own(known[:6])
        latest = self.days * 8 // 10
        for one in rest:
            self.visitors.live(one, latest)
        for one in self.chance.sample(rest, 6):
            self.visitors.opt_out(self.chance.randint(5, self.days - 5), one)
            self.opted_out.append(one)

    def _tell_stars(self) -> None:
        see, star = self.visitors.visit, self.stars
        see(0, star.nurtured, "/vbook/inline-control")
        see(1, star.nurtured, "/demo")
        self.diary.plan(9, lambda: self._webinar(star.nurtured))
        see(17, star.nurtured, "/case-study/dairy")
        see(29, star.nurtured, "/pricing")
        self.stories[star.nurtured.email] = [
            Turn(course="reject", reason="Needs nurture"),
            Turn(course="win", amount=38500, days=self._lasting(24)),
        ]
        see(0, star.overlooked, "/case-study/pharma")
        see(1, star.overlooked, "/contact")
        self.stories[star.overlooked.email] = [
            Turn(course="ignore"),
            Turn(course="win", amount=21900, days=self._lasting(26)),
        ]
        see(0, star.lost, "/demo")
        self.stories[star.lost.email] = [Turn(course="lose", reason="Bad timing", days=7)]
        see(20, star.lost, "/pricing")
        see(24, star.lost, "/demo/again")

    def _lasting(self, days: int) -> int:
        """The length of a story's deal; a short demo has no time for a long one."""
        return min(days, max(2, self.days // 4))

    def _tell_certain(self) -> None:
        """Whatever chance brings, each course is taken once, and somebody waits for a free rep."""
        for day, course in enumerate(("silent", "give_back", "idle", "win", "ignore")):
            one = self._next()
            self.stories[one.email] = [Turn(course=course, days=9 if course == "win" else 0)]
            self.visitors.visit(day, one, "/demo")
        for _ in range(30):
            self.visitors.visit(_FAIR, self._next(), "/demo/fair")
        sales_told = self._next()
        self.stories[sales_told.email] = [Turn(course="idle")]
        self.visitors.visit(3, sales_told, "/contact")
        self.diary.plan(6, lambda: self._told_sales(sales_told))
        self.opted_out.append(sales_told)
        for day in (6, 16):
            pair = self._next(), self._next()
            self.merged.append(pair)
            self.visitors.merge(day, *pair)

    def _sales_own(self, known: list[Person]) -> None:
        """Some people are in the CRM already, entered by sales."""
        users = {one["Email"]: one["Id"] for one in self.box.sales.state("User")}
        owners = [users[one.email] for one in PLAYERS[:3]]
        self.box.sales.seed(
            Lead=[
                {
                    "FirstName": one.first,
                    "LastName": one.last,
                    "Company": one.employer.name,
                    "Email": one.email,
                    "Status": "Open - Not Contacted",
                    "OwnerId": owners[place % 3],
                    "CreatedDate": iso(START - timedelta(days=1 + place % 3)),
                }
                for place, one in enumerate(known)
            ]
        )

    def _lead_of(self, person: Person) -> str:
        """The Salesforce lead of somebody who was handed over; empty while there is none."""
        rows = self.box.sales.state("Lead")
        mine = (one["Id"] for one in rows if one.get("Email") == person.email)
        return next((str(one) for one in mine), "")

    def _webinar(self, person: Person) -> None:
        if lead := self._lead_of(person):
            self.box.sales.act("add_to_campaign", campaign=self.campaign, lead=lead)

    def _told_sales(self, person: Person) -> None:
        """Somebody tells their rep that they want no more e-mail."""
        if lead := self._lead_of(person):
            fields = {"HasOptedOutOfEmail": True}
            self.box.sales.act("edit", object="Lead", id=lead, fields=fields)

    def play(self, wait: Wait, progress: Progress) -> None:
        """Play all days; after each, `wait` returns once the daemon has seen everything of it."""
        for day in self._days():
            self.diary.today = day
            self.box.set_time(START + timedelta(days=day, hours=1))
            self.desks.look()
            for deed in self.diary.due(day):
                self.box.advance(timedelta(minutes=3))
                deed()
            self.box.advance(timedelta(minutes=10))
            now = datetime.fromisoformat(self.box.marketing.clock()["now"])
            wait(now)
            progress(day, now)

    def _days(self) -> Iterator[int]:
        return (day for day in range(self.days) if self.diary.works(day))
