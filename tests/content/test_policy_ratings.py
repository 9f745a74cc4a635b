"""Ratings as they must be whoever rates: between 1 and 5, apart, and told only by enough voices."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.content.ratings import ratings

STARS = st.lists(st.integers(1, 5), max_size=12)


@given(STARS, STARS)
def test_a_mean_lies_between_the_middle_and_what_was_said(ours: list[int], theirs: list[int]):
    found = ratings(ours, theirs)
    for said, mean in ((ours, found.prospect_mean), (theirs, found.sales_mean)):
        plain = Fraction(sum(said), len(said)) if said else Fraction(3)
        assert min(plain, 3) <= mean <= max(plain, 3)
        assert mean * (5 + len(said)) == 15 + sum(said)


@given(STARS, STARS)
def test_the_sides_are_alike(ours: list[int], theirs: list[int]):
    one, other = ratings(ours, theirs), ratings(theirs, ours)
    assert (one.prospect_mean, one.sales_mean) == (other.sales_mean, other.prospect_mean)
    assert one.gap == other.gap


@given(STARS, STARS, st.randoms())
def test_the_order_of_voices_does_not_count(ours, theirs, chance):
    mixed = list(ours)
    chance.shuffle(mixed)
    assert ratings(mixed, theirs) == ratings(ours, theirs)


@given(STARS, STARS)
def test_a_gap_has_five_voices_of_each_side_and_a_whole_point(ours: list[int], theirs: list[int]):
    found = ratings(ours, theirs)
    if found.gap:
        assert min(len(ours), len(theirs)) >= 5
        assert abs(found.prospect_mean - found.sales_mean) >= 1


@given(STARS, st.integers(1, 5))
def test_one_more_voice_moves_the_mean_its_way(ours: list[int], more: int):
    before, after = ratings(ours, []).prospect_mean, ratings([*ours, more], []).prospect_mean
    assert min(before, more) <= after <= max(before, more)
