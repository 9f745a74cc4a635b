"""A lead's life as dated lines in plain words, from the ledger's entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.operate.find import find_lead
from crmbridge.model.codec import parse_instant
from crmbridge.model.event import Event
from crmbridge.model.money import Money
from crmbridge.report.routing import REASONS
from crmbridge.store import trail
from crmbridge.store.replay import story
from crmbridge.store.table import Tx
from crmbridge.testing.demo.diary import START
from crmbridge.testing.demo.people import Person

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
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A lead and what happened to it, in order of time (the company's zone)."""

    person: Person
    lead: str
    lines: tuple[Line, ...]


def life(company: Company, person: Person) -> Life:
    """Tell the life of a person's lead; the ledger is only read."""
    with company.ledger.read() as tx:
        lead = find_lead(company, tx, person.email)
        teller = _Teller(company, tx, person)
        found = [
            (event.at.astimezone(company.zone), words)
            for event in story(tx, lead)
            if (words := teller.words(event))
        ]
    return Life(person=person, lead=lead, lines=tuple(sorted(found, key=lambda one: one[0])))


class _Teller:
    """Words for the entries of one lead; entries that only a machine cares for have none."""

    def __init__(self, company: Company, tx: Tx, person: Person) -> None:
        self.company = company
        self.tx = tx
        self.person = person
        self.rep = ""
        self.now = START
        self.rest: datetime | None = None
        """Until when the lead rests."""
        self.talks: dict[str, Callable[[Data], str]] = {
            "known": self.known,
            "touch": self.touch,
            "ready": self.ready,
            "waits": lambda data: f"waits in line: {REASONS[data['reason']]}",
            "queue_expired": lambda _: "leaves the line: nobody had room for too long",
            "sla_breached": self.overdue,
            "signalled": self.signalled,
            "handed": self.handed,
            "sighting": self.passed_on,
            "accepted": lambda _: f"{self.rep} takes the lead on",
            "rejected": self.rejected,
            "stale": self.stale,
            "routed": self.routed,
            "opportunity": lambda data: f"becomes a deal{self.worth(data)}",
            "deal_won": lambda data: f"the deal is WON{self.worth(data)}",
            "deal_lost": lambda data: f"the deal is lost: {plain(data.get('reason', ''))}",
            "credited": self.credited,
        }

    def words(self, event: Event) -> str:
        talk, self.now = self.talks.get(event.type), event.at
        return talk(event.data) if talk else ""

    def known(self, data: Data) -> str:
        home = self.person.employer
        return f"{self.person.title} at {home.name} ({home.employees} people): new in HubSpot"

    def touch(self, data: Data) -> str:
        if data["kind"] == "campaign":
            return f"takes part: {data['asset']}"
        said = next((v for k, v in _PAGES.items() if data["asset"].startswith(k)), "fills a form")
        return f"{said} ({data['asset']})"

    def ready(self, data: Data) -> str:
        points = data["engagement"].split(".")[0]
        early = self.rest is not None and self.now < self.rest
        skips = "; they asked, so the rest is over" if early else ""
        return f"is ready for sales: {points} points of engagement{skips}"

    def overdue(self, data: Data) -> str:
        due = parse_instant(data["due"]).astimezone(self.company.zone)
        what = "call them" if data["clock"] == "first_touch" else "take them on or give them back"
        return f"{self.rep} was to {what} by {due:%a %H:%M}: {self.rep} and the manager are told"

    def signalled(self, data: Data) -> str:
        who = self.rep if data["to"] == "rep" else "the team"
        return f"{who} has a task and a message at once: what was read, and what to say to it"

    def handed(self, data: Data) -> str:
        rep = self.company.teams.rep(str(data.get("rep", "")))
        self.rep = rep.name if rep else "sales"
        return f"is handed to {self.rep}, in Salesforce"

    def passed_on(self, data: Data) -> str:
        """Only a change of the owner among the reps is worth a line."""
        rep = self.company.teams.rep(str(data.get("owner", "")))
        if not self.rep or rep is None or rep.name == self.rep:
            return ""
        self.rep = rep.name
        return f"is passed on to {self.rep} by the sales manager"

    def rejected(self, data: Data) -> str:
        return f"{self.rep} gives the lead back: {plain(data.get('reason', ''))}"

    def stale(self, data: Data) -> str:
        limits = self.company.agreement.stale
        if data.get("reason") == "stale_untouched":
            return f"is taken back: {self.rep} did nothing for {limits.untouched}"
        return f"is taken back: nothing has happened for {limits.idle_days} days"

    def routed(self, data: Data) -> str:
        last = data["return"]
        if last["class"] != "returns":
            return "goes to sales no more" if last["class"] == "out" else "waits for better data"
        row = self.company.agreement.recycle.reasons[last["reason"]]
        if not row.cool_off_days:
            return "goes on at once, to somebody else"
        self.rest = parse_instant(last["until"])
        until = self.rest.astimezone(self.company.zone)
        return (
            f"goes to nurture, track '{last['track']}', and rests until {until:%-d %B} "
            f"(or until they ask themselves); {row.bar} new points are needed"
        )

    def worth(self, data: Data) -> str:
        deal = trail.get_deals(self.tx, [str(data.get("deal"))]).get(str(data.get("deal")))
        if deal is None or deal.amount_minor is None:
            return ""
        money = Money(deal.amount_minor, deal.currency)
        return f": {money.amount:,.0f} {deal.currency}"

    def credited(self, data: Data) -> str:
        return f"HubSpot has the revenue; first touch {data['first']}, last {data['last']}"


def plain(word: str) -> str:
    """A reason's name as people say it."""
    return {"missing_reason": "no reason given"}.get(word, word.replace("_", " "))
