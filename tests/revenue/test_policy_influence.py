"""What each campaign and person is credited with, in percent of the deal."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.influence import percents

parts = st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 10**9), min_size=1)


def test_parts_that_make_up_the_deal_are_a_hundred_by_the_largest_remainder():
    assert percents({"a": 1, "b": 1, "c": 1}, 3) == {
        "a": Decimal("33.34"),
        "b": Decimal("33.33"),
        "c": Decimal("33.33"),
    }


def test_what_nobody_has_a_record_for_is_left_out():
    assert percents({"a": 250, "b": 125}, 1000) == {"a": Decimal("25"), "b": Decimal("12.5")}


def test_a_deal_below_zero_is_shared_as_the_one_above_it():
    assert percents({"a": -75, "b": -25}, -100) == {"a": Decimal(75), "b": Decimal(25)}


def test_a_deal_of_nothing_and_a_part_of_nothing_have_none():
    assert percents({"a": 0}, 0) == {}
    assert percents({}, 7) == {}
    assert percents({"a": 0, "b": 7}, 7) == {"b": Decimal(100)}
    assert percents({"a": 1, "b": 999_999}, 1_000_000) == {"b": Decimal(100)}


@given(parts, st.integers(0, 10**9))
def test_no_deal_has_more_than_all_of_it_and_no_part_misses_its_own(found, rest):
    whole = sum(found.values()) + rest
    made = percents(found, whole)
    assert sum(made.values()) <= 100
    if whole and not rest:
        assert sum(made.values()) == 100
    for name, part in found.items():
        exact = Decimal(100 * part) / whole if whole else 0
        assert abs(made.get(name, Decimal(0)) - exact) <= Decimal("0.01")
