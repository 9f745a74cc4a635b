"""Intervals and tests of rates: bounds, symmetry, and how many cases it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.intervals import (
    Interval,
    Sample,
    half_width,
    mcnemar,
    newcombe,
    pairs_needed,
    per_side,
    rate,
    sample,
    wilson,
)

counts = st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_an_interval_holds_its_rate_and_mirrors(count):
    k, n = count
    found, mirrored = wilson(k, n), wilson(n - k, n)
    assert 0 <= found.low <= found.high <= 1
    assert n == 0 or found.low <= k / n <= found.high
    assert (found.low, found.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))


@given(counts, counts)
def test_a_difference_turned_round_is_its_negative(one, two):
    found, turned = newcombe(*one, *two), newcombe(*two, *one)
    assert (found.low, found.high) == pytest.approx((-turned.high, -turned.low))
    assert -1 <= found.low <= found.high <= 1


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_takes_no_side(b, c):
    assert mcnemar(b, c) == mcnemar(c, b)
    assert 0 <= mcnemar(b, c) <= 1
    assert mcnemar(b, b) == 1.0


def test_mcnemar_of_thousands_of_pairs_is_a_number():
    assert 0 < mcnemar(4900, 5100) < 0.05


def test_none_of_none_says_nothing():
    assert rate(0, 0) is None
    assert wilson(0, 0) == Interval(0.0, 1.0)
    assert newcombe(0, 0, 3, 4) == Interval(-1.0, 1.0)


def test_more_than_all_is_refused():
    with pytest.raises(ValueError, match="5 of 4 is no rate"):
        wilson(5, 4)


def test_few_cases_show_counts_and_thirty_carry_a_verdict():
    assert [sample(n) for n in (9, 10, 29, 30)] == [
        Sample.COUNTS,
        Sample.INTERVAL,
        Sample.INTERVAL,
        Sample.VERDICT,
    ]


def test_the_sizes_of_samples_that_the_rules_name():
    assert [per_side(0.4, 0.5), per_side(0.4, 0.6), per_side(0.1, 0.15)] == [388, 97, 681]
    assert per_side(0.3, 0.3) is None
    assert [round(half_width(n), 2) for n in (30, 100, 400)] == [0.17, 0.10, 0.05]
    assert half_width(0) == 0.5


def test_pairs_that_differ_little_need_many_more():
    assert pairs_needed(6, 8, 27) > 27
    assert pairs_needed(7, 7, 27) is None
    assert pairs_needed(2, 40, 60) < 60
