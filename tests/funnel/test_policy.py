"""The speed of a cohort: what is shown, what is not, and why the naive ways mislead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.incidence import OPEN, curve, quantiles
from crmbridge.policy.speed import Exit, Stay, naive, speed

TINY = [
    Stay(2, Exit.PROGRESSED),
    Stay(3, Exit.RETURNED),
    Stay(3, Exit.PROGRESSED),
    Stay(5),
    Stay(6, Exit.PROGRESSED),
    Stay(8),
]


def test_nobody_in_a_cohort_is_no_error():
    found = speed([])
    assert (found.n, found.progressed, found.returned, found.open) == (0, 0, 0, 0)
    assert found.median_days is None
    assert [(one.day, one.at_risk, one.progressed) for one in found.by_day] == [
        (7, 0, None),
        (30, 0, None),
        (90, 0, None),
        (180, 0, None),
    ]
    assert naive([]).of_all is naive([]).of_closed is None


def test_a_day_with_fewer_than_five_at_risk_shows_nothing():
    by_day = {one.day: one for one in speed(TINY, days=(3, 5)).by_day}
    assert (by_day[3].at_risk, by_day[5].at_risk) == (5, 3)
    assert by_day[3].progressed == pytest.approx(1 / 3)
    assert by_day[3].returned == pytest.approx(1 / 6)
    assert by_day[5].progressed is by_day[5].returned is None
    assert speed(TINY, days=(5,), fewest=3).by_day[0].progressed == pytest.approx(1 / 3)


def test_the_median_is_when_half_have_left_in_whatever_way():
    assert speed(TINY).median_days == 3


def test_without_half_gone_there_is_no_median():
    assert speed([Stay(1, Exit.PROGRESSED), Stay(9), Stay(9)]).median_days is None


def test_a_median_does_not_hang_on_rounding():
    # ten leave one by one: what is left is a product of ten parts, and half of all at the fifth
    assert speed([Stay(day, Exit.PROGRESSED) for day in range(1, 11)]).median_days == 5
    waits = [(day, "x") for day in range(1, 1001)]
    assert [curve(waits).quantile(part) for part in (0.1, 0.5, 0.9)] == [100, 500, 900]


def test_a_lead_that_leaves_on_the_day_it_comes_counts_from_day_0():
    found = curve([(0, "p"), (4, OPEN)])
    assert (found.at_risk(0), found.incidence("p", 0), found.left(0)) == (2, 0.5, 0.5)


def test_before_anything_happened_all_wait():
    found = curve([(3, "p")])
    assert (found.incidence("p", 2), found.left(2), found.incidence("r", 9)) == (0.0, 1.0, 0.0)


def test_who_goes_out_of_sight_on_a_day_still_is_at_risk_on_it():
    found = curve([(5, OPEN), (5, "p")])
    assert found.incidence("p", 5) == 0.5


def test_taking_returns_as_still_under_way_overstates_progress():
    simple, found = naive(TINY, (6,)), speed(TINY, (6,), fewest=1)
    assert simple.incidence[6] > found.by_day[0].progressed
    assert (simple.of_all, simple.of_closed) == (0.5, 0.75)


def test_a_stay_of_less_than_no_time_is_refused():
    with pytest.raises(ValueError, match="cannot end before it began"):
        speed([Stay(-1, Exit.PROGRESSED)])


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=30))
def test_the_quick_way_to_quantiles_says_what_the_curve_says(waits):
    parts = (0.25, 0.5, 0.9)
    slow = curve((at, "p" if over else OPEN) for at, over in waits)
    assert quantiles(waits, parts) == [slow.quantile(part) for part in parts]


def test_a_wait_of_less_than_no_time_has_no_quantiles():
    with pytest.raises(ValueError, match="cannot end before it began"):
        quantiles([(3, True), (-1, False)], (0.5,))
