"""What it costs in a backfill to know whose a deal is, by roles and by accounts: time, statements.

Times are CPU time, in milliseconds of this machine and in units of parsing one vendor record.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.bench import START, files, say
from benchmarks.handoff import unit
from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.whose import settle_deals
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import About, Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.store import Ledger
from crmbridge.system import Item

PEOPLE = 85
ON_A_DEAL = 5
PAGE = 2_000
"""Records a page, as Salesforce gives them at most."""


def contact(number: int) -> Ref:
    return Ref(system="sales", obj="Contact", id=f"003{number:05}")


def opportunity(number: int) -> Ref:
    return Ref(system="sales", obj="Opportunity", id=f"006{number:05}")


def firm(number: int) -> Ref:
    return Ref(system="sales", obj="Account", id=f"001{number:05}")


def people(many: int = PEOPLE, firms: int = 0) -> list[Item]:
    """People, spread over accounts where there are any."""
    return [
        Sighting(
            ref=contact(n),
            values={"email": f"p{n}@buyer.example"},
            raw={"Email": f"p{n}@buyer.example"},
            created_at=START - timedelta(days=900),
            changed_at=START,
            account=firm(n % firms) if firms else None,
            account_seen=firms > 0,
        )
        for n in range(many)
    ]


def deals(number: int, dice: random.Random, firms: int = 0) -> list[Item]:
    """Deals of three years, of which most have ended, spread over accounts where there are any."""
    made: list[Item] = []
    for n in range(number):
        opened = START - timedelta(hours=dice.randrange(48, 24 * 900))
        state = dice.choice([DealState.WON, DealState.LOST, DealState.LOST, DealState.OPEN])
        ended = min(opened + timedelta(hours=dice.randrange(24, 24 * 120)), START)
        made.append(
            Deal(
                ref=opportunity(n),
                state=state,
                value=Money(100_000 + n, "EUR"),
                created_at=opened,
                closed_at=None if state is DealState.OPEN else ended,
                changed_at=ended,
                reason="no_budget_now" if state is DealState.LOST else "",
                about=About(account=firm(n % firms), told=frozenset({"account"}))
                if firms
                else About(),
            )
        )
    return made


def roles(number: int, dice: random.Random) -> list[Item]:
    on = [(deal, who) for deal in range(number) for who in dice.sample(range(PEOPLE), ON_A_DEAL)]
    return [
        Role(
            ref=Ref(system="sales", obj="OpportunityContactRole", id=f"00K{n:06}"),
            deal=opportunity(deal),
            person=contact(who),
            role="Evaluator",
        )
        for n, (deal, who) in enumerate(on)
    ]


@contextmanager
def counted(conn: Any) -> Iterator[Counter[str]]:
    """Statements by their first words."""
    found: Counter[str] = Counter()

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split()
        verb, where = words[0], "INTO" if words[0] == "INSERT" else "FROM"
        found[f"{verb} {words[words.index(where) + 1] if where in words else ''}"] += 1

    event.listen(conn, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(conn, "before_cursor_execute", note)


def backfill(company: Company, items: Sequence[Item]) -> Counter[str]:
    """Take history in page by page, and return the statements that it took."""
    told: Counter[str] = Counter()
    for first in range(0, len(items), PAGE):
        with company.ledger.write("pull") as tx, counted(tx.conn) as found:
            scene = Scene.open(company, tx)
            observe(scene, items[first : first + PAGE])
            scene.work.forget_due()
            scene.work.flush()
        told += found
    return told


@contextmanager
def opened() -> Iterator[Company]:
    """A company over an empty ledger."""
    made = files()
    with tempfile.TemporaryDirectory() as folder:
        company = Company(
            name="acme",
            mapping=made.mapping,
            versions=made.versions,
            teams=made.teams,
            ledger=Ledger.open(f"sqlite:///{Path(folder) / 'l.db'}", "acme"),
            clock=FixedClock(START),
        )
        try:
            yield company
        finally:
            company.close()


def measure(each: int, *, detail: bool = False) -> None:
    """Take in the roles of people who are each on so many deals."""
    dice, number = random.Random(7), PEOPLE * each // ON_A_DEAL
    with opened() as company:
        backfill(company, people())
        backfill(company, deals(number, dice))
        items = roles(number, dice)
        one = min(unit() for _ in range(3))
        before = time.process_time()
        asked = backfill(company, items)
        spent = time.process_time() - before
    each_ms, many = spent / len(items) * 1e3, sum(asked.values())
    say(
        f"  {each:3} deals a person, {len(items):5} roles: {each_ms:6.3f} ms"
        f"{spent / len(items) / one:7.1f} units, {many / len(items):7.3f} statements a role"
    )
    if detail:
        for text, n in asked.most_common():
            say(f"      {n:6} {text}")


def by_account(each: int, many: int) -> None:
    """Take in deals without roles on 85 accounts: so many on each, with so many people on each."""
    dice = random.Random(7)
    with opened() as company:
        backfill(company, people(PEOPLE * many, PEOPLE))
        items = deals(PEOPLE * each, dice, PEOPLE)
        one = min(unit() for _ in range(3))
        before = time.process_time()
        backfill(company, items)
        taken = time.process_time()
        settle_deals(company, silent=True)
        spent, settled = taken - before, time.process_time() - taken
    whole = (spent + settled) / len(items)
    say(
        f"  {each:3} deals an account, {many:3} people on it: {whole * 1e3:6.3f} ms"
        f"{whole / one:7.1f} units a deal, {settled / len(items) * 1e3:6.3f} ms of them to move"
    )


def main() -> None:
    small = "--small" in sys.argv
    say(f"{PEOPLE} people, pages of {PAGE:,} roles")
    detail = "--statements" in sys.argv
    for each in (20,) if small else (20, 40, 87):
        measure(each, detail=detail)
    say(f"{PEOPLE} accounts, deals without roles")
    for each, many in ((20, 1),) if small else ((20, 1), (40, 1), (87, 1), (20, 10), (20, 50)):
        by_account(each, many)


if __name__ == "__main__":
    main()
