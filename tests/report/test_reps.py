"""Reps and teams: what became of their leads, and the four questions on closed deals.

The questions: team against team, who lags, the trend by quarter, which product sells.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.flows.revenue.post import post_books
from crmbridge.model.deal import About, Deal, DealState
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.product import Product
from crmbridge.report.frame.sheet import Report
from crmbridge.report.reps import reps
from tests.stages.play import example
from tests.stages.worked import World, ask, day, rows, sheet, worked

USERS = {"sales:User:1": "ann", "sales:User:2": "bob", "sales:User:3": "eva"}


def report(world: World, **more: str) -> Report:
    with world.company.ledger.read() as tx:
        return reps(tx, world.company, ask(world, **more), USERS)


def deal(world: World, number: int, owner: str, at: datetime, *, won: bool, **more: Any) -> None:
    ref = Ref(system="sales", obj="Opportunity", id=f"D{number}")
    user = Ref(system="sales", obj="User", id=owner)
    value = more.pop("value", Money(10_000, "EUR"))
    world.see(
        Deal(
            ref=ref,
            state=DealState.WON if won else DealState.LOST,
            value=value,
            created_at=at - timedelta(days=9),
            closed_at=at,
            changed_at=at,
            about=About(owner=user, told=frozenset({"owner"})),
        )
    )
    for n, product in enumerate(more.get("products", ())):
        line = Ref(system="sales", obj="OpportunityLineItem", id=f"L{number}{n}")
        told = frozenset({"name", "deal"})
        world.see(Product(ref=line, deal=ref, name=product, changed_at=at, told=told))


def forty(world: World) -> None:
    """Ann wins 20 of 30 deals in the first quarter, Eva 4 of 30; half of Ann's are of a product
    that Eva has none of. In the second quarter Bob wins two, one without an amount."""
    for n in range(30):
        product = "GTX Pro" if n % 2 else "MG"
        deal(world, n, "1", day(20 + n), won=n < 20, products=[product])
        deal(world, 100 + n, "3", day(20 + n), won=n < 4, products=["MG"])
    deal(world, 200, "2", day(100), won=True, value=None)
    deal(world, 201, "2", day(101), won=True, value=Money(500, "USD"))


def test_the_four_questions_on_closed_deals_have_an_answer() -> None:
    with worked(day(120)) as world:
        forty(world)
        found = report(world)
    counts = ("won", "lost", "verdict", "amount")
    assert rows(sheet(found, "deals_by_team"), "team", *counts) == [
        ("dach", 22, 10, "better than the rest", (Money(200_000, "EUR"), Money(500, "USD"))),
        ("rest", 4, 26, "worse than the rest", (Money(40_000, "EUR"),)),
    ]
    assert rows(sheet(found, "deals_by_owner"), "owner", *counts[:3]) == [
        ("bob", 2, 0, "too few"),
        ("ann", 20, 10, "better than the rest"),
        ("eva", 4, 26, "worse than the rest"),
    ]
    assert rows(sheet(found, "deals_by_quarter"), "part", "won", "lost") == [
        ("2026-Q1", 24, 36),
        ("2026-Q2", 2, 0),
    ]
    assert rows(sheet(found, "deals_by_product"), "product", "won", "lost") == [
        ("(no product)", 2, 0),
        ("GTX Pro", 10, 5),
        ("MG", 14, 31),
    ]


def test_a_rate_has_its_interval_and_fewer_than_ten_deals_have_none() -> None:
    with worked(day(120)) as world:
        forty(world)
        found = report(world)
    rates = dict(rows(sheet(found, "deals_by_owner"), "owner", "win_rate"))
    assert rates["bob"] is None
    # Wilson's interval of 20 of 30, by hand: centre .6477, half .1590
    assert [round(one, 4) for one in (rates["ann"].low, rates["ann"].high)] == [0.4878, 0.8077]


def test_a_deal_about_two_products_counts_with_both_and_it_is_said() -> None:
    with worked(day(40)) as world:
        deal(world, 1, "9", day(1), won=True, products=["MG", "GTX Pro", "MG"])
        found = report(world)
    products = sheet(found, "deals_by_product")
    assert rows(products, "product", "won") == [("GTX Pro", 1), ("MG", 1)]
    assert any("1 of them" in note for note in products.notes)
    assert rows(sheet(found, "deals_by_owner"), "owner") == [("sales:User:9",)]


def test_what_was_won_is_in_the_companys_currency_once_the_books_have_it() -> None:
    files = example()
    rate = Rate.model_validate({"currency": "USD", "from": date(2026, 3, 1), "per_unit": "0.90"})
    agreement = files.agreement.model_copy(update={"rates": (rate,)})
    with worked(day(120), replace(files, agreement=agreement)) as world:
        deal(world, 1, "1", day(90), won=True, value=Money(500, "USD"))
        deal(world, 2, "1", day(91), won=True)
        before = report(world)
        post_books(world.company)
        after = report(world)
    assert rows(sheet(before, "reps"), "revenue")[0] == ((Money(10_000, "EUR"), Money(500, "USD")),)
    assert rows(sheet(after, "reps"), "revenue")[0] == ((Money(10_450, "EUR"),),)


def test_leads_are_counted_for_whom_they_were_given_to() -> None:
    with worked(day(40)) as world:
        for n in range(3):
            world.give(f"lead{n}", day(n), "ann")
        world.accept("lead0", day(2))
        world.back("lead1", day(3))
        world.give("lead9", day(0), "eva")
        found = report(world)
    names = ("given", "accepted", "rejected", "median", "open")
    assert rows(sheet(found, "reps"), "rep", *names) == [
        ("ann", 3, 1, 1, 2, 2),
        ("bob", 0, 0, 0, None, 0),
        ("eva", 1, 0, 0, None, 1),
    ]
    assert rows(sheet(found, "teams"), "team", *names) == [
        ("dach", 3, 1, 1, 2, 2),
        ("rest", 1, 0, 0, None, 1),
    ]


def test_one_team_and_other_days_leave_the_others_out() -> None:
    with worked(day(120)) as world:
        forty(world)
        found = report(world, team="dach", since="2026-02", until="2026-02", compare="before")
    assert rows(sheet(found, "teams"), "team", "won") == [("dach", 13)]
    assert rows(sheet(found, "deals_by_owner"), "owner", "lost") == [("ann", 10)]
    assert rows(sheet(found, "parts"), "part", "won", "lost") == [
        ("2026-02-01 to 2026-02-28", 13, 10),
        ("2026-01-01 to 2026-01-31 (before)", 7, 0),
    ]


def test_days_without_anything_show_every_rep_with_none() -> None:
    with worked(day(40)) as world:
        found = report(world, since="2025-01", until="2025-02", by="month")
    assert [row[1] for row in rows(sheet(found, "reps"), "rep", "given")] == [0, 0, 0]
    assert sheet(found, "deals_by_product").empty == "No deal was closed."
