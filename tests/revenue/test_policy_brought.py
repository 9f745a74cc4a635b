"""What deals brought, as records are told it: one sum, and the campaigns behind."""

from __future__ import annotations

from crmbridge.model.money import Money
from crmbridge.policy.revenue.brought import (
    Backing,
    Share,
    first_campaign,
    headline_campaign,
    summed,
)


def share(minor: int, currency: str, home: int | None = None) -> Share:
    at_home = Money(minor, currency) if home is None else Money(home, "EUR")
    return Share(own=Money(minor, currency), home=at_home)


def backing(at: int, campaign: str, minor: int, currency: str = "EUR") -> Backing:
    return Backing(at=at, touch=f"t{at}", campaign=campaign, credit=Money(minor, currency))


def test_shares_in_one_currency_are_added_in_it() -> None:
    assert summed([share(7, "USD", 6), share(5, "USD", 4)], "EUR") == Money(12, "USD")


def test_shares_in_several_currencies_are_added_in_the_companys() -> None:
    some = [share(7, "USD", 6), share(5, "EUR"), share(9, "SEK")]
    assert summed(some, "EUR") == Money(11, "EUR")


def test_without_any_rate_the_first_deals_currency_is_shown() -> None:
    assert summed([share(9, "SEK"), share(7, "USD"), share(1, "SEK")], "EUR") == Money(10, "SEK")


def test_no_amount_is_no_sum_and_nothing_is_a_sum_of_nothing() -> None:
    assert summed([], "EUR") is None
    assert summed([Share()], "EUR") is None
    assert summed([Share(), share(0, "EUR")], "EUR") == Money(0, "EUR")


def test_the_first_campaign_is_that_of_the_earliest_touch() -> None:
    assert first_campaign([]) == ""
    assert first_campaign([backing(9, "late", 90), backing(3, "early", 1)]) == "early"


def test_the_headline_campaign_has_the_touch_with_the_most_credit() -> None:
    assert headline_campaign([], "EUR") == ""
    some = [backing(3, "fair", 40), backing(5, "shop", 30), backing(5, "shop", 30)]
    assert headline_campaign(some, "EUR") == "shop"


def test_of_equal_credit_the_earlier_touch_names_the_campaign() -> None:
    assert headline_campaign([backing(5, "shop", 40), backing(3, "fair", 40)], "EUR") == "fair"


def test_a_refund_goes_by_its_size_and_what_adds_up_to_nothing_by_nothing() -> None:
    assert headline_campaign([backing(3, "fair", -10), backing(5, "shop", -90)], "EUR") == "shop"
    assert headline_campaign([backing(3, "fair", 9), backing(3, "fair", -9)], "EUR") == ""


def test_credit_in_the_companys_currency_goes_before_any_other() -> None:
    some = [backing(3, "fair", 900, "SEK"), backing(5, "shop", 40)]
    assert headline_campaign(some, "EUR") == "shop"
