"""Marketing's contribution: parts that add up, and targets that a quarter can or cannot judge."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.intervals import Interval
from crmbridge.policy.revenue.contribution import Counted, Standing, against, contribution
from crmbridge.policy.revenue.sourced import Part

deals = st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(Part)), max_size=30)


def counted(*rows):
    return [Counted(id=f"D{n}", minor=minor, part=part) for n, (minor, part) in enumerate(rows)]


@given(deals)
def test_the_parts_add_up_to_all_deals_and_all_money(rows):
    found = contribution(counted(*rows))
    three = (found.sourced, found.influenced_only, found.none)
    assert sum(one.minor for one in three) == found.minor
    assert sum(one.deals for one in three) == found.deals == len(rows)
    both = found.sourced_or_influenced
    assert both.minor + found.none.minor == found.minor


def test_a_period_without_deals_has_no_share_and_no_standing():
    found = contribution([])
    assert found.sourced.by_amount is found.sourced.by_count is None
    told = against(found.sourced, found.minor, Decimal("0.3"))
    assert (told.standing, told.gap, told.gap_minor) == (Standing.CANNOT_TELL, None, 0)


def test_deals_without_money_count_as_deals():
    found = contribution(counted((0, Part.SOURCED), (0, Part.NONE))).sourced
    assert (found.by_amount, found.by_count, found.interval) == (None, 0.5, Interval(0.0, 1.0))


def test_many_alike_deals_tell_above_from_below():
    rows = [(100, Part.SOURCED if n % 2 else Part.NONE) for n in range(200)]
    found = contribution(counted(*rows))
    standing = {
        target: against(found.sourced, found.minor, Decimal(target)).standing
        for target in ("0.3", "0.45", "0.5", "0.7")
    }
    assert standing == {
        "0.3": Standing.ABOVE,
        "0.45": Standing.CANNOT_TELL,
        "0.5": Standing.CANNOT_TELL,
        "0.7": Standing.BELOW,
    }


def test_a_target_at_the_end_of_the_interval_is_not_left_out():
    found = contribution(counted((100, Part.NONE), (100, Part.NONE)))
    assert against(found.sourced, found.minor, Decimal(0)).standing is Standing.CANNOT_TELL


def test_the_gap_in_money_is_rounded_once_half_away_from_zero():
    found = contribution(counted((0, Part.SOURCED), (5, Part.NONE)))
    assert against(found.sourced, found.minor, Decimal("0.3")).gap_minor == -2
    assert against(found.sourced, found.minor, Decimal("0.1")).gap_minor == -1


@pytest.mark.parametrize("target", ["-0.1", "1.01", "30"])
def test_a_target_that_is_no_share_is_refused(target):
    found = contribution([])
    with pytest.raises(ValueError, match="is no share"):
        against(found.sourced, found.minor, Decimal(target))
