"""The script: who lives which story, and what happens on each day of the demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from crmbridge.testing.demo.campaigns import FAIR_DAY, WEBINAR, Campaigns
from crmbridge.testing.demo.cast import PLAYERS, POOR, SOUND
from crmbridge.testing.demo.desks import Desks, Turn
from crmbridge.testing.demo.diary import START, Diary, Part
from crmbridge.testing.demo.own_deals import OwnDeals
from crmbridge.testing.demo.visitors import Buyers, Visitors
from crmbridge.testing.people import Person, people
from crmbridge.testing.sandbox import Sandbox
from crmbridge.testing.screens import Entry

PEOPLE = 320
LEAST_DAYS = 40
"""A shorter play leaves no time for a lead to come back by nurture, whose cool-off is 30 days."""
_FAIR, _KEEN, _OTHERS = FAIR_DAY + 1, 16, 14
"""The day after a trade fair: more people ask at once than the callers can take in a day, among
them more of just the people that the agreement wants than the callers are given in a day."""
_LATE = (2, 11, 24)
"""Evenings on which somebody asks after the reps have gone home."""

GOES_ON = Turn(course="qualify", days=1)
"""What a caller makes of a lead of a story: it goes on to a rep on the day of the call."""

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
    """A deal that was lost, and a second try, for which they ask before their rest is over."""
    customer: Person
    """Bought, asks again some weeks later, and buys again."""


class Script:
    """The whole play against a running pair of emulators."""

    def __init__(self, box: Sandbox, days: int, seed: int) -> None:
        self.box = box
        self.days = days
        self.diary = Diary(days)
        self.visitors = Visitors(box.at_marketing, self.diary, seed)
        self.chance = Random(f"script {seed}")  # noqa: S311  # repeatable on purpose
        crowd = people(seed, PEOPLE)
        self._crowd = iter(crowd)
        self.stars = Stars(
            nurtured=self._keen(),
            overlooked=self._keen(),
            lost=self._keen(),
            customer=self._keen(),
        )
        self.stories: dict[str, list[Turn]] = {}
        self.buyers = Buyers(self.visitors, self.diary, seed, {one.email: one for one in crowd})
        self.desks = Desks(
            box.at_sales,
            self.diary,
            seed,
            self.stories,
            self.buyers.bought,
            frozenset(one.email for one in crowd if one.source == POOR),
        )
        self.campaigns = Campaigns(box.at_sales, self.diary, seed)
        self.own_deals = OwnDeals(box.at_sales, self.diary, seed)
        self.fair: list[Person] = []
        self.opted_out: list[Person] = []
        self.merged: list[tuple[Person, Person]] = []

    def _next(self) -> Person:
        return next(self._crowd)

    def _keen(self) -> Person:
        """The next of the crowd as the agreement wants them: the role, the size, the industry.

        No source that seldom fits brought them. With an employer of their own, so that no
        colleague's deal comes into their story.
        """
        one = self._next()
        name = f"{one.last} {one.employer.name.split()[-1]}"
        domain = f"{name.replace(' ', '-')}.example".lower()
        home = replace(
            one.employer, name=name, domain=domain, employees=900, industry="PHARMACEUTICALS"
        )
        email = f"{one.first}.{one.last}@{domain}".lower()
        source = SOUND if one.source == POOR else one.source
        return replace(one, title="Head of Quality", email=email, source=source, employer=home)

    def prepare(self) -> None:
        """Fill both systems as they were on the evening before the first day."""
        self._tell_stars()
        self._tell_certain()
        self.campaigns.prepare(self.fair)
        rest = list(self._crowd)
        known = rest[: len(rest) * 40 // 100]
        twins = [other for _, other in self.merged]
        self.visitors.seed([*known, *(one for one, _ in self.merged), *twins])
        self._sales_own(known[:6])
        self.own_deals.prepare(self.visitors)
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
            GOES_ON,
            Turn(course="win", amount=38500, days=self._lasting(24)),
        ]
        see(0, star.overlooked, "/case-study/pharma")
        see(1, star.overlooked, "/contact")
        self.stories[star.overlooked.email] = [
            GOES_ON,
            Turn(course="ignore"),
            GOES_ON,
            Turn(course="win", amount=21900, days=self._lasting(26)),
        ]
        see(0, star.lost, "/demo")
        self.stories[star.lost.email] = [
            GOES_ON,
            Turn(course="lose", reason="Bad timing", days=7),
            Turn(course="win"),
        ]
        see(37, star.nurtured, "/spec/integration")
        see(20, star.lost, "/pricing")
        see(24, star.lost, "/demo/again")
        see(0, star.customer, "/contact")
        self.stories[star.customer.email] = [
            GOES_ON,
            Turn(course="win", days=9),
            Turn(course="win"),
        ]
        see(25, star.customer, "/demo/second-line")

    def _lasting(self, days: int) -> int:
        """The length of a story's deal; a short demo has no time for a long one."""
        return min(days, max(2, self.days // 4))

    def _tell_certain(self) -> None:
        """Whatever chance brings, each course is taken once, and somebody waits for a free rep."""
        won = Turn(course="win", days=9)
        missed = Turn(course="reject", reason="Not the decision maker")
        for day, turns in enumerate(
            (
                [Turn(course="silent")],
                [GOES_ON, Turn(course="give_back")],
                [GOES_ON, Turn(course="idle")],
                [GOES_ON, won],
                [Turn(course="ignore")],
                [GOES_ON, missed, GOES_ON, won],
            )
        ):
            one = self._next()
            self.stories[one.email] = turns
            self.visitors.visit(day, one, "/demo")
        self.fair += [self._keen() for _ in range(_KEEN)]
        self.fair += [self._next() for _ in range(_OTHERS)]
        for one in self.fair:
            self.visitors.visit(_FAIR, one, "/demo/fair")
        for day in _LATE:
            one = self._keen()
            self.stories[one.email] = [GOES_ON, won]
            self.visitors.visit(day, one, "/contact", Part.EVENING)
        sales_told = self._keen()  # whatever the bar, they are with sales by then
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
        users = self.box.at_sales.users()
        owners = [users[one.email] for one in PLAYERS[:3]]
        said = ("first_name", "last_name", "account", "email")
        self.box.at_sales.enter(
            [
                Entry(
                    words={word: one.words()[word] for word in said},
                    owner=owners[place % 3],
                    at=START - timedelta(days=1 + place % 3),
                )
                for place, one in enumerate(known)
            ]
        )

    def _lead_of(self, person: Person) -> str:
        """Sales' lead of somebody who was handed over; empty while there is none."""
        leads = self.box.at_sales.leads()
        return next((one.id for one in leads if one.words.get("email") == person.email), "")

    def _webinar(self, person: Person) -> None:
        if lead := self._lead_of(person):
            self.campaigns.join(WEBINAR, lead)

    def _told_sales(self, person: Person) -> None:
        """Somebody tells their rep that they want no more e-mail."""
        if lead := self._lead_of(person):
            self.box.at_sales.opt_out(lead)

    def play(self, wait: Wait, progress: Progress) -> None:
        """Play all days; after each part, `wait` returns once the daemon has seen all of it."""
        for day in filter(self.diary.works, range(self.days)):
            self.diary.today = day
            self.box.set_time(START + timedelta(days=day))
            self._part(Part.MORNING, wait)
            self.box.advance(timedelta(minutes=20))
            self.desks.look()
            now = self._part(Part.DESK, wait)
            if self.diary.planned(day, Part.EVENING):
                self.box.set_time(START + timedelta(days=day, hours=10))
                now = self._part(Part.EVENING, wait)
            progress(day, now)

    def _part(self, part: Part, wait: Wait) -> datetime:
        """Do what is planned for a part of the day, a deed every two minutes."""
        for deed in self.diary.due(self.diary.today, part):
            self.box.advance(timedelta(minutes=2))
            deed()
        self.box.advance(timedelta(minutes=2))
        now = datetime.fromisoformat(self.box.marketing.clock()["now"])
        wait(now)
        return now
