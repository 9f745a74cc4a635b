"""A deal's credit by the shares of its channels: whose touches get what."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.fitted.split_by import split_by
from crmbridge.policy.revenue.journey import Point

SHARES = st.dictionaries(st.sampled_from("abcd"), st.decimals(0, 1, places=12))
POINTS = st.lists(
    st.builds(Point, st.text("xyz", max_size=3), st.integers(0, 5), channel=st.sampled_from("abc")),
    unique_by=lambda one: one.id,
)


def deal(*channels):
    return [Point(str(n), n * 60, channel=channel) for n, channel in enumerate(channels)]


def test_a_channel_divides_its_part_equally_among_its_touches():
    found = split_by(deal("a", "b", "a", "a"), {"a": Decimal("0.3"), "b": Fraction(1, 10)})
    quarter = Fraction(1, 4)
    assert found == {"0": quarter, "1": quarter, "2": quarter, "3": quarter}
    assert split_by(deal("a", "b", "a"), {"a": Decimal("0.9"), "b": Decimal("0.1")}) == {
        "0": Fraction(9, 20),
        "1": Fraction(1, 10),
        "2": Fraction(9, 20),
    }


def test_where_no_channel_has_a_share_all_channels_weigh_the_same():
    quarter, half = Fraction(1, 4), Fraction(1, 2)
    for shares in ({}, {"a": Decimal(0), "b": Decimal(0), "c": Decimal(1)}):
        assert split_by(deal("a", "a", "b"), shares) == {"0": quarter, "1": quarter, "2": half}


def test_a_channel_that_the_model_does_not_know_gets_nothing_beside_one_that_it_knows():
    assert split_by(deal("new", "a"), {"a": Decimal("0.01")}) == {"0": 0, "1": 1}


def test_channels_that_were_fitted_as_one_share_its_part_by_touches():
    shares = {"a": Decimal("0.75"), "other": Decimal("0.25")}
    found = split_by(deal("a", "y", "z", "other"), shares, merged=("other", "y", "z"))
    assert found == {"0": Fraction(3, 4)} | dict.fromkeys("123", Fraction(1, 12))


def test_a_deal_without_touches_has_no_weights():
    assert split_by([], {"a": Decimal(1)}) == {}


def test_weights_stand_in_the_order_of_the_touches():
    points = [Point("b", 5, channel="a"), Point("a", 5, channel="b"), Point("c", 1, channel="a")]
    assert list(split_by(points, {"a": Decimal(1)})) == ["c", "a", "b"]


@given(points=POINTS, shares=SHARES)
def test_the_weights_of_a_deal_add_to_one(points, shares):
    found = split_by(points, shares)
    assert set(found) == {one.id for one in points}
    assert sum(found.values()) == (1 if points else 0)
    assert all(weight >= 0 for weight in found.values())


@given(points=POINTS, shares=SHARES, times=st.integers(1, 9))
def test_only_the_proportions_of_shares_matter(points, shares, times):
    larger = {channel: share * times for channel, share in shares.items()}
    assert split_by(points, larger) == split_by(points, shares)


def test_a_negative_share_and_an_id_that_stands_twice_are_refused():
    with pytest.raises(ValueError, match="below 0"):
        split_by(deal("a", "b"), {"a": Decimal(-1), "b": Decimal(2)})
    twice = [Point("1", 0, channel="a"), Point("1", 5, channel="b")]
    with pytest.raises(ValueError, match="one id"):
        split_by(twice, {"a": Decimal(1)})
