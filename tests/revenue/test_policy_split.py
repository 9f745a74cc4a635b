"""Amounts are split to the cent, whatever their sign and size."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.split import shares, split

F = Fraction
sizes = st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any)


def test_what_is_over_goes_to_the_largest_fractions_and_then_to_the_first():
    assert split(100, dict.fromkeys("abc", F(1, 3))) == {"a": 34, "b": 33, "c": 33}
    assert split(2, {"a": F(1, 6), "b": F(1, 6), "c": F(1, 2), "d": F(1, 6)}) == {
        "a": 1,
        "b": 0,
        "c": 1,
        "d": 0,
    }


def test_an_amount_below_zero_is_split_as_the_one_above_it():
    weights = {"a": F(4, 5), "b": F(1, 10), "c": F(1, 10)}
    assert split(-100001, weights) == {"a": -80001, "b": -10000, "c": -10000}


def test_weights_in_decimals_are_exact():
    weights = {"a": Decimal("0.333333333333"), "b": Decimal("0.666666666667")}
    assert split(1000000, weights) == {"a": 333333, "b": 666667}


def test_weights_that_miss_one_by_their_twelfth_decimal_still_share_all_of_a_fortune():
    thirds = dict.fromkeys("abc", Decimal("0.333333333333"))
    third = (10**18 - 1) // 3
    assert split(10**18, thirds) == {"a": third + 1, "b": third, "c": third}


def test_nothing_by_no_weights_is_nothing_and_money_does_not_vanish():
    assert split(0, {}) == {}
    assert split(0, {"a": F(0), "b": F(0)}) == {"a": 0, "b": 0}
    for weights in ({}, {"a": F(0)}):
        with pytest.raises(ValueError, match="among no weights"):
            split(5, weights)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="negative weight"):
        split(5, {"a": F(3, 2), "b": F(-1, 2)})


@given(st.integers(-(10**16), 10**16), sizes)
def test_parts_add_up_and_are_within_a_unit_of_their_weight(minor, found):
    whole = sum(found)
    parts = shares(minor, found, whole)
    assert sum(parts) == minor
    assert all(
        abs(part - F(minor * size, whole)) < 1 for part, size in zip(parts, found, strict=True)
    )
    assert all(part == 0 for part, size in zip(parts, found, strict=True) if not size)
    assert shares(-minor, found, whole) == [-part for part in parts]


@given(st.integers(0, 10**9), sizes)
def test_of_equal_weights_the_earlier_has_no_less(minor, found):
    parts = shares(minor, found, sum(found))
    for n, size in enumerate(found):
        same = [part for part, other in zip(parts[n:], found[n:], strict=True) if other == size]
        assert parts[n] == max(same)
