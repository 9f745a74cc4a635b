"""The reports of work on a ledger of many leads, made by bulk inserts: CPU and rows of each.

    python -m benchmarks.reports [LEADS]      (20,000 if not given; ten touches a lead)

Of all leads 15 % became ready and 12 % went to sales, a fifth of those twice; 3 % have a deal.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.bench import say
from crmbridge.agreement.sla.clocks import Sla
from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import load
from crmbridge.model.codec import instant
from crmbridge.model.event import Content, Event
from crmbridge.model.kind import Kind
from crmbridge.model.payload import Payload, read
from crmbridge.report.counting import counting
from crmbridge.report.fairness import fairness
from crmbridge.report.handoff import handoff
from crmbridge.report.reasons import reason_sheets
from crmbridge.report.reps import reps
from crmbridge.report.sharing import sharing
from crmbridge.report.work.asked import Question
from crmbridge.report.work.cohorts import Cycles, cohort_sheets
from crmbridge.store import Ledger, dialect, events
from crmbridge.store.rows import AssignmentRow, CycleRow, DealRow, LeadRow, RefRow, TouchRow
from crmbridge.store.seen_rows import ProductRow
from crmbridge.store.table import TABLES, Tx, put

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAYS = 1000
TOUCHES = 10
REPS = ("ann", "bob", "cat", "dev", "eva")
REASONS = ("bad_timing", "no_fit", "unresponsive", "needs_nurture", "")
BATCH = 5000
"""Leads in one transaction."""


class Made:
    """The rows and entries of some leads."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rows: dict[type[Any], list[Any]] = {}
        self.entries: list[Event] = []

    def add(self, row: Any) -> None:
        self.rows.setdefault(type(row), []).append(row)

    def tell(self, kind: Kind, type_: str, data: dict[str, Any], at: datetime, lead: str) -> None:
        told: Payload = read(type_, data)
        self.entries.append(
            Event(kind=kind, content=Content(told), at=at, recorded_at=at, key="", lead=lead)
        )

    def lead(self, n: int) -> None:
        ident, dice = f"{n:032x}", self.dice
        first = NOW - timedelta(days=dice.random() * DAYS, seconds=1)
        self.add(LeadRow(id=ident, state={"life": [], "facts": []}, stage="known", updated_at=NOW))
        for i in range(TOUCHES):
            at = first + (NOW - first) * dice.random()
            touch = f"marketing:form:{n}-{i}"
            self.add(TouchRow(id=touch, at=at, kind="form", lead=ident, channel="web"))
            said = {"id": touch, "kind": "form", "asset": "/guide", "channel": "web"}
            self.tell(Kind.OBSERVED, "activity", {"id": touch, "latest": None} | said, at, ident)
        chance = dice.random()
        if chance < 0.15:
            self.cycles(n, ident, first, handed=chance < 0.12, twice=chance < 0.024)

    def cycles(self, n: int, ident: str, first: datetime, *, handed: bool, twice: bool) -> None:
        for cycle in (1, 2) if twice else (1,):
            at = min(NOW, first + timedelta(days=self.dice.random() * 30 + 120 * (cycle - 1)))
            rep = self.dice.choice(REPS)
            self.cycle(n, ident, cycle, at, rep, handed=handed, ends=twice and cycle == 1)

    def cycle(
        self, n: int, ident: str, cycle: int, at: datetime, rep: str, *, handed: bool, ends: bool
    ) -> None:
        dice, marks = self.dice, {"ready": at}
        closed, outcome, reason = None, "", ""
        if handed:
            marks["handed"] = at + timedelta(hours=1)
            self.given(ident, cycle, marks["handed"], rep)
            if not ends and dice.random() < 0.6:
                marks["first_sales_touch"] = marks["accepted"] = at + timedelta(
                    hours=1 + dice.random() * 40
                )
                if dice.random() < 0.4:
                    marks["opportunity"] = marks["accepted"] + timedelta(days=dice.random() * 40)
                    self.deal(n, cycle, marks["opportunity"], rep)
            elif ends or dice.random() < 0.7:
                closed, outcome = at + timedelta(days=1 + dice.random() * 10), "rejected"
                reason = dice.choice(REASONS)
        told = {name: instant(when) for name, when in marks.items()}
        kind = "pushed" if handed else ""
        data = {"milestones": told, "effective": told, "kind": kind, "reason": reason, "deals": []}
        self.add(
            CycleRow(lead=ident, n=cycle, opened=at, data=data, outcome=outcome, closed=closed)
        )
        if handed and cycle == 1:
            self.records(n, ident)

    def given(self, ident: str, cycle: int, at: datetime, rep: str) -> None:
        team = "dach" if rep in ("ann", "bob", "cat") else "international"
        said = {"rep": rep, "team": team, "cycle": cycle, "definition": "v1:aaaa", "rating": "warm"}
        said |= {"capacity": {"open": 1, "limit": 25, "fill": "1/25", "bar": "warm"}}
        self.tell(Kind.DECIDED, "assigned", said, at, ident)
        row = AssignmentRow(lead=ident, n=cycle, rep=rep, team=team, rating="warm")
        self.add(replace(row, definition="v1:aaaa"))
        told = {"kind": "pushed", "rep": rep, "definition": "v1:aaaa"}
        self.tell(Kind.SETTLED, "handed", told, at, ident)
        if self.dice.random() < 0.3:
            self.tell(Kind.DECIDED, "waits", {"reason": "no_capacity"}, at, ident)

    def records(self, n: int, ident: str) -> None:
        values = {"email": f"p{n}@buyer.example", "first_name": "Ada", "country": "Germany"}
        values |= {"last_name": "Lovelace", "account": "Buyer GmbH", "title": "Head", "phone": "1"}
        raw = {f"Field_{name}__c": value for name, value in values.items()} | {"Status": "Open"}
        for system, obj in (("marketing", "contacts"), ("sales", "Lead")):
            seen = {"values": values, "raw": raw, "wrote": {}}
            self.add(RefRow(system=system, obj=obj, id=str(n), lead=ident, seen=seen, heard=1))

    def deal(self, n: int, cycle: int, at: datetime, rep: str) -> None:
        ident = f"sales:Opportunity:{n}-{cycle}"
        state = self.dice.choice(("won", "lost", "open"))
        self.add(
            DealRow(
                id=ident,
                state=state,
                amount_minor=1_000_00,
                currency="EUR",
                created_at=at,
                closed_at=at if state != "open" else None,
                owner=f"sales:User:{rep}",
            )
        )
        self.add(ProductRow(id=f"sales:Line:{n}-{cycle}", deal=ident, name=f"Product {n % 7}"))

    def write(self, tx: Tx) -> None:
        for kind, rows in self.rows.items():
            put(tx, rows, TABLES[kind], how=dialect.insert)
        events.append(tx, self.entries)


