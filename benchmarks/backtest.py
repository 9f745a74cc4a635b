"""How long a backtest takes: a made-up year of many leads, judged on all processors."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.bench import files, say
from crmbridge.agreement import Agreement
from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.flows.backtest import backtest
from crmbridge.model.event import Content, Event, Kind
from crmbridge.report.backtest import told
from crmbridge.store import Ledger, events, leads, trail
from crmbridge.store.rows import DealRow, LeadRow
from crmbridge.store.table import chunks

BEGIN = datetime(2025, 1, 6, 8, tzinfo=UTC)
YEAR = 365
PAGES = ["/pricing", "/webinar/loop", "/paper/leads", "/checklist", "/contact", "/unsubscribe"]
TITLES = ["student", "staff", "manager", "director", "vp"]


class Life:
    """The entries of one made-up lead: touches, perhaps a trip to sales, perhaps a second one."""

    def __init__(self, n: int, chance: random.Random) -> None:
        self.lead, self.chance = f"lead{n:07}", chance
        self.at = BEGIN + timedelta(minutes=chance.randrange(YEAR * 1440 * 2 // 3))
        self.made: list[Event] = []
        self.deals: list[DealRow] = []

    def tell(self, type_: str, by: Kind = Kind.OBSERVED, **data: Any) -> None:
        n = len(self.made)
        self.made.append(
            Event(
                kind=by,
                content=Content.stored(type_, data),
                at=self.at,
                recorded_at=self.at + timedelta(seconds=90),
                key=f"{self.lead}:{n}",
                lead=self.lead,
                source="crmbridge" if by is Kind.DECIDED else f"marketing:contacts:{self.lead}",
            )
        )

    def later(self, days: float) -> None:
        self.at += timedelta(days=days * (0.5 + self.chance.random()))

    def seen(self) -> None:
        values = {
            "email": f"{self.lead}@buyer{self.chance.randrange(9000)}.example",
            "first_name": "Ann",
            "last_name": "Example",
            "country": self.chance.choice(["DE", "AT", "FR", "US"]),
            "employees": {"$n": str(self.chance.randrange(1, 900))},
            "x_seniority": self.chance.choice(TITLES),
            "opted_out": False,
        }
        ref = f"marketing:contacts:{self.lead}"
        self.tell("sighting", ref=ref, values=values, raw=values, identity="", changed_at="")
        self.tell("known")

    def touch(self) -> None:
        n = len(self.made)
        self.tell(
            "touch",
            id=f"marketing:form:{self.lead}.{n}",
            kind=self.chance.choice(["form", "form", "campaign"]),
            asset=self.chance.choice(PAGES),
            channel="email",
            value=0,
            identity="",
        )

    def trip(self, n: int) -> None:
        chance = self.chance
        self.tell("ready", Kind.DECIDED, engagement="41.0000", definition="v1:0")
        self.later(1)
        self.tell("handed", Kind.SETTLED, rep="ann")
        self.later(2)
        if chance.random() < 0.55:
            self.tell("rejected", reason="bad_timing", out=False)
            return
        self.tell("accepted")
        self.later(10)
        if chance.random() < 0.5:
            self.tell("returned", reason="no_budget_now", out=False)
            return
        deal = f"sales:Opportunity:{self.lead}.{n}"
        self.tell("opportunity", deal=deal)
        self.later(40)
        won = chance.random() < 0.4
        self.tell("deal_won" if won else "deal_lost", deal=deal, reason="" if won else "no_need")
        amount, state = chance.randrange(10**5, 10**7), "won" if won else "lost"
        self.deals.append(
            DealRow(id=deal, state=state, amount_minor=amount, currency="EUR", closed_at=self.at)
        )

    def live(self) -> Life:
        self.seen()
        self.touch()
        self.tell("engaged")
        for n in range(self.chance.choice([1, 1, 1, 2])):
            for _ in range(self.chance.randrange(4)):
                self.later(9)
                self.touch()
            if self.chance.random() < 0.35:
                self.trip(n)
        return self


def lives(count: int, seed: int = 7) -> Iterator[Life]:
    chance = random.Random(seed)
    return (Life(n, chance).live() for n in range(count))


def fill(ledger: Ledger, count: int) -> int:
    written = 0
    for piece in chunks(lives(count), 2000):
        rows = [_lead(life) for life in piece]
        with ledger.write("pull") as tx:
            written += len(events.append(tx, sorted_by_time(piece)))
            leads.put_many(tx, rows)
            trail.put_deals(tx, [deal for life in piece for deal in life.deals])
    return written


def sorted_by_time(piece: Sequence[Life]) -> list[Event]:
    return sorted((one for life in piece for one in life.made), key=lambda one: one.recorded_at)


def _lead(life: Life) -> LeadRow:
    # a backtest replays the entries and asks the projection for the ids alone
    return LeadRow(id=life.lead, state={}, stage="known", updated_at=life.at)


def company_of(ledger: Ledger) -> Company:
    made = files()
    return Company(
        name="acme",
        mapping=made.mapping,
        versions=made.versions,
        teams=made.teams,
        ledger=ledger,
        clock=FixedClock(BEGIN + timedelta(days=YEAR)),
    )


def lower_bar(agreement: Agreement) -> Agreement:
    """The same agreement with the bar of engagement 10 points lower: another version."""
    raw = agreement.model_dump(mode="json", by_alias=True, exclude_unset=True)
    text = json.dumps(raw).replace('"value": 35', '"value": 25').replace('"35"', '"25"')
    return Agreement.model_validate({**json.loads(text), "version": agreement.version + 1})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", "acme")
        start = time.perf_counter()
        written = fill(ledger, options.leads)
        say(f"{options.leads} leads, {written} entries made in {time.perf_counter() - start:.1f} s")
        company = company_of(ledger)
        start = time.perf_counter()
        found = backtest(
            company,
            lower_bar(company.agreement),
            date(2025, 1, 1),
            date(2026, 1, 31),
            processes=options.processes,
        )
        spent = time.perf_counter() - start
        say("\n".join(told(found)))
        say(f"backtest: {spent:.1f} s, {spent / options.leads * 1e6:.0f} µs a lead")
        company.close()


if __name__ == "__main__":
    main()
