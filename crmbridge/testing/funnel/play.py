"""The play: day by day marketing's contacts come in, and salespeople do what they really did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from crmbridge.company import Company, build
from crmbridge.flows.passes import Turn, arm, turn
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger, events
from crmbridge.testing.emulator import iso
from crmbridge.testing.funnel.data import Funnel, Mql
from crmbridge.testing.funnel.files import COMPANY, files
from crmbridge.testing.sandbox import Sandbox, sandbox

WEEK = timedelta(days=7)
AFTER = timedelta(days=20)
"""The play goes on so long after the last lead, until the last idle one is back."""
FORM = "6a1f0c52-0d5e-4c6e-9a53-0b8f6f0a2d11"

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
    seq: int = 0

    def turn(self) -> Turn:
        """Let crmbridge make one turn; a turn that failed ends the play."""
        made = turn(self.company, sleep=lambda _seconds: None)
        self.turns += 1
        for error in made.errors.values():
            raise error
        self._learn()
        return made

    def _learn(self) -> None:
        """Note the ids of the leads that were handed over, as a salesperson sees them."""
        with self.company.ledger.read() as tx:
            while new := events.since(tx, self.seq, 5000):
                for event in new:
                    if event.type == "done" and event.data["action"] == "handoff":
                        address = event.data["values"].get("Email")
                        self.sales_ids.setdefault(address, event.data["ref"].split(":", 2)[2])
                self.seq = new[-1].seq


def _quiet(day: date, done: int, total: int) -> None:
    pass


@contextmanager
def play_funnel(funnel: Funnel, ledger: Path, *, progress: Progress = _quiet) -> Iterator[Played]:
    """Play a funnel against both emulators; yields when the last lead came to rest.

    `ledger` is the file to make. The emulators and the company live inside the block.
    """
    made = files(funnel)
    first = min(
        datetime.combine(funnel.leads[0].day, time(), UTC),
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
        played.turn()
        arm(company)
        _Days(played).play(first.date(), progress)
        yield played


class _Days:
    """What people do on each day, worked out beforehand from the data alone."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._new: dict[date, list[Mql]] = defaultdict(list)
        self._deeds: dict[date, list[tuple[datetime, str, Mql]]] = defaultdict(list)
        for lead in played.funnel.leads:
            self._new[lead.day].append(lead)
            if lead.won_at:
                self._plan(lead, lead.won_at)

    def _plan(self, lead: Mql, won_at: datetime) -> None:
        self._deeds[won_at.date()].append((won_at, "win", lead))
        at = datetime.combine(lead.day, time(12), UTC) + WEEK
        while at < won_at:
            self._deeds[at.date()].append((at, "call", lead))
            at += WEEK

    def play(self, first: date, progress: Progress) -> None:
        """Play all days, then until the last idle lead is back."""
        last = max(self._new.keys() | self._deeds.keys())
        done, day = 0, first
        while day <= last:
            self._day(day)
            done += len(self._new[day])
            progress(day, done, len(self._played.funnel.leads))
            day += timedelta(days=1)
        end = datetime.combine(last, time(), UTC) + AFTER
        self._played.box.set_time(end)
        self._played.turn()

    def _day(self, day: date) -> None:
        played = self._played
        morning = datetime.combine(day, time(), UTC)
        played.box.set_time(morning)
        if self._new[day]:
            self._arrive(day, morning)
        played.box.set_time(morning + timedelta(minutes=1))
        played.turn()
        played.box.set_time(morning + timedelta(minutes=30))
        played.box.sales.acts([deed for lead in self._new[day] for deed in self._accept(lead)])
        self._work(day)
        played.box.set_time(morning + timedelta(hours=23, minutes=59, seconds=59))
        if self._new[day] or self._deeds[day]:
            played.turn()

    def _arrive(self, day: date, at: datetime) -> None:
        remote = self._played.box.marketing
        remote.seed(
            contacts=[
                {
                    "properties": {
                        "email": lead.email,
                        "lastname": lead.id[:8],
                        "crmbridge_origin": lead.origin,
                    },
                    "createdAt": iso(at),
                }
                for lead in self._new[day]
            ],
            form_submissions=[
                {
                    "formId": FORM,
                    "submittedAt": iso(at),
                    "values": [{"name": "email", "value": lead.email}],
                    "pageUrl": f"https://olist.example/{lead.page}",
                }
                for lead in self._new[day]
            ],
        )

    def _accept(self, lead: Mql) -> Iterator[dict[str, Any]]:
        """The rep accepts; a winner goes to the one who will win it."""
        ident = self._played.sales_ids.get(lead.email)
        if ident is None or lead.early:
            return
        if lead.rep:
            owner = f"{lead.rep}@olist.example"
            yield {"verb": "reassign", "object": "Lead", "id": ident, "owner": owner}
        yield {"verb": "set_status", "id": ident, "status": "Working - Contacted"}

    def _work(self, day: date) -> None:
        for at, what, lead in sorted(self._deeds[day], key=lambda one: (one[0], one[2].id)):
            self._played.box.set_time(at)
            ident = self._played.sales_ids.get(lead.email) or self._begin(lead)
            if what == "call":
                self._played.box.sales.act("log_activity", who=ident, subject="Call")
            else:
                self._win(lead, ident)

    def _begin(self, lead: Mql) -> str:
        """Sales knew this one before marketing did."""
        fields = {"LastName": lead.id[:8], "Company": lead.id[:8], "Email": lead.email}
        fields["OwnerId"] = self._user(lead.rep)
        made = self._played.box.sales.act("create", object="Lead", fields=fields)
        self._played.sales_ids[lead.email] = made["id"]
        return str(made["id"])

    def _user(self, rep: str) -> str:
        wanted = f"{rep}@olist.example"
        users = self._played.box.sales.state("User")
        return next(str(one["Id"]) for one in users if one["Email"] == wanted)

    def _win(self, lead: Mql, ident: str) -> None:
        sales = self._played.box.sales
        made = sales.act("convert", id=ident, opportunity={"Amount": float(lead.amount)})
        sales.act("close_deal", id=made["opportunityId"], won=True)
