"""The play: day by day marketing's contacts come in, and salespeople do what they really did.

Contacts come before the day's work, crmbridge looks when it begins, and again while leads wait.
Who is given a lead calls and accepts it half an hour later.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from crmbridge.company import Company, build
from crmbridge.flows.operate.turn import Turn, arm, turn
from crmbridge.model.event import said
from crmbridge.model.payload import WriteDone
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger, events, leads
from crmbridge.testing.funnel.data import ZONE, Funnel, Mql
from crmbridge.testing.funnel.files import COMPANY, files
from crmbridge.testing.funnel.presence import works
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import Sandbox, sandbox
from crmbridge.testing.screens import Entry, Visit

WEEK = timedelta(days=7)
AFTER = timedelta(days=25)
"""So long after the last lead the last idle one is back.

From then on crmbridge looks once a week; winners are called as often.
"""
ADDRESS = "https://olist.example/demo"
"""Folder of the landing pages, of which the data has ids and no addresses.

Who fills one in wants to be called about selling with Olist: what acme's agreement calls a
request for a demonstration.
"""
ARRIVAL = time(8)
LOOKS = (time(9), time(10, 30), time(14))
"""When crmbridge looks: as work begins, and later in the day only while somebody waits."""
CALL = time(12)
ANSWER = timedelta(minutes=30)

Progress = Callable[[date, int, int], None]
"""Told after each day: the day, leads so far, leads in all."""


@dataclass(slots=True, kw_only=True)
class Played:
    """A funnel that was played: its company, its emulators, and what was counted on the way."""

    funnel: Funnel
    company: Company
    box: Sandbox
    turns: int = 0
    sales_ids: dict[str, str] = field(default_factory=dict)
    """E-mail address -> the lead's id at the sales vendor."""
    fresh: list[str] = field(default_factory=list)
    """Addresses of leads that were handed over and not answered yet."""
    seq: int = 0

    def turn(self) -> Turn:
        """Let crmbridge make one turn; a turn that failed ends the play."""
        made = turn(self.company, sleep=lambda _seconds: None)
        self.turns += 1
        for error in made.errors.values():
            raise error
        self._learn()
        return made

    @property
    def anybody_waits(self) -> bool:
        """Whether leads are in the waiting line."""
        with self.company.ledger.read() as tx:
            return bool(leads.waiting(tx))

    def _learn(self) -> None:
        """Note the ids of the leads that were handed over, as a salesperson sees them."""
        name = self.box.at_sales.setup.lead.field_of("email")
        with self.company.ledger.read() as tx:
            while new := events.since(tx, self.seq, 5000):
                for told in said(new, WriteDone):
                    if told.action == "handoff":
                        address = str(told.values.get(name))
                        self.sales_ids.setdefault(address, told.ref.id)
                        self.fresh.append(address)
                self.seq = new[-1].seq


def _quiet(day: date, done: int, total: int) -> None:
    pass


@contextmanager
def play_funnel(
    funnel: Funnel, ledger: Path, *, pair: Pair | None = None, progress: Progress = _quiet
) -> Iterator[Played]:
    """Play a funnel against both emulators; yields when the last lead came to rest.

    `ledger` is the file to make, `pair` the connectors, by default those of the worked
    example. The emulators and the company live inside the block.
    """
    made = files(funnel, pair)
    first = min(
        _local(funnel.leads[0].day, time()),
        *(one.won_at - timedelta(days=1) for one in funnel.winners if one.won_at),
    )
    with ExitStack() as stack:
        box = stack.enter_context(sandbox(made.mapping, made.teams, at=first))
        environ = box.environment(COMPANY)
        company = build(
            made,
            Ledger.open(f"sqlite:///{ledger}", COMPANY),
            WorldClock(box.clock),
            lambda side: credentials(COMPANY, side, environ=environ),
        )
        stack.callback(company.close)
        played = Played(funnel=funnel, company=company, box=box)
        company.must_be_agreed()
        played.turn()
        arm(company)
        _Days(played).play(_day_of(first), progress)
        yield played


Deed = tuple[datetime, str, Mql]


