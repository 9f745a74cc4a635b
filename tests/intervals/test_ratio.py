"""The interval of a share of amounts: what it says of few cases, and how often it is right."""

import random
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmbridge.policy.intervals import Interval, Measured, measured, ratio

amounts = st.lists(st.tuples(st.integers(0, 10**12), st.booleans()), min_size=2, max_size=40)


def textbook(x, y):
    """The ratio estimator with numpy, and scipy's own quantile of t."""
    x, y = np.array(x, float), np.array(y, float)
    n, r = len(x), y.sum() / x.sum()
    error = sqrt(n / (n - 1) * ((y - r * x) ** 2).sum()) / x.sum()
    half = error * stats.t.ppf(0.975, n - 1)
    return r, max(0.0, r - half), min(1.0, r + half)


@given(amounts.filter(lambda rows: any(one for one, _ in rows)))
def test_a_share_of_amounts_is_the_textbooks(rows):
    x, y = [one for one, _ in rows], [one if mine else 0 for one, mine in rows]
    share, interval = ratio(x, y)
    assert (share, interval.low, interval.high) == pytest.approx(textbook(x, y), abs=1e-7)
    assert 0 <= interval.low <= interval.high <= 1


def test_what_is_not_mine_has_the_mirrored_interval():
    x, y = [100, 250, 70, 900], [100, 0, 70, 0]
    share, interval = ratio(x, y)
    other, mirrored = ratio(x, [a - b for a, b in zip(x, y, strict=True)])
    assert share == pytest.approx(1 - other)
    assert (interval.low, interval.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))


def test_one_amount_or_none_says_nothing_of_another_time():
    assert ratio([], []) == (None, Interval(0.0, 1.0))
    assert ratio([0, 0], [0, 0]) == (None, Interval(0.0, 1.0))
    assert ratio([500], [500]) == (1.0, Interval(0.0, 1.0))


def test_amounts_without_their_parts_are_refused():
    with pytest.raises(ValueError, match="1 parts of 2 amounts"):
        ratio([1, 2], [1])


def test_the_interval_holds_the_true_share_about_as_often_as_it_says():
    dice, held = random.Random(7), 0
    for _ in range(400):
        x = [dice.randint(50, 150) for _ in range(60)]
        y = [one if dice.random() < 0.3 else 0 for one in x]
        interval = ratio(x, y)[1]
        held += interval.low <= 0.3 <= interval.high
    assert 0.92 <= held / 400 <= 0.98


def test_a_rate_of_few_cases_is_only_counted():
    assert measured(3, 9) == Measured(3, 9, None, None)
    assert measured(3, 10).rate == 0.3
    with pytest.raises(ValueError, match="is no rate"):
        measured(4, 3)
