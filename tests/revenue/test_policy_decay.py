"""Time decay: the shares that the rules print, and what a longer half-life does."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.decay import decayed
from tests.revenue.journeys import DAY

FIVE = [day * DAY for day in (0, 30, 60, 90, 120)]
times = st.lists(st.integers(0, 10**9), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("days", "last"), [(7, 0.949), (14, 0.774), (30, 0.516), (60, 0.356), (90, 0.301)]
)
def test_the_last_of_five_touches_has_what_the_rules_print(days, last):
    assert float(decayed(FIVE, days)[-1]) == pytest.approx(last, abs=5e-4)


def test_half_a_unit_of_the_twelfth_decimal_goes_to_the_even_side():
    # 1/8192 = 0.0001220703125: beside touches that fill up to 1 it is a share as it stands
    ages = [13, 13, *range(12, 0, -1)]
    shares = decayed([-age * DAY for age in ages] + [0], 1)
    halves = [Fraction(1, 2**age) for age in [*ages, 0]]
    assert sum(halves) == 2
    assert shares[:2] == [Fraction(61035156, 10**12)] * 2  # of 0.00006103515625


def test_no_touches_have_no_shares_and_one_has_all():
    assert decayed([], 30) == []
    assert decayed([5], 30) == [1]
    assert decayed([0, 10**10], 1) == [0, 1]


@pytest.mark.parametrize("days", [0, -1])
def test_a_half_life_below_a_day_is_refused(days):
    with pytest.raises(ValueError, match="one day or more"):
        decayed([1], days)


@given(times, st.integers(1, 200))
def test_doubling_the_half_life_never_raises_the_share_of_the_last(found, days):
    latest = found.index(max(found))
    assert decayed(found, 2 * days)[latest] <= decayed(found, days)[latest]


@given(times, st.integers(1, 200))
def test_a_later_touch_never_has_less(found, days):
    shares = decayed(sorted(found), days)
    assert shares == sorted(shares)
    assert abs(sum(shares) - 1) <= Fraction(len(found), 2 * 10**12)