class _Days:
    """What people do on each day, worked out beforehand from the data alone."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._new: dict[date, list[Mql]] = defaultdict(list)
        self._deeds: dict[date, list[Deed]] = defaultdict(list)
        self._by_email = {lead.email: lead for lead in played.funnel.leads}
        for lead in played.funnel.leads:
            self._new[lead.day].append(lead)
            if lead.won_at:
                self._plan(lead, lead.won_at)
        self._rest = max(self._new) + AFTER

    def _plan(self, lead: Mql, won_at: datetime) -> None:
        self._deeds[_day_of(won_at)].append((won_at, "win", lead))
        day = lead.day + WEEK
        while (at := _local(day, CALL)) < won_at:
            self._deeds[day].append((at, "call", lead))
            day += WEEK

    def play(self, first: date, progress: Progress) -> None:
        """Play all days, then until the last idle lead is back."""
        last = max(self._new.keys() | self._deeds.keys())
        done, day = 0, first
        while day <= last:
            self._day(day)
            done += len(self._new[day])
            progress(day, done, len(self._played.funnel.leads))
            day += timedelta(days=1)
        self._played.box.set_time(_local(last, time()) + AFTER)
        self._played.turn()

    def _day(self, day: date) -> None:
        if self._new[day]:
            self._arrive(day, _local(day, ARRIVAL))
        deeds = deque(sorted(self._deeds[day], key=lambda one: (one[0], one[2].id)))
        for at in self._looks(day):
            self._do(deeds, at)
            if at.astimezone(ZONE).time() == LOOKS[0] or self._played.anybody_waits:
                self._played.box.set_time(at)
                self._played.turn()
                self._do(deeds, at + ANSWER)
                self._answer(at + ANSWER)
        self._do(deeds, _local(day + timedelta(days=1), time()))

    def _looks(self, day: date) -> list[datetime]:
        """When crmbridge looks at most: later on only where people work then."""
        if day > self._rest and day.weekday():
            return []
        first, *later = (_local(day, hour) for hour in LOOKS)
        calendars = self._played.company.teams.calendars.values()
        return [first, *(at for at in later if any(works(one, at) for one in calendars))]

    def _arrive(self, day: date, at: datetime) -> None:
        self._played.box.set_time(at)
        new, marketing = self._new[day], self._played.box.at_marketing
        marketing.enter([Entry(words=_words(lead), at=at) for lead in new])
        marketing.visited(
            [Visit(email=one.email, page=f"{ADDRESS}/{one.page}", at=at) for one in new]
        )

    def _answer(self, at: datetime) -> None:
        """Reps answer what they were given."""
        played = self._played
        played.box.set_time(at)
        for address in played.fresh:
            self._accept(address)
        played.fresh.clear()

    def _accept(self, address: str) -> None:
        """The rep calls and accepts; a winner goes to the one who will win it."""
        lead, ident = self._by_email[address], self._played.sales_ids[address]
        sales = self._played.box.at_sales
        if lead.rep:
            sales.reassign(ident, f"{lead.rep}@olist.example")
        sales.call(ident)
        sales.take(ident)

    def _do(self, deeds: deque[Deed], until: datetime) -> None:
        """Do what people do before an instant."""
        while deeds and deeds[0][0] < until:
            at, what, lead = deeds.popleft()
            self._played.box.set_time(at)
            ident = self._played.sales_ids.get(lead.email) or self._begin(lead)
            if what == "call":
                self._played.box.at_sales.call(ident)
            else:
                self._win(lead, ident)

    def _begin(self, lead: Mql) -> str:
        """Sales knew this one before marketing did."""
        sales, name = self._played.box.at_sales, lead.id[:8]
        owner = sales.users()[f"{lead.rep}@olist.example"]
        made = sales.create({"last_name": name, "account": name, "email": lead.email}, owner)
        self._played.sales_ids[lead.email] = made
        return made

    def _win(self, lead: Mql, ident: str) -> None:
        sales = self._played.box.at_sales
        sales.close(sales.deal_of(ident, float(lead.amount)))


def _words(lead: Mql) -> dict[str, str]:
    return {"email": lead.email, "last_name": lead.id[:8], "source": lead.origin}


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def _day_of(at: datetime) -> date:
    return at.astimezone(ZONE).date()
