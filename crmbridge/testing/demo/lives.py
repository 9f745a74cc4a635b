"""A lead's life as dated lines in plain words, from the ledger's entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crmbridge.company import Company
from crmbridge.flows.operate.find import find_lead
from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import (
    Accepted,
    Credited,
    DealLost,
    DealWon,
    FirstSeen,
    Handed,
    HandedOn,
    Known,
    Nurtured,
    Opportunity,
    Payload,
    Qualified,
    QueueExpired,
    Ready,
    RecordSeen,
    Rejected,
    Routed,
    Signalled,
    SlaBreached,
    Stale,
    TouchSeen,
    Waits,
)
from crmbridge.model.state import Return
from crmbridge.policy.routing.remedy import REASONS
from crmbridge.store import trail
from crmbridge.store.replay import story
from crmbridge.store.table import Tx
from crmbridge.testing.demo.diary import START
from crmbridge.testing.people import Person
from crmbridge.testing.sandbox import Sandbox
from crmbridge.testing.screens import Feature

_PAGES = {
    "/demo": "asks for a demonstration",
    "/contact": "asks to be called",
    "/pricing": "looks at the prices",
    "/webinar": "registers for a webinar",
    "/case-study": "reads a case study",
    "/vbook": "downloads a handbook",
    "/spec": "reads the specification",
}
Line = tuple[datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A lead and what happened to it, in order of time (the company's zone)."""

    person: Person
    lead: str
    lines: tuple[Line, ...]


def life(company: Company, person: Person, box: Sandbox) -> Life:
    """Tell the life of a person's lead; the ledger is only read.

    `box` has the two systems that it is told of.
    """
    with company.ledger.read() as tx:
        lead = find_lead(company, tx, person.email)
        teller = _Teller(company, tx, person, box)
        found = [
            (event.at.astimezone(company.zone), words)
            for event in story(tx, lead)
            if (words := teller.words(event))
        ]
    return Life(person=person, lead=lead, lines=tuple(sorted(found, key=lambda one: one[0])))


