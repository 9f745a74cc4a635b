"""Costs of campaigns: spread over their months, matched by name, added up in one currency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.model.campaign import Campaign
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.revenue.cost.lines import Given, Lines, lines_of
from crmbridge.policy.revenue.cost.months import by_month, last_day
from crmbridge.policy.revenue.cost.total import Costs, total
from crmbridge.report.frame.period import Period

ALWAYS = Period()
DAYS = st.dates(date(1999, 1, 1), date(2032, 12, 31))
DOLLARS = (
    Rate.model_validate({"currency": "USD", "from": "2026-01-31", "per_unit": "0.9"}),
    Rate.model_validate({"currency": "USD", "from": "2026-03-15", "per_unit": "0.8"}),
)
EURO = Exchange(currency="EUR", rates=DOLLARS)


def campaign(ident: str, name: str = "", minor: int | None = None, **more: Any) -> Campaign:
    currency = more.pop("currency", "EUR")
    cost = None if minor is None else Money(minor, currency)
    ref = Ref(system="sales", obj="Campaign", id=ident)
    return Campaign(ref=ref, name=name or ident, cost=cost, **more)


def cost(month: str, name: str, minor: int, currency: str = "EUR") -> Given:
    return Given(month=month, campaign=name, cost=Money(minor, currency))


def told(found: Lines) -> list[tuple[str, str, int, bool]]:
    return [(one.month, one.campaign, one.cost.minor, one.given) for one in found.lines]


def summed(*args: Any, days: Period = ALWAYS, **more: Any) -> Costs:
    return total(lines_of(*args, **more), EURO, days)


def test_a_cost_is_spread_by_days_over_the_months_of_its_campaign() -> None:
    # 17 days of January, 28 of February, 10 of March
    assert by_month(100_00, date(2026, 1, 15), date(2026, 3, 10)) == {
        "2026-01": 30_91,
        "2026-02": 50_91,
        "2026-03": 18_18,
    }
    assert by_month(-5, date(2025, 12, 31), date(2026, 1, 1)) == {"2025-12": -3, "2026-01": -2}


@pytest.mark.parametrize(
    "ends", [None, date(2026, 1, 14), date(2026, 1, 15), date(2099, 12, 31), date(9999, 12, 31)]
)
def test_a_cost_without_a_sound_end_stands_in_the_month_of_its_start(ends: date | None) -> None:
    assert by_month(700, date(2026, 1, 15), ends) == {"2026-01": 700}


def test_without_a_start_nobody_knows_the_month() -> None:
    assert by_month(700, None, date(2026, 1, 15)) == {}


@given(st.integers(-(10**15), 10**15), DAYS, st.none() | DAYS)
def test_the_months_of_a_campaign_add_up_to_its_cost(
    minor: int, starts: date, ends: date | None
) -> None:
    found = by_month(minor, starts, ends)
    assert sum(found.values()) == minor
    assert list(found) == sorted(found)
    assert next(iter(found)) == f"{starts:%Y-%m}"


@given(st.integers(0, 10**9), DAYS, st.integers(0, 800))
def test_a_month_has_what_its_days_are_worth_to_the_cent(
    minor: int, starts: date, length: int
) -> None:
    ends = starts + timedelta(days=length)
    for month, part in by_month(minor, starts, ends).items():
        first, last = date.fromisoformat(f"{month}-01"), last_day(month)
        days = (min(last, ends) - max(first, starts)).days + 1
        assert abs(part - Decimal(minor * days) / (length + 1)) < 1


def test_an_imported_month_wins_over_the_vendors_for_its_campaign_alone() -> None:
    ran = {"starts": date(2026, 1, 1), "ends": date(2026, 2, 28)}
    some = [campaign("1", "Fair", 59_00, **ran), campaign("2", "Webinar", 59_00, **ran)]
    found = lines_of([cost("2026-02", "fair", 7_00, "USD"), cost("2026-03", "Fair", 1_00)], some)
    fair, webinar = "sales:Campaign:1", "sales:Campaign:2"
    assert told(found) == [
        ("2026-01", fair, 31_00, False),
        ("2026-01", webinar, 31_00, False),
        ("2026-02", fair, 7_00, True),
        ("2026-02", webinar, 28_00, False),
        ("2026-03", fair, 1_00, True),
    ]


@pytest.mark.parametrize(
    "name", ["sales:Campaign:701A", "701A", "Spring Fair", "  SPRING   fair ", "Spring\tFair"]
)
def test_a_campaign_is_meant_by_its_record_its_id_or_its_name(name: str) -> None:
    found = lines_of([cost("2026-01", name, 5)], [campaign("701A", "Spring  Fair")])
    assert told(found) == [("2026-01", "sales:Campaign:701A", 5, True)]
    assert not found.unmatched
    assert not found.ambiguous


def test_the_two_ways_to_write_an_accent_are_one_name() -> None:
    found = lines_of([cost("2026-01", "Cafe\u0301", 5)], [campaign("1", "caf\u00e9")])
    assert not found.unmatched


def test_an_id_goes_before_a_name_and_is_taken_letter_by_letter() -> None:
    some = [campaign("701a", "other"), campaign("9", "701a"), campaign("701A", "third")]
    (line,) = lines_of([cost("2026-01", "701a", 5)], some).lines
    assert line.campaign == "sales:Campaign:701a"


def test_names_that_are_not_one_campaigns_are_listed_and_counted() -> None:
    some = [campaign("1", "Fair", channel="event"), campaign("2", "fair", channel="event")]
    given = [
        cost("2026-01", "FAIR", 10),
        cost("2026-01", "Radio", 3),
        cost("2026-02", "radio ", 4),
        cost("2026-02", "Event", 100),
    ]
    found = summed(given, some)
    assert found.unmatched == ("Event", "Radio")
    assert found.ambiguous == {"FAIR": ("sales:Campaign:1", "sales:Campaign:2")}
    assert {name: one.minor for name, one in found.by_campaign.items()} == {
        "FAIR": 10,
        "Radio": 7,
        "Event": 100,
    }
    # all of that name are events, and what is called like a channel is that channel's
    assert {name: one.minor for name, one in found.by_channel.items()} == {"event": 110, "": 7}
    assert found.total == Money(117, "EUR")


def test_a_name_may_stand_for_a_source_that_the_report_knows() -> None:
    found = summed([cost("2026-01", "paid search", 9)], [], channels=["PAID SEARCH"])
    assert dict(found.by_channel) == {"PAID SEARCH": Money(9, "EUR")}
    assert found.unmatched == ("paid search",)


def test_a_deleted_campaign_costs_what_was_imported_and_is_meant_last() -> None:
    ran = {"starts": date(2026, 1, 1)}
    gone = campaign("1", "Fair", 50, live=False, **ran)
    assert lines_of([], [gone]).lines == ()
    assert told(lines_of([cost("2026-01", "fair", 5)], [gone])) == [
        ("2026-01", "sales:Campaign:1", 5, True)
    ]
    both = lines_of([cost("2026-01", "fair", 5)], [gone, campaign("2", "Fair")])
    assert told(both) == [("2026-01", "sales:Campaign:2", 5, True)]


def test_a_month_counts_whole_if_it_begins_in_the_period() -> None:
    given = [cost(f"2026-0{n}", "Radio", 10**n) for n in range(1, 5)]
    days = Period(date(2026, 1, 2), date(2026, 3, 2))
    found = summed(given, [], days=days)
    assert {month: one.minor for month, one in found.by_month.items()} == {
        "2026-02": 100,
        "2026-03": 1000,
    }
    none = summed(given, [], days=Period(date(2026, 5, 1)))
    assert (none.total, none.by_campaign, none.unmatched) == (Money(0, "EUR"), {}, ())


def test_each_month_is_converted_by_the_rate_of_its_last_day() -> None:
    given = [cost(f"2026-0{n}", "Radio", 1_00, "USD") for n in (2, 3)]
    found = summed([*given, cost("2026-01", "TV", 1_00, "USD")], [])
    assert {month: one.minor for month, one in found.by_month.items()} == {
        "2026-01": 90,
        "2026-02": 90,
        "2026-03": 80,
    }


def test_what_no_rate_converts_stays_apart_and_an_old_rate_is_named() -> None:
    given = [
        cost("2025-12", "TV", 5, "USD"),
        cost("2025-12", "TV", 1, "JPY"),
        cost("2025-12", "TV", 7),
        cost("2027-12", "Radio", 1_00, "USD"),
    ]
    found = summed(given, [])
    assert found.unconverted == {"TV": (Money(1, "JPY"), Money(5, "USD"))}
    assert found.by_campaign == {"TV": Money(7, "EUR"), "Radio": Money(80, "EUR")}
    assert found.stale == ("Radio",)


def test_costs_of_an_unknown_month_stay_apart_in_their_own_currency() -> None:
    some = [campaign("1", "Fair", 50, currency="USD"), campaign("2", "None", 0)]
    found = summed([], some)
    assert found.undated == {"sales:Campaign:1": Money(50, "USD")}
    assert found.total == Money(0, "EUR")
    assert found.by_campaign == {}


def test_a_cost_of_nothing_is_known_and_no_cost_is_not() -> None:
    found = summed([cost("2026-01", "Fair", 0)], [campaign("1", "Fair"), campaign("2", "Mail")])
    assert found.by_campaign == {"sales:Campaign:1": Money(0, "EUR")}


NAMES = st.sampled_from(("Fair", "fair", "Radio", "1", "sales:Campaign:2", "webinar"))
GIVEN = st.builds(
    cost,
    st.sampled_from(("2025-12", "2026-01", "2026-02", "2026-03")),
    NAMES,
    st.integers(0, 10**6),
    st.sampled_from(("EUR", "USD", "JPY")),
)
CAMPAIGNS = st.lists(
    st.builds(
        campaign,
        st.sampled_from(("1", "2", "3")),
        st.sampled_from(("Fair", "Mail", "")),
        st.none() | st.integers(-100, 10**6),
        starts=st.none() | st.dates(date(2025, 11, 1), date(2026, 3, 1)),
        ends=st.none() | st.dates(date(2025, 11, 1), date(2026, 3, 1)),
        channel=st.sampled_from(("webinar", "")),
        live=st.booleans(),
    ),
    unique_by=lambda one: one.ref,
)


@given(st.lists(GIVEN, max_size=8), CAMPAIGNS)
def test_every_imported_unit_counts_once_by_campaign_by_channel_and_by_month(
    given: list[Given], some: list[Campaign]
) -> None:
    found = lines_of(given, some)
    mine = [one for one in found.lines if one.given]
    assert sum(one.cost.minor for one in mine) == sum(one.cost.minor for one in given)
    for days in (ALWAYS, Period(date(2025, 12, 15), date(2026, 2, 2))):
        told = total(found, EURO, days)
        for sums in (told.by_campaign, told.by_channel, told.by_month):
            assert sum(one.minor for one in sums.values()) == told.total.minor
