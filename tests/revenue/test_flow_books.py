"""The books of credit through the ledger: what is posted when something changes, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crmbridge.company import Company
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.scene.sharing_in_force import keep_sharing
from crmbridge.model.deal import DealState
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import Posted
from crmbridge.model.touch import Activity, Gone, Touch
from crmbridge.store import books
from crmbridge.store.book_rows import CLASS, BookedRow, CreditRow
from tests.revenue.small_world import days_add_up
from tests.revenue.two_deals import AT, DEALS, POLICIES, WHO, World, contact, under
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.late import ALL
from tests.stages.play import example
from tests.stages.still import seen, still

DAY = timedelta(days=1)
DEAL = "sales:Opportunity:D1"


def touch(ident: str, who: str, at: datetime, channel: str = "webinar", **more: Any) -> Touch:
    ref = Ref(system="marketing", obj="form", id=ident)
    return Touch(ref=ref, at=at, kind="form", channel=channel, person=contact(who), **more)


def balance(
    company: Company, model: str, measure: str = "revenue", deal: str = DEAL
) -> dict[Any, int]:
    out: dict[Any, int] = defaultdict(int)
    for row in rows(company, CreditRow):
        if (row.model, row.measure, row.deal) == (model, measure, DEAL):
            out[row.touch or row.channel] += row.minor
    return {name: minor for name, minor in out.items() if minor}


def stands(company: Company) -> BookedRow:
    (row,) = (
        one for one in rows(company, BookedRow) if (one.deal, one.measure) == (DEAL, "revenue")
    )
    return row


def causes(company: Company, measure: str = "revenue") -> list[str]:
    return [one.cause for one in kept(company, Posted) if one.measure == measure]


def test_each_change_of_a_deal_is_posted_once_with_its_cause() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.tell("D2", state=DealState.DELETED)
        world.tell("D1", state=DealState.OPEN, created_at=AT - 40 * DAY, closed_at=None)
        world.do("add", 0, "a", "D1")
        seen(company, [touch("1", "a", AT - 60 * DAY, "organic"), touch("2", "a", AT - 50 * DAY)])
        post_books(company)
        assert balance(company, "linear") == {}
        assert balance(company, "linear", "pipeline") == {
            "marketing:form:1": 5_000,
            "marketing:form:2": 5_000,
        }
        world.tell("D1", state=DealState.WON, closed_at=clock.now())
        post_books(company)
        assert post_books(company) == 0
        world.tell("D1", value=Money(12_001, "EUR"))
        post_books(company)
        assert balance(company, "linear") == {"marketing:form:1": 6_001, "marketing:form:2": 6_000}
        seen(company, [touch("3", "a", AT - 45 * DAY, "event")])
        post_books(company)
        assert sum(balance(company, "linear").values()) == 12_001
        world.do("add", 1, "b", "D1")
        post_books(company)
        world.tell("D1", value=Money(11_000, "EUR"))
        post_books(company)
        world.tell("D1", state=DealState.OPEN, closed_at=None)
        post_books(company)
        assert balance(company, "w_shaped") == {}
        world.tell("D1", state=DealState.WON, closed_at=clock.now())
        post_books(company)
        world.tell("D1", state=DealState.LOST, closed_at=clock.now())
        post_books(company)
        world.tell("D1", state=DealState.DELETED, closed_at=None)
        post_books(company)
        assert causes(company) == [
            *("won", "amount_changed", "late_touch", "role_changed", "refund", "reopened"),
            *("won", "lost_after_won"),
        ]
        assert causes(company, "pipeline")[-1] == "deleted"
        assert is_rebuilt(company)


def test_a_touch_marks_only_the_deals_of_its_person() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.do("add", 1, "b", "D2")
        post_books(company)
        seen(company, [touch("1", "a", AT - 5 * DAY)])
        assert post_books(company) == 1
        seen(company, [touch("2", "c", AT - 5 * DAY)])
        assert post_books(company) == 0


def test_what_was_won_before_the_books_were_opened_stands_on_its_own_day() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.tell("D1", closed_at=AT - 90 * DAY, created_at=AT - 100 * DAY)
        world.tell("D2", state=DealState.OPEN, closed_at=None)
        post_books(company)
        clock.advance(40 * DAY)
        world.tell("D1", value=Money(20_000, "EUR"))
        world.tell("D2", state=DealState.WON, closed_at=clock.now() - 30 * DAY)
        post_books(company)
        found = {
            (row.deal[-2:], row.cause): row.posted
            for row in rows(company, CreditRow)
            if row.measure == "revenue"
        }
        own, today = (AT - 90 * DAY).date(), clock.now().date()
        assert found == {
            ("D1", "won"): own,
            ("D1", "amount_changed"): today,
            ("D2", "won"): today,
        }


def test_no_rate_leaves_a_deal_in_its_own_currency_until_there_is_one() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.tell("D1", value=Money(10_000, "SEK"))
        post_books(company)
        (row,) = (
            one for one in rows(company, BookedRow) if one.measure == "revenue" and one.deal == DEAL
        )
        assert (row.rate, row.minor, row.currency) == ("no_rate", 10_000, "SEK")
        files = example()
        rate = {"currency": "SEK", "from": date(2026, 1, 1), "per_unit": "0.1"}
        agreement = files.agreement.model_validate(
            files.agreement.model_dump(by_alias=True) | {"rates": [rate]}
        )
        company.versions = replace(files, agreement=agreement).versions
        keep_sharing(company)
        post_books(company)
        (row,) = (
            one for one in rows(company, BookedRow) if one.measure == "revenue" and one.deal == DEAL
        )
        assert (row.rate, row.minor, row.currency, row.own_minor) == ("ok", 1_000, "EUR", 10_000)
        by_currency: dict[str, int] = defaultdict(int)
        for one in rows(company, CreditRow):
            if one.model == "linear" and one.measure == "revenue" and one.deal == DEAL:
                by_currency[one.currency] += one.minor
        assert by_currency == {"SEK": 0, "EUR": 1_000}


class Story(World):
    """The same with touches, and with postings at any time."""

    def _touch(self, number: int, who: str, name: str) -> None:
        at = AT - timedelta(days=number * 3, seconds=number)
        channel = ("webinar", "organic", "")[number % 3]
        seen(self.company, [touch(f"{who}{number}", who, at, channel)])

    def _untouch(self, number: int, who: str, name: str) -> None:
        ref = Ref(system="marketing", obj="form", id=f"{who}{number}")
        seen(self.company, [Gone(ref=ref, changed_at=self.clock.now())])

    def _closing(self, number: int, who: str, name: str) -> None:
        if self.deals[name].state is DealState.WON:
            self.tell(name, closed_at=AT + timedelta(hours=1) - number * 7 * DAY)

    def _creation(self, number: int, who: str, name: str) -> None:
        self.tell(name, created_at=AT - number * 5 * DAY)

    def _work(self, number: int, who: str, name: str) -> None:
        ref = Ref(system="sales", obj="Task", id=f"{who}{number}")
        at = AT - timedelta(days=number * 2)
        seen(self.company, [Activity(ref=ref, at=at, person=contact(who), kind="call")])

    def _source(self, number: int, who: str, name: str) -> None:
        one, source = self.person(who), f"s{number}"
        raw = {**one.raw, "LeadSource": source}
        seen(self.company, [replace(one, values={**one.values, "source": source}, raw=raw)])

    def _late(self, number: int, who: str, name: str) -> None:
        self.clock.advance(number * 9 * DAY)

    def _post(self, number: int, who: str, name: str) -> None:
        post_books(self.company)


KINDS = sorted(
    name[1:] for kind in (World, Story) for name in vars(kind) if name[0] == "_" and name[1] != "_"
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.integers(0, 4), st.sampled_from(WHO), st.sampled_from(DEALS)
    ),
    min_size=1,
    max_size=16,
)


@settings(
    max_examples=400 if ALL else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(steps=STEPS, policy=st.sampled_from(POLICIES))
def test_after_any_history_credit_adds_up_and_is_what_a_fresh_look_gives(
    steps: list[Any], policy: str
) -> None:
    with still(under(policy, conversion=True), at=AT) as (company, clock):
        keep_sharing(company)
        world = Story(company, clock)
        for kind, number, who, name in steps:
            world.do(kind, number, who, name)
        world.do("settle", 0, "a", "D1")
        post_books(company)
        adds_up(company)
        before = rows(company, CreditRow), rows(company, BookedRow)
        with company.ledger.write("test") as tx:
            books.mark_all(tx)
        post_books(company)
        after = rows(company, CreditRow), rows(company, BookedRow)
        assert after == before  # nobody was left unmarked
        assert is_rebuilt(company)


def adds_up(company: Company) -> None:
    """By every model and class, a deal's credit is its amount, on its own day; nothing is left of
    other currencies and days."""
    days_add_up(company)
    booked = {(one.deal, one.measure): one for one in rows(company, BookedRow)}
    sums: dict[Any, int] = defaultdict(int)
    many: dict[Any, int] = defaultdict(int)
    for row in rows(company, CreditRow):
        sums[row.deal, row.measure, row.model, row.currency, row.day] += row.minor
        many[row.deal, row.measure, row.model] += row.deals
    for (deal, measure, model, currency, day), minor in sums.items():
        row = booked[deal, measure]
        stands = row.handed and (currency, day) == (row.currency, row.day)
        assert minor == (row.minor if stands else 0), (deal, measure, model, currency, day)
        if model.startswith(CLASS):
            assert many[deal, measure, model] == bool(row.handed)


def test_the_split_in_the_deals_own_currency_stands_beside_the_converted_one() -> None:
    files = example()
    rate = {"currency": "USD", "from": date(2026, 1, 1), "per_unit": "0.9"}
    agreement = files.agreement.model_validate(
        files.agreement.model_dump(by_alias=True) | {"rates": [rate]}
    )
    with still(replace(files, agreement=agreement), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        seen(company, [touch(str(n), "a", AT - n * DAY) for n in range(3)])
        world.tell("D1", value=Money(100, "USD"))
        post_books(company)
        told = next(one for one in kept(company, Posted) if one.measure == "revenue")
        (linear,) = (one for one in told.own_lines if one.model == "linear")
        assert (linear.currency, [minor for _, minor in linear.adds]) == ("USD", [34, 33, 33])
        assert sorted(balance(company, "linear").values()) == [30, 30, 30]
