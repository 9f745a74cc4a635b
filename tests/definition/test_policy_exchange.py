"""Money by dated rates: how old a rate may be, and what is said of an amount without one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.policy.definition.exchange import NO_RATES, Exchange, Quote, RateStatus

NEW_YEAR = date(2026, 1, 1)


def rate(currency, day, per_unit):
    return Rate.model_validate({"currency": currency, "from": day, "per_unit": per_unit})


EXCHANGE = Exchange(
    currency="EUR",
    rates=(
        rate("GBP", "2026-01-01", "1.15"),
        rate("USD", "2026-03-01", "0.88"),
        rate("USD", "2026-01-01", "0.90"),
        rate("JPY", "2026-01-01", "0.006123"),
    ),
    zone=ZoneInfo("Europe/Berlin"),
)


def quoted(amount, was, to, day):
    return EXCHANGE.quoted(Decimal(amount), was, to, day)


def test_a_rate_is_fresh_for_62_days_and_then_used_and_flagged():
    found = [quoted("10", "GBP", "EUR", NEW_YEAR + timedelta(days=n)) for n in (0, 62, 63)]
    assert [one.status for one in found] == [RateStatus.OK, RateStatus.OK, RateStatus.STALE]
    assert [str(one.result) for one in found] == ["11.50"] * 3


@pytest.mark.parametrize(("was", "to"), [("GBP", "USD"), ("USD", "GBP"), ("EUR", "GBP")])
def test_either_of_two_rates_that_is_old_makes_the_amount_stale(was, to):
    assert quoted("10", was, to, date(2026, 3, 5)).status is RateStatus.STALE


def test_the_rate_of_a_day_is_the_newest_up_to_it():
    assert quoted("100", "USD", "EUR", date(2026, 2, 28)).rate_from == NEW_YEAR
    assert quoted("100", "USD", "EUR", date(2026, 3, 1)).result == 88


def test_the_same_currency_needs_no_rate():
    found = quoted("12.345", "SEK", "SEK", NEW_YEAR)
    assert found == Quote(
        result=Decimal("12.35"),
        unrounded=Decimal("12.345"),
        rate_from=None,
        status=RateStatus.OK,
    )


def test_no_currency_is_the_companys_own():
    assert quoted("5", "", "EUR", NEW_YEAR) == quoted("5", "EUR", "", NEW_YEAR)
    assert quoted("5", "GBP", "", NEW_YEAR).result == Decimal("5.75")


@pytest.mark.parametrize(("was", "to"), [("SEK", "EUR"), ("EUR", "SEK"), ("SEK", "NOK")])
def test_without_a_rate_nothing_is_guessed(was, to):
    assert quoted("5", was, to, NEW_YEAR) == Quote(
        result=None, unrounded=None, rate_from=None, status=RateStatus.NONE
    )


def test_a_company_without_a_currency_converts_nothing():
    assert NO_RATES.quoted(Decimal(5), "EUR", "USD", NEW_YEAR).status is RateStatus.NONE


def test_an_instant_has_the_day_of_the_company():
    late = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert EXCHANGE.day(late) == date(2026, 3, 1)
    assert EXCHANGE.convert(Decimal(100), "USD", "EUR", late) == 88
    assert EXCHANGE.rate("USD", late) == Decimal("0.88")


def test_an_amount_in_its_own_currency_is_left_as_it_is():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert EXCHANGE.convert(Decimal("12.345"), "SEK", "SEK", at) == Decimal("12.345")
