"""What the books cost: a posting of credit by its cause, and each report of them as they grow.

Times are CPU in milliseconds of this machine, with a loop of additions timed beside them.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from benchmarks.bench import START, files, say
from benchmarks.fitted import ADDITIONS, loop, spent
from benchmarks.many import COPIED, multiply
from benchmarks.roles import contact, counted, opportunity
from crmbridge import log
from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.flows.read.observe import observe
from crmbridge.flows.revenue.post import post, post_books
from crmbridge.flows.scene.scene import Scene
from crmbridge.model import payload
from crmbridge.model.campaign import Campaign
from crmbridge.model.deal import About, Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.touch import Activity, Touch
from crmbridge.report.counting import counting
from crmbridge.report.credit.attribution import attribution_report
from crmbridge.report.credit.content import content_report
from crmbridge.report.credit.contribution import contribution_report
from crmbridge.report.credit.quality import campaigns_report, sources_report
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Report
from crmbridge.store import Ledger, schema
from crmbridge.store.book_rows import StakeRow
from crmbridge.store.live import begin
from crmbridge.store.migrations.versions.v0016_credit_days import ADDED_UP
from crmbridge.store.table import Tx, fetch_in
from crmbridge.system import Item

PEOPLE = 100
TOUCHES = 10
CHANNELS = ("organic", "email", "webinar", "event", "paid_search", "")
CAMPAIGNS = 12
PIECES = ("/vbook/1", "/case-study/dairy", "/spec/7", "/blog/a", "/blog/b", "/webinar/line", "")
HANDED = 10
"""One lead of so many is handed to sales, and has a deal."""
MARKED = 200
"""Deals that are posted anew where a posting is measured."""
NOT_READ = (schema.event, schema.op, schema.queue, schema.identity, schema.due)
"""Tables that no report of the books reads."""


@contextmanager
def opened() -> Iterator[Company]:
    """A company over a fresh ledger, which tells of no vendor."""
    log.configure(level="WARNING")
    made = files()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(f"sqlite:///{Path(folder) / 'ledger.db'}", "acme")
        company = Company(
            name="acme",
            mapping=made.mapping,
            versions=made.versions,
            teams=made.teams,
            ledger=ledger,
            clock=FixedClock(START + timedelta(days=1)),
        )
        with ledger.write("bench") as tx:
            begin(tx, START - timedelta(days=5000))
        try:
            yield company
        finally:
            company.close()


def campaign(number: int) -> Ref:
    return Ref(system="sales", obj="Campaign", id=f"701{number:05}")


def play(company: Company, each: int) -> None:
    """People with ten touches in two years, handed over and on; a deal for each so many of them."""
    dice = random.Random(7)
    told = frozenset({"name"})
    items: list[Item] = [
        Campaign(ref=campaign(n), name=f"Campaign {n}", told=told) for n in range(CAMPAIGNS)
    ]
    for n in range(PEOPLE):
        items += _person(n, dice)
    with company.ledger.write("bench") as tx:
        scene = Scene.open(company, tx)
        observe(scene, items)
        scene.work.flush()
    _handed(company, dice)
    with company.ledger.write("bench") as tx:
        scene = Scene.open(company, tx)
        for n in range(0, PEOPLE, each):
            observe(scene, list(_deal(n, dice)))
        scene.work.flush()


def _person(n: int, dice: random.Random) -> Iterator[Item]:
    made = START - timedelta(days=dice.randrange(200, 700), seconds=n)
    yield Sighting(
        ref=contact(n),
        values={"email": f"p{n}@buyer.example", "source": dice.choice(CHANNELS)},
        raw={"Email": f"p{n}@buyer.example"},
        created_at=made,
        changed_at=made,
    )
    for k in range(TOUCHES):
        yield Touch(
            ref=Ref(system="marketing", obj="form", id=f"t{n}-{k}"),
            at=made + timedelta(days=dice.randrange(190), seconds=k),
            kind="form",
            asset=dice.choice(PIECES),
            channel=dice.choice(CHANNELS),
            person=contact(n),
            campaign=campaign(dice.randrange(CAMPAIGNS)) if k % 2 else None,
        )
    if n % HANDED == 0:
        at = made + timedelta(days=150)
        ref = Ref(system="sales", obj="Event", id=f"a{n}")
        yield Activity(ref=ref, at=at, person=contact(n), kind="meeting")


def _handed(company: Company, dice: random.Random) -> None:
    with company.ledger.write("bench") as tx:
        scene = Scene.open(company, tx)
        for n in range(0, PEOPLE, HANDED):
            entry = scene.work.ref(contact(n))
            assert entry is not None
            assert entry.lead is not None
            at = START - timedelta(days=dice.randrange(20, 400), seconds=n)
            said: list[payload.Payload] = [payload.Handed(kind="pushed", rep="ann")]
            what = dice.random()
            if what < 0.6:
                said += [payload.SalesTouched(), payload.Accepted()]
            elif what < 0.9:
                said.append(payload.read("rejected", {"reason": "no_fit"}))
            for one in said:
                at += timedelta(hours=1)
                scene.observed(one, entry.lead, f"{one.type}:{n}", at)
        scene.work.flush()


def _deal(n: int, dice: random.Random) -> Iterator[Item]:
    made = START - timedelta(days=dice.randrange(60, 300), seconds=n)
    won = dice.random() < 0.6
    closed = made + timedelta(days=dice.randrange(1, 60))
    yield Deal(
        ref=opportunity(n),
        state=DealState.WON if won else DealState.LOST,
        value=Money(100_000 + n, "USD" if n % 2 else "EUR"),
        created_at=made,
        closed_at=closed,
        changed_at=closed,
        about=About(source="Web", told=frozenset({"source"})),
    )
    yield Role(
        ref=Ref(system="sales", obj="OpportunityContactRole", id=f"00K{n:06}"),
        deal=opportunity(n),
        person=contact(n),
    )


# what a posting costs


def postings(deals: int) -> dict[str, str]:
    """Milliseconds and statements a deal, by cause; credit of all others stands beside it."""
    with opened() as company:
        play(company, 1)
        multiply(company.ledger, max(1, deals // PEOPLE))
        found = {"deals": f"{deals:,}"}
        with company.ledger.read() as tx:
            ids = schema.deal.c.id
            names = list(tx.conn.execute(select(ids).order_by(ids).limit(MARKED)).scalars())
        found["first posting"] = _posted(company, names)
        post_books(company)
        _touched(company, names)
        found["one new touch"] = _posted(company, names)
        rates = [{"currency": "USD", "from": date(2024, 1, 1), "per_unit": "0.9"}]
        _with_rates(company, rates)
        found["a rate corrected"] = _posted(company, names)
        found["nothing changed"] = _posted(company, names)
    return found


def _touched(company: Company, deals: Iterable[str]) -> None:
    """Everybody on these deals has one touch more, early on their way."""
    with company.ledger.write("bench") as tx:
        scene = Scene.open(company, tx)
        leads = dict.fromkeys(
            row.lead for row in fetch_in(tx, StakeRow, schema.stake.c.deal, deals)
        )
        for n, lead in enumerate(leads):
            touch = payload.TouchSeen(
                id=f"marketing:form:late{n}",
                kind="form",
                asset="/spec/7",
                channel="event",
                value=0,
                identity="",
            )
            scene.observed(touch, lead, f"late:{n}", START - timedelta(days=301))
        scene.work.flush()


def _with_rates(company: Company, rates: list[dict[str, object]]) -> None:
    made = files()
    whole = made.agreement.model_dump(by_alias=True) | {"rates": rates}
    agreement = made.agreement.model_validate(whole)
    company.versions = replace(made, agreement=agreement).versions


def _posted(company: Company, deals: list[str]) -> str:
    with company.ledger.write("bench") as tx, counted(tx.conn) as statements:
        scene = Scene.open(company, tx)
        before = time.process_time()
        post(scene, deals)
        scene.work.flush()
        taken = (time.process_time() - before) * 1000 / len(deals)
    return f"{taken:.2f} ms, {statements.total()} statements for {len(deals)}"


# what a report costs


def reports(leads: int) -> dict[str, str]:
    """Milliseconds of CPU a report, by its name, over all days and over a quarter."""
    with opened() as company:
        play(company, HANDED)
        post_books(company)
        kept = [one for one in COPIED if one not in NOT_READ]
        multiply(company.ledger, max(1, leads // PEOPLE), kept)
        add_up_anew(company)
        found = {"leads": f"{leads:,}"}
        quarter = Period(date(2025, 10, 1), date(2026, 1, 1))
        for period, name in ((Period(), "all days"), (quarter, "a quarter")):
            for report, make in _made(company).items():
                found[f"{report}, {name}"] = _told(company, make, period)
    return found


def add_up_anew(company: Company) -> None:
    with company.ledger.write("bench") as tx:
        tx.conn.execute(delete(schema.credit_day))
        for name in ("channel", "campaign", "asset"):
            tx.conn.exec_driver_sql(ADDED_UP.format(name))


def _made(company: Company) -> dict[str, Callable[[Tx, Scope], Report]]:
    now = company.now()
    return {
        "attribution": attribution_report,
        "attribution by month": lambda tx, scope: attribution_report(
            tx, replace(scope, by="month")
        ),
        "attribution of content": lambda tx, scope: attribution_report(tx, scope, of="content"),
        "contribution": contribution_report,
        "contribution by month": lambda tx, scope: contribution_report(
            tx, replace(scope, by="month")
        ),
        "sources": lambda tx, scope: sources_report(tx, scope, now),
        "campaigns": lambda tx, scope: campaigns_report(tx, scope, now),
        "content": lambda tx, scope: content_report(tx, scope, now),
    }


def _told(company: Company, make: Callable[[Tx, Scope], Report], period: Period) -> str:
    best = float("inf")
    for _ in range(2):
        scope = Scope(
            company=company.name,
            agreement=company.agreement,
            currency=company.mapping.currency,
            exchange=company.exchange,
            zone=company.zone,
            today=company.now().date(),
            period=period,
        )
        with company.ledger.read() as tx, counting():  # as the commands do
            before = time.process_time()
            make(tx, scope)
            best = min(best, time.process_time() - before)
    return f"{best * 1000:.0f} ms"


def _beside(columns: list[dict[str, str]]) -> None:
    for name in columns[0]:
        say(f"  {name:34}" + "".join(f"{one[name]:>38}" for one in columns))


def main() -> None:
    """Print postings at each number of deals, then reports at each number of leads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="*", default=[2_000, 20_000])
    parser.add_argument("--leads", type=int, nargs="*", default=[20_000, 200_000])
    asked = parser.parse_args()
    say(f"a loop of {ADDITIONS:,} additions: {spent(loop):.3f} s")
    if asked.deals:
        say(f"posting, deals of a person with {TOUCHES} touches")
        _beside([postings(one) for one in asked.deals])
    if asked.leads:
        say(f"reports, {TOUCHES} touches a lead, one of {HANDED} handed over, with a deal")
        _beside([reports(one) for one in asked.leads])


if __name__ == "__main__":
    main()
