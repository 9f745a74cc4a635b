"""What people think of a piece of content, and what became of leads that read it."""

from fractions import Fraction

import pytest

from crmbridge.policy.content.ratings import ratings
from crmbridge.policy.content.read_before import read_before
from crmbridge.policy.intervals import Measured


def test_a_piece_that_nobody_rated_stands_in_the_middle():
    found = ratings([], [])
    assert (found.prospect_mean, found.sales_mean, found.gap) == (3, 3, False)


def test_one_voice_moves_little():
    assert ratings([5], []).prospect_mean == Fraction(20, 6)


@pytest.mark.parametrize(
    ("prospects", "sales", "gap"),
    [
        ([4] * 5, [2] * 5, True),  # 3.5 and 2.5: exactly one apart
        ([4] * 5, [2] * 4, False),
        ([4] * 4, [1] * 9, False),
        ([2] * 5, [4] * 5, True),
        ([4] * 4 + [3], [2] * 5, False),
    ],
)
def test_a_gap_wants_five_of_each_side_and_a_whole_point(prospects, sales, gap):
    assert ratings(prospects, sales).gap is gap


@pytest.mark.parametrize("odd", [0, 6, -3])
def test_ratings_are_from_1_to_5(odd):
    for given in (([odd], []), ([], [odd])):
        with pytest.raises(ValueError, match=f"a rating of {odd}"):
            ratings(*given)


def test_leads_that_read_a_piece_are_held_against_all_others():
    found = read_before(30, 40, 70, 120)
    assert (found.having.rate, found.without.rate) == (0.75, 0.5)
    assert found.difference == 0.25
    assert 0 < found.interval.low < 0.25 < found.interval.high


def test_of_a_few_leads_nothing_is_compared():
    found = read_before(5, 9, 50, 100)
    assert found.having == Measured(5, 9, None, None)
    assert found.difference is found.interval is None
    assert read_before(50, 95, 55, 100).difference is None
    assert read_before(0, 0, 0, 0).without.n == 0


@pytest.mark.parametrize("odd", [(5, 4, 10, 20), (-1, 4, 10, 20), (5, 9, 4, 20), (5, 30, 10, 20)])
def test_more_readers_than_leads_are_refused(odd):
    with pytest.raises(ValueError, match="is no rate"):
        read_before(*odd)
