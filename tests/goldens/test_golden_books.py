"""The golden books played through the ledger: what happens to a deal, and what is then posted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.revenue.post import post_books
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.payload import Posted
from crmbridge.model.touch import Gone, Touch
from crmbridge.store.book_rows import CreditRow
from tests.goldens.shape import Json, only
from tests.goldens.test_golden_attribution import FACTS, STEP
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.play import example
from tests.stages.still import seen, still

FILE = {"topic", "model", "touch", "steps", "posted_by_month"}
CAUSES = {
    "won": "won",
    "won_again": "won",
    "amount_changed": "amount_changed",
    "late_touch": "late_touch",
    "role_changed": "late_touch",
    "reopened": "reopened",
    "lost_after_won": "lost_after_won",
    "partial_refund": "refund",
    "refund": "refund",
    "deal_deleted": "deleted",
    "deleted": "deleted",
}
"""The file's causes in the words of the books; a role is played as its touches."""
NOW_IT_IS = {"lost_after_won": DealState.LOST, "deal_deleted": DealState.DELETED}
NOW_IT_IS |= {"deleted": DealState.DELETED, "reopened": DealState.OPEN}
NOON = time(12, tzinfo=UTC)
BUYER = Ref(system="sales", obj="Contact", id="buyer")


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), NOON)


def touch_ref(ident: str) -> Ref:
    return Ref(system="marketing", obj="touch", id=ident)


def asked_for(model: str) -> CompanyFiles:
    """The example's files with a headline; of its kinds of touches a form makes a lead."""
    files = example()
    agreed = files.agreement.attribution.model_copy(
        update={"headline": model, "models": (model,), "people": "explicit"}
    )
    return replace(files, agreement=files.agreement.model_copy(update={"attribution": agreed}))


class Played:
    """A deal of one person, to which the steps of the file happen."""

    def __init__(self, company: Company, clock: FixedClock, start: datetime, lead: int) -> None:
        self.company, self.clock, self.start = company, clock, start
        self.there: set[str] = set()
        made = self.day(lead)
        address = {"email": "buyer@buyer.example"}
        who = Sighting(ref=BUYER, values=address, raw={}, created_at=made, changed_at=made)
        seen(company, [who, self.deal("D1", DealState.OPEN)])
        on = Ref(system="sales", obj="OpportunityContactRole", id="R1")
        role = Role(ref=on, deal=self.deal("D1", DealState.OPEN).ref, person=BUYER)
        # books of the file are open before the first step: they open with any deal that was won
        won = {"closed_at": start, "created_at": start, "value": Money(1, "EUR")}
        seen(company, [role, self.deal("D0", DealState.WON, **won)])
        post_books(company)

    def day(self, n: int) -> datetime:
        return self.start + timedelta(days=n)

    def deal(self, name: str, state: DealState, **more: Any) -> Deal:
        ref = Ref(system="sales", obj="Opportunity", id=name)
        return Deal(ref=ref, state=state, changed_at=self.clock.now(), **more)

    def step(self, step: Json) -> dict[str, int]:
        """Let a step happen, and return what was posted, by the file's name for each touch."""
        only(step, STEP, "step")
        self.clock.set(noon(step["posted_on"]))
        before = len(self.credit())
        if step["facts"] is None:
            seen(self.company, [self.deal("D1", NOW_IT_IS[step["cause"]])])
        else:
            self._take_in(step["facts"])
        post_books(self.company)
        return {row.touch.rsplit(":", 1)[-1]: row.minor for row in self.credit()[before:]}

    def _take_in(self, facts: Json) -> None:
        only(facts, FACTS, "facts")
        names = {ident for ident, _, _ in facts["touches"]}
        seen(self.company, [Gone(ref=touch_ref(one)) for one in self.there - names])
        seen(
            self.company,
            [
                Touch(
                    ref=touch_ref(ident),
                    at=self.day(day),
                    kind="form" if ident == "a" else "campaign",
                    channel=channel,
                    person=BUYER,
                )
                for ident, day, channel in facts["touches"]
            ],
        )
        self.there = names
        at = {"created_at": self.day(facts["opp"]), "closed_at": self.day(facts["close"])}
        value = Money(facts["amount"], "EUR")
        seen(self.company, [self.deal("D1", DealState.WON, value=value, **at)])

    def credit(self) -> list[CreditRow]:
        model = self.company.agreement.attribution.headline
        found = [row for row in rows(self.company, CreditRow) if row.model == model]
        mine = [row for row in found if row.measure == "revenue" and row.deal.endswith("D1")]
        return sorted(mine, key=lambda row: (row.n, row.i))

    def causes(self) -> list[str]:
        told = [one for one in kept(self.company, Posted) if one.measure == "revenue"]
        return [one.cause for one in told if one.deal.id == "D1"]


@contextmanager
def played(doc: Json) -> Iterator[Played]:
    only(doc, FILE, "file")
    told = [one for one in doc["steps"] if one["facts"]]
    days = [noon(one["posted_on"]) - timedelta(days=one["facts"]["close"]) for one in told]
    leads = {one["facts"]["lead"] for one in told}
    assert len(leads) == 1, "the reader plays a lead that was made once; teach it"
    start = min(days)
    with still(asked_for(doc["model"]), at=start) as (company, clock):
        yield Played(company, clock, start, leads.pop())


def assert_books(doc: Json) -> None:
    """Compare each step's entries, its cause and its balance, and what each month has."""
    with played(doc) as play:
        balance: dict[str, int] = {}
        due = []
        for step in doc["steps"]:
            where = f"{step['posted_on']} {step['cause']}"
            found = play.step(step)
            assert found == dict(map(tuple, step["entries"])), where
            assert sum(found.values()) == step["entries_sum"], where
            for name, minor in found.items():
                balance[name] = balance.get(name, 0) + minor
            assert {one: n for one, n in balance.items() if n} == step["balance"], where
            due += [CAUSES[step["cause"]]] if found else []
        months: dict[str, int] = {}
        for row in play.credit():
            month = f"{row.posted:%Y-%m}"
            months[month] = months.get(month, 0) + row.minor
        assert {name: n for name, n in months.items() if n} == {
            name: n for name, n in doc["posted_by_month"].items() if n
        }
        assert play.causes() == due
        assert is_rebuilt(play.company)


def test_the_ledger_posts_what_the_golden_books_say(golden: Any) -> None:
    if doc := golden("attribution_ledger.json"):
        assert_books(doc)


def test_every_part_of_the_golden_books_is_understood(golden: Any) -> None:
    doc = golden("attribution_ledger.json")
    if not doc:
        return
    first = doc["steps"][0]
    odd = [
        doc | {"mood": 1},
        doc | {"steps": [first | {"mood": 1}]},
        doc | {"steps": [first | {"facts": first["facts"] | {"mood": 1}}]},
    ]
    for one in odd:
        with pytest.raises(AssertionError, match="mood"):
            assert_books(one)
