"""Whatever a deal's credit follows from marks it: a fresh look at all deals finds nothing new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from crmbridge.company import Company
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.scene.sharing_in_force import keep_sharing, note_sharing
from crmbridge.model.deal import About, DealState
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.touch import Activity
from crmbridge.store import books
from crmbridge.store.book_rows import BookedRow, CreditRow
from tests.revenue.test_flow_books import DAY, DEAL, adds_up, causes, stands, touch
from tests.revenue.two_deals import AT, DEALS, World, contact, firm, under
from tests.stages.kept import is_rebuilt, rows
from tests.stages.play import example
from tests.stages.still import seen, still


def is_settled(company: Company) -> bool:
    """Whether all was posted, as a fresh look at every deal shows."""
    post_books(company)
    adds_up(company)
    before = rows(company, CreditRow), rows(company, BookedRow)
    with company.ledger.write("test") as tx:
        books.mark_all(tx)
    post_books(company)
    return before == (rows(company, CreditRow), rows(company, BookedRow)) and is_rebuilt(company)


def call(who: str, at: timedelta) -> Activity:
    ref = Ref(system="sales", obj="Task", id=f"{who}{at.days}")
    return Activity(ref=ref, at=AT - at, person=contact(who), kind="call")


def later_day(world: World) -> None:
    world.tell("D1", closed_at=AT - 10 * DAY)


def outside(world: World) -> None:
    world.tell("D1", outside=True)


def other_account(world: World) -> None:
    about = About(account=firm("F2"), told=frozenset({"account"}))
    world.tell("D1", about=about)


@pytest.mark.parametrize("change", [later_day, outside, other_account])
def test_a_win_that_is_another_one_marks_the_later_deals_of_its_account(
    change: Callable[[World], None],
) -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.do("add", 1, "b", "D2")
        seen(company, [touch("1", "b", AT - 40 * DAY), touch("2", "b", AT - 20 * DAY, "event")])
        seen(company, [touch("3", "b", AT - 5 * DAY, "organic")])
        world.tell("D1", created_at=AT - 60 * DAY, closed_at=AT - 30 * DAY)
        post_books(company)
        many = len(rows(company, CreditRow))
        change(world)
        assert is_settled(company)
        later = rows(company, CreditRow)[many:]
        assert any(one.deal != DEAL for one in later)


def test_what_sales_does_with_anybody_of_an_account_marks_its_deals() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        seen(company, [touch("1", "a", AT - 20 * DAY)])
        post_books(company)
        assert stands(company).pre_sales == "sourced"
        seen(company, [call("c", 30 * DAY)])
        assert is_settled(company)
        assert stands(company).pre_sales == "influenced"


def test_what_sales_did_with_a_person_stays_theirs_when_two_are_one() -> None:
    with still(under("explicit", conversion=True), at=AT) as (company, clock):
        keep_sharing(company)
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        seen(company, [touch("1", "a", AT - 20 * DAY), call("a", 30 * DAY)])
        post_books(company)
        clock.advance(DAY)
        seen(company, [world.person("b", absorbed=(contact("a"),))])
        assert is_settled(company)
        assert stands(company).pre_sales == "influenced"


@pytest.mark.parametrize("policy", ["hybrid", "implicit"])
def test_a_source_that_is_learnt_late_marks_the_deals_of_whoever_shares_them(policy: str) -> None:
    with still(under(policy, conversion=True), at=AT) as (company, clock):
        keep_sharing(company)
        world = World(company, clock)
        for name in DEALS:  # an open deal moves nobody whom only the account puts on it
            world.tell(name, state=DealState.OPEN, closed_at=None)
        seen(company, [touch("1", "a", AT - 20 * DAY, ""), touch("2", "c", AT - 10 * DAY, "")])
        post_books(company)
        clock.advance(DAY)
        for who in "ac":
            one = world.person(who)
            raw = {**one.raw, "LeadSource": "fair"}
            seen(company, [replace(one, values={**one.values, "source": "fair"}, raw=raw)])
        assert is_settled(company)
        assert any(one.channel == "fair" for one in rows(company, CreditRow))


def test_a_creation_that_is_told_late_or_corrected_is_posted() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.deals["D3"] = replace(
            world.deals["D1"],
            ref=Ref(system="sales", obj="Opportunity", id="D3"),
            state=DealState.OPEN,
            closed_at=None,
            created_at=None,
        )
        world.tell("D3")
        post_books(company)
        for days in (3, 40):
            world.tell("D3", created_at=AT - days * DAY)
            assert is_settled(company)
            (row,) = (one for one in rows(company, BookedRow) if one.deal.endswith("D3"))
            assert (row.measure, row.day) == ("pipeline", (AT - days * DAY).date())


def test_a_deal_of_a_vendor_whose_clock_is_ahead_is_in_the_pipeline() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        ahead = clock.now() + timedelta(seconds=30)
        world.tell("D1", state=DealState.OPEN, closed_at=None, created_at=ahead)
        post_books(company)
        found = [one for one in rows(company, BookedRow) if one.deal == DEAL and one.handed]
        assert [(one.measure, one.day) for one in found] == [("pipeline", AT.date())]
        clock.advance(DAY)
        assert is_settled(company)


def test_a_day_that_is_corrected_moves_a_deal_and_leaves_the_books_as_they_were() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        seen(company, [touch("1", "a", AT - 90 * DAY)])
        world.tell("D1", created_at=AT - 60 * DAY, closed_at=AT - 40 * DAY)
        post_books(company)
        clock.advance(40 * DAY)
        before = len(rows(company, CreditRow))
        world.tell("D1", closed_at=AT - 10 * DAY)
        assert is_settled(company)
        assert stands(company).day == (AT - 10 * DAY).date()
        later = rows(company, CreditRow)
        mine = [one for one in later if one.deal == DEAL and one.measure == "revenue"]
        assert causes(company)[-2:] == ["corrected", "corrected"]
        assert len(later) > before
        by_day = {
            day: sum(one.minor for one in mine if one.model == "linear" and one.day == day)
            for day in {one.day for one in mine}
        }
        assert by_day == {(AT - 40 * DAY).date(): 0, (AT - 10 * DAY).date(): 10_000}
        today = clock.now().date()
        assert not sum(one.minor for one in mine if one.model == "linear" and one.posted == today)


def test_a_win_of_long_ago_that_is_entered_later_leaves_months_that_are_over() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.tell("D2", state=DealState.OPEN, closed_at=None)
        post_books(company)
        for days, wait, own in ((60, 20, True), (61, 60, False)):
            clock.advance(wait * DAY)
            ref = Ref(system="sales", obj="Opportunity", id=f"D{days}")
            known = world.deals["D1"]
            at = AT - days * DAY
            world.deals[ref.id] = replace(known, ref=ref, created_at=at, closed_at=at)
            world.tell(ref.id)
            post_books(company)
            found = {one.posted for one in rows(company, CreditRow) if one.deal == str(ref)}
            assert found == {at.date() if own else clock.now().date()}


def test_other_rates_mark_deals_whose_amount_was_in_another_currency_once() -> None:
    files = example()
    with still(files, at=AT) as (company, clock):
        world = World(company, clock)
        ref = Ref(system="sales", obj="Opportunity", id="D3")
        world.deals["D3"] = replace(world.deals["D1"], ref=ref, value=Money(10_000, "SEK"))
        world.tell("D3")
        world.tell("D3", value=Money(1_000, "EUR"))
        _note(company)
        post_books(company)
        rate = {"currency": "SEK", "from": date(2026, 1, 1), "per_unit": "0.1"}
        told = files.agreement.model_dump(by_alias=True) | {"rates": [rate]}
        agreement = files.agreement.model_validate(told)
        company.versions = replace(files, agreement=agreement).versions
        _note(company)
        assert is_settled(company)
        found = [one for one in rows(company, BookedRow) if one.deal == str(ref)]
        assert {(one.measure, one.minor, one.currency) for one in found} == {
            ("revenue", 1_000, "EUR"),
            ("pipeline", 1_000, "EUR"),
        }


def _note(company: Company) -> None:
    with company.ledger.write("test") as tx:
        note_sharing(company, tx, company.now())