class _Teller:
    """Words for the entries of one lead; entries that only a machine cares for have none."""

    def __init__(self, company: Company, tx: Tx, person: Person, box: Sandbox) -> None:
        self.company = company
        self.tx = tx
        self.person = person
        self.titles = box.titles
        self.tasks = Feature.TASKS not in box.at_sales.lacks
        self.rep = ""
        self.now = START
        self.handed_over = False
        """Whether who has the lead got it from another team of sales."""
        self.rest: datetime | None = None
        """Until when the lead rests."""

    def words(self, event: Event) -> str:
        """One line; empty for what only a machine cares for."""
        self.now = event.at
        told = event.payload
        return self._of_marketing(told) or self._of_sales(told) or self._of_deals(told)

    def _of_marketing(self, told: Payload) -> str:
        match told:
            case Known() | FirstSeen():
                return self.known()
            case TouchSeen():
                return self.touch(told)
            case Nurtured() if told.track:
                return f"hears more from marketing: nurture track '{told.track}', before any rep"
            case Ready():
                return self.ready(told)
            case Waits():
                return f"waits in line: {REASONS[told.reason]}"
            case QueueExpired():
                return "leaves the line: nobody had room for too long"
            case Routed():
                return self.routed(told.back)
        return ""

    def _of_sales(self, told: Payload) -> str:
        match told:
            case SlaBreached():
                return self.overdue(told)
            case Signalled():
                return self.signalled(told)
            case Handed():
                return self.handed(told)
            case RecordSeen():
                return self.passed_on(told)
            case HandedOn():
                return self.handed_on(told)
            case Accepted():
                return f"{self.rep} takes the lead on"
            case Qualified():
                return f"{self.rep} qualifies the lead"
            case Rejected():
                return f"{self.rep} gives the lead back: {plain(told.reason)}"
            case Stale():
                return self.stale(told)
        return ""

    def _of_deals(self, told: Payload) -> str:
        match told:
            case Opportunity():
                return f"becomes a deal{self.worth(told.deal)}"
            case DealWon():
                return f"the deal is WON{self.worth(told.deal)}"
            case DealLost():
                return f"the deal is lost: {plain(told.reason)}"
            case Credited():
                touches = f"first touch {told.first}, last {told.last}"
                return f"{self.titles['marketing']} has the revenue; {touches}"
        return ""

    def known(self) -> str:
        home = self.person.employer
        where = self.titles["marketing"]
        return f"{self.person.title} at {home.name} ({home.employees} people): new in {where}"

    def touch(self, told: TouchSeen) -> str:
        if told.kind == "campaign":
            return f"takes part: {told.asset}"
        said = next((v for k, v in _PAGES.items() if told.asset.startswith(k)), "fills a form")
        return f"{said} ({told.asset})"

    def ready(self, told: Ready) -> str:
        points = str(told.engagement).split(".")[0]
        early = self.rest is not None and self.now < self.rest
        skips = "; they asked, so the rest is over" if early else ""
        return f"is ready for sales: {points} points of engagement{skips}"

    def overdue(self, told: SlaBreached) -> str:
        due = told.due.astimezone(self.company.zone)
        what = "call them" if told.clock == "first_touch" else "take them on or give them back"
        return f"{self.rep} was to {what} by {due:%a %H:%M}: {self.rep} and the manager are told"

    def signalled(self, told: Signalled) -> str:
        who = self.rep if told.to == "rep" else "the team"
        what = "a task and a message" if self.tasks else "a message"
        return f"{who} has {what} at once: what was read, and what to say to it"

    def handed(self, told: Handed) -> str:
        rep = self.company.teams.rep(told.rep or "")
        self.rep = rep.name if rep else "sales"
        self.handed_over = False
        return f"is handed to {self.rep}, in {self.titles['sales']}"

    def handed_on(self, told: HandedOn) -> str:
        """To the next team, or to who had it before."""
        rep = self.company.teams.rep(told.rep)
        self.rep = rep.name if rep else "sales"
        self.handed_over = told.kind != "back"
        if not self.handed_over:
            return f"goes back to {self.rep}, who calls once more"
        team = self.company.teams.team(told.team)
        of = f" of {team.name}" if team else ""
        return f"is handed on to {self.rep}{of}"

    def passed_on(self, told: RecordSeen) -> str:
        """Only a change of the owner among the reps is worth a line."""
        rep = self.company.teams.rep(told.owner or "")
        if not self.rep or rep is None or rep.name == self.rep:
            return ""
        self.rep = rep.name
        return f"is passed on to {self.rep} by the sales manager"

    def stale(self, told: Stale) -> str:
        limits = self.company.agreement.stale
        limits = limits.of_handed_on if self.handed_over else limits
        if told.reason == "stale_untouched":
            return f"is taken back: {self.rep} did nothing for {limits.untouched}"
        return f"is taken back: nothing has happened for {limits.idle_days} days"

    def routed(self, last: Return) -> str:
        if last.klass != "returns":
            return "goes to sales no more" if last.klass == "out" else "waits for better data"
        row = self.company.agreement.recycle.reasons[last.reason]
        if not row.cool_off_days or last.until is None:
            return "goes on at once, to somebody else"
        self.rest = last.until
        until = self.rest.astimezone(self.company.zone)
        return (
            f"goes to nurture, track '{last.track}', and rests until {until:%-d %B} "
            f"(or until they ask themselves); {row.bar} new points are needed"
        )

    def worth(self, ref: Ref | None) -> str:
        deal = trail.get_deals(self.tx, [str(ref)]).get(str(ref))
        if deal is None or deal.amount_minor is None:
            return ""
        money = Money(deal.amount_minor, deal.currency)
        return f": {money.amount:,.0f} {deal.currency}"


def plain(word: str) -> str:
    """A reason's name as people say it."""
    return {"missing_reason": "no reason given"}.get(word, word.replace("_", " "))