@contextmanager
def ledger_of(leads: int, folder: str) -> Iterator[Company]:
    """A company with so many leads, whose clocks run."""
    files = load(Path(__file__).parent.parent / "mappings", "acme")
    agreement = files.agreement.model_copy(update={"sla": Sla()})
    ledger = Ledger.open(f"sqlite:///{Path(folder) / 'l.db'}", "acme")
    company = Company(
        name="acme",
        mapping=files.mapping,
        versions=type(files.versions).of([agreement]),
        teams=files.teams,
        ledger=ledger,
        clock=FixedClock(NOW),
    )
    try:
        for start in range(0, leads, BATCH):
            made = Made(start)
            for n in range(start, min(leads, start + BATCH)):
                made.lead(n)
            with ledger.write("made") as tx:
                made.write(tx)
        yield company
    finally:
        company.close()


def reports(company: Company) -> dict[str, Callable[[Tx, Question], object]]:
    """Each report as its command asks for it."""
    users = {f"sales:User:{rep}": rep for rep in REPS}
    agreement, teams = company.agreement, company.teams
    return {
        "funnel": lambda tx, asked: list(cohort_sheets(Cycles.read(tx), agreement, asked)),
        "handoff": lambda tx, asked: handoff(tx, company, asked),
        "reasons": lambda tx, asked: reason_sheets(tx, agreement, teams, asked),
        "sharing": lambda tx, asked: sharing(tx, company, asked),
        "fairness": lambda tx, asked: fairness(tx, company, asked),
        "reps": lambda tx, asked: reps(tx, company, asked, users),
    }


def main() -> None:
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, ledger_of(leads, folder) as company:
        with company.ledger.read() as tx:
            entries = events.count(tx)
        say(f"{leads:,} leads, {leads * TOUCHES:,} touches, {entries:,} entries; CPU seconds")
        for by in ("", "month"):
            for name, work in reports(company).items():
                asked = Question(now=NOW, zone=company.zone, by=by)
                with company.ledger.read() as tx, counting():
                    began = process_time()
                    work(tx, asked)
                    say(f"{name:10} {'by ' + by if by else '':9} {process_time() - began:6.2f}")


if __name__ == "__main__":
    main()
