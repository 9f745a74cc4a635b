"""Two hundred people between HubSpot's emulator and a real Odoo, whose worker is killed at writes.

It needs a server whose clock moves: `scripts/odoo --clock` starts one and prints its variables.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crmbridge.files import load
from crmbridge.testing.sandbox import Sandbox, sandbox
from crmbridge.testing.upstream import Server
from tests.odoo.account import OdooAccount
from tests.odoo.company import Screens, credentials, write_files
from tests.odoo.recordings import KEY, URL
from tests.stages.places import FORM
from tests.stages.play import example
from tests.stages.process import Worker
from tests.stages.vendors import KEEN

CLOCK = os.environ.get("CRMBRIDGE_ODOO_CLOCK", "")
PEOPLE = tuple(f"p{number:03}@buyer.example" for number in range(200))
ASK = PEOPLE[:140]
REASONS = ("Bad timing", "No budget", "No answer")

pytestmark = pytest.mark.slow


class World:
    """Both vendors on one clock, the worker between them, and who did what."""

    def __init__(self, box: Sandbox, odoo: Screens, worker: Worker) -> None:
        self.box, self.odoo, self.worker = box, odoo, worker
        self.at: dict[str, int] = {}

    def goes_on(self, **delta: float) -> None:
        path = Path(CLOCK)
        ahead = int(path.read_text().strip().lstrip("+") or 0)
        path.write_text(f"+{ahead + int(timedelta(**delta).total_seconds())}\n")
        self.box.set_time(self.odoo.now())

    def works(self, crash: str = "") -> None:
        """Let the worker come to rest; it is killed once where a point is named."""
        before = self.worker.deaths
        if crash:
            self.worker.tell(f"crash {crash}")
        self.worker.settle()
        assert self.worker.deaths == before + bool(crash)

    def person(self, email: str) -> dict[str, Any]:
        (found,) = [
            one["properties"]
            for one in self.box.marketing.state("contacts")
            if one["properties"].get("email") == email
        ]
        return dict(found)

    def stages(self) -> Counter[str]:
        rows = [one["properties"] for one in self.box.marketing.state("contacts")]
        return Counter(row.get("lifecyclestage", "") for row in rows)

    def keys(self) -> Counter[str]:
        """How many leads Odoo has by our key."""
        return Counter(str(one["x_crmbridge_id"]) for one in self.odoo.leads("x_crmbridge_id"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    if not URL or not CLOCK:
        pytest.skip("no server with a clock: scripts/odoo --clock starts one")
    with ExitStack() as stack:
        server = Server(URL)
        stack.callback(server.close)
        account = OdooAccount(server, KEY)
        stack.enter_context(account.proxy)
        config = write_files(tmp_path, large=True)
        files = load(config, "acme")
        odoo = Screens(account, files)
        box = stack.enter_context(sandbox(example().mapping, example().teams, at=odoo.now()))
        told = {**credentials(account), "CRMBRIDGE_CONFIG": str(config)}
        worker = Worker(box, tmp_path / "ledger.db", **told)
        stack.callback(worker.stop)
        yield World(box, odoo, worker)


def test_two_hundred_people_go_round_and_nothing_is_lost_or_there_twice(world: World) -> None:
    they_ask(world)
    won = sales_work(world)
    books_agree(world, won)
    days_pass(world)
    books_agree(world, won)
    assert world.worker.tell("turn")["writes"] == 0
    assert max(world.keys().values()) == 1


def they_ask(world: World) -> None:
    rows = [
        {"properties": {**KEEN, "email": one, "lastname": f"Nr {n}"}}
        for n, one in enumerate(PEOPLE)
    ]
    world.box.marketing.seed(contacts=rows)
    world.works()
    world.worker.tell("arm")
    for email in ASK:
        page = "https://acme.example/demo"
        world.box.marketing.act(verb="submit_form", formId=FORM, email=email, pageUrl=page)
    world.works("sent#1")
    world.works()
    keys = world.keys()
    assert len(keys) == len(ASK)
    assert set(keys.values()) == {1}
    assert set(keys) == {world.person(email)["crmbridge_id"] for email in ASK}
    rows = world.odoo.leads("email_normalized")
    world.at = {one["email_normalized"]: one["id"] for one in rows}


def sales_work(world: World) -> dict[str, Decimal]:
    """A morning in Odoo; returns what was won from whom."""
    odoo, at, luck = world.odoo, world.at, Random(7)
    world.goes_on(hours=2)
    amounts = {one: Decimal(luck.randrange(10_000, 999_999)) / 100 for one in ASK[:20]}
    odoo.accept(*(at[one] for one in ASK[:45]))
    for email, amount in amounts.items():
        odoo.win(at[email], str(amount))
    for number, email in enumerate(ASK[30:75]):  # fifteen of them are opportunities
        odoo.lose(at[email], reason=REASONS[number % 3] if number < 39 else "")
    odoo.delete(*(at[one] for one in ASK[75:80]))
    for email in ASK[80:90]:
        odoo.call(at[email])
    for email in ASK[90:95]:
        odoo.opt_out(email)
        odoo.edit(at[email], function="Chief of Nothing")
    odoo.merge(at[ASK[95]], at[ASK[96]])
    world.works("sent#2")
    world.works()
    stages = world.stages()
    assert stages["customer"] == 20
    given_back = [world.person(one) for one in ASK[30:75]]
    assert {one["lifecyclestage"] for one in given_back} <= {"lead", "other"}
    reasons = Counter(one.get("crmbridge_reason") for one in given_back)
    assert reasons["bad_timing"] == reasons["no_budget_now"] == reasons["unresponsive"] == 13
    for email in ASK[90:95]:
        person = world.person(email)
        assert (person["hs_email_optout"], person["jobtitle"]) == ("true", "Chief of Nothing")
    return amounts


def books_agree(world: World, won: dict[str, Decimal]) -> None:
    """What was won stands on the people's records, to the cent."""
    rows = world.odoo.leads("won_status", "expected_revenue")
    there = sum(Decimal(str(one["expected_revenue"])) for one in rows if one["won_status"] == "won")
    told = {email: Decimal(world.person(email)["crmbridge_won_amount"]) for email in won}
    assert told == won
    assert sum(told.values()) == there


def days_pass(world: World) -> None:
    """Six days: who was called stays with a rep, whom nobody touched goes to another."""
    before = {one: world.person(one)["crmbridge_rep"] for one in ASK}
    world.goes_on(days=6)
    world.works("send:after#1")
    world.works()
    for email in ASK[80:90]:
        person = world.person(email)
        assert (person.get("crmbridge_outcome"), person["crmbridge_rep"]) == (None, before[email])
    for email in ASK[100:140]:
        person = world.person(email)
        assert (person["crmbridge_outcome"], person["crmbridge_cycle"]) == ("stale_untouched", "2")
        assert person["lifecyclestage"] == "marketingqualifiedlead"
        assert person["crmbridge_rep"] != before[email]
    for email in ASK[75:80]:  # deleted: given back, or asked for anew
        assert world.person(email)["lifecyclestage"] in {"lead", "marketingqualifiedlead"}
