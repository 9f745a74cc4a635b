"""Models fitted to closed deals: their properties, and the rules a second time beside them."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.revenue.fitted.absorb import dense, sparse
from crmbridge.policy.revenue.fitted.chain import chain_of
from crmbridge.policy.revenue.fitted.markov import markov
from crmbridge.policy.revenue.fitted.paths import fold, fold_counted, path_of
from crmbridge.policy.revenue.fitted.presence import per_journey, presence
from crmbridge.policy.revenue.fitted.shapley import linear_channels, merge_small, shapley_rate
from crmbridge.policy.revenue.journey import Point, Window
from tests.revenue.fitted_rules import (
    markov_by_rule,
    rate_inside,
    shapley_by_rule,
    shares_by_rule,
    wins_inside,
)

NEAR = 1e-9
PATH = st.text("abcd", max_size=6)
ROW = st.tuples(PATH, st.booleans(), st.integers(1, 5))
ROWS = st.lists(ROW, max_size=12)
TAUGHT = ROWS.filter(lambda rows: any(path and won for path, won, _ in rows))
ORDERS = st.integers(1, 4)


def same(found, wanted):
    assert list(found) == sorted(wanted)
    assert found == pytest.approx({one: float(value) for one, value in wanted.items()}, abs=NEAR)


@given(rows=ROWS, order=ORDERS, few=st.sampled_from([0, 800]))
def test_removal_effects_are_those_of_the_rule(rows, order, few):
    found = markov(fold_counted(rows), order, few)
    p, effects, shares = markov_by_rule(rows, order)
    assert found.p == pytest.approx(float(p), abs=NEAR)
    same(found.effects, effects)
    same(found.shares, shares)


@given(rows=TAUGHT, order=ORDERS)
def test_shares_add_to_one_and_effects_are_parts(rows, order):
    paths = fold_counted(rows)
    found = markov(paths, order)
    assert found.available
    assert sum(found.shares.values()) == pytest.approx(1, abs=NEAR)
    assert all(0 <= effect <= 1 for effect in found.effects.values())
    assert found.p == pytest.approx(paths.tally.won / paths.tally.closed, abs=NEAR)


@given(rows=ROWS, order=ORDERS)
def test_other_names_of_channels_change_no_figure(rows, order):
    names = dict(zip("abcd", "zxyw", strict=True))
    renamed = [([names[one] for one in path], won, count) for path, won, count in rows]
    before, after = markov(fold_counted(rows), order), markov(fold_counted(renamed), order)
    same(after.shares, {names[one]: share for one, share in before.shares.items()})
    for model in (linear_channels, shapley_rate):
        one, other = model(fold_counted(rows)), model(fold_counted(renamed))
        assert other.values == {names[channel]: value for channel, value in one.values.items()}


@given(rows=ROWS, times=st.integers(2, 4))
def test_repeats_of_a_channel_change_nothing_at_order_one(rows, times):
    longer = [("".join(one * times for one in path), won, count) for path, won, count in rows]
    before, after = markov(fold_counted(rows)), markov(fold_counted(longer))
    same(after.effects, before.effects)
    assert after.p == pytest.approx(before.p, abs=NEAR)


@given(rows=TAUGHT, order=st.integers(6, 40))
def test_a_high_order_counts_the_won_journeys_with_the_channel(rows, order):
    paths = fold_counted(rows)
    with_it = {one: Fraction(its.present.won) for one, its in presence(paths).items()}
    found = markov(paths, order)
    same(found.effects, {one: won / paths.tally.won for one, won in with_it.items()})


@settings(max_examples=30)
@given(rows=ROWS)
def test_shapley_values_are_the_mean_over_all_orders_of_joining(rows):
    paths = fold_counted(rows)
    for model, worth in ((linear_channels, wins_inside), (shapley_rate, rate_inside)):
        found, values = model(paths), shapley_by_rule(rows, worth)
        assert found.values == values
        assert found.shares == shares_by_rule(values)
        assert found.clipped == tuple(one for one in sorted(values) if values[one] < 0)


@given(rows=TAUGHT)
def test_shapley_values_add_to_what_all_channels_are_worth(rows):
    paths = fold_counted(rows)
    tally = paths.tally
    assert sum(linear_channels(paths).values.values()) == tally.won
    found = shapley_rate(paths)
    assert sum(found.values.values()) == Fraction(tally.won, tally.closed)
    assert sum(found.shares.values()) == 1


def test_where_nothing_was_won_no_model_is_available():
    for rows in ([("ab", False, 2)], [("", True, 3)], []):
        paths = fold_counted(rows)
        channels = ["a", "b"] if rows and rows[0][0] else []
        for found in (markov(paths, 2), linear_channels(paths), shapley_rate(paths)):
            assert not found.available
            assert found.shares == dict.fromkeys(channels, 0)


def test_journeys_are_read_once_and_equal_ones_counted_together():
    journeys = (one for one in [("ab", True), (["a", "b"], True), ("ab", False), ("", True)])
    paths = fold(journeys)
    assert (paths.won, paths.lost) == ({("a", "b"): 2}, {("a", "b"): 1})
    assert paths.untouched == 1
    assert (paths.tally.won, paths.tally.lost, paths.tally.closed) == (2, 1, 3)
    again = fold_counted([("ab", 1, 2), ("ab", 0, 1), ("", 1, 1), ("c", 1, 0)])
    assert again == paths


def test_a_path_is_in_the_order_of_instant_channel_and_id():
    points = [
        Point("3", 50, channel="web"),
        Point("2", 50, channel="ads"),
        Point("1", 50, channel="web"),
        Point("0", 40, channel="web"),
        Point("9", 90, channel="late"),
    ]
    assert path_of(points) == ("web", "ads", "web", "web", "late")
    assert path_of(points, Window(start=50, cutoff=89)) == ("ads", "web", "web")
    assert path_of(points, Window(cutoff=90)) == path_of(points)
    assert path_of([]) == ()


def test_both_ways_of_solving_agree_where_journeys_go_round_in_circles():
    rows = [("ab" * 400, True, 3), ("ab" * 300 + "c", False, 5), ("cba", True, 2), ("d", False, 7)]
    for order in (1, 2, 3):
        chain = chain_of(fold_counted(rows), order)
        p, without = dense(chain)
        for restart, rounds in ((1, 1), (60, 20)):
            other_p, other_without = sparse(chain, restart, rounds)
            assert other_p == pytest.approx(p, abs=NEAR)
            assert other_without == pytest.approx(without, abs=NEAR)


def test_states_are_as_many_as_there_are_different_last_channels():
    paths = fold_counted([("abca", True, 1), ("ca", False, 2)])
    # the start; a b c; a ab bc ca c; a ab abc bca c ca
    assert [markov(paths, order).states for order in (1, 2, 3)] == [4, 6, 7]
    assert markov(paths, 400).states == markov(paths, 4).states


def test_the_order_of_reading_changes_not_a_bit():
    rows = [("abc", True, 3), ("ca", False, 4), ("bb", True, 1), ("cab", False, 2)]
    for order in (1, 2, 3):
        assert markov(fold_counted(rows), order) == markov(fold_counted(rows[::-1]), order)


def test_the_channels_with_the_fewest_journeys_are_one_player():
    rows = [(["big", name], True, count) for name, count in (("x", 4), ("y", 2), ("z", 2))]
    rows += [(["other"], False, 9), (["y", "z"], False, 1)]
    found = shapley_rate(fold_counted(rows), most=3)
    assert list(found.values) == ["big", "other", "x"]
    assert found.merged == ("other", "y", "z")
    small = {"other", "y", "z"}
    merged = [(["other" if one in small else one for one in path], w, n) for path, w, n in rows]
    assert found.values == shapley_by_rule(merged, rate_inside)
    assert linear_channels(fold_counted(rows)).merged == ()


def test_twelve_channels_are_valued_as_they_are_and_thirteen_are_not():
    def players(count):
        rows = [([f"c{n:02}"], n % 2 == 0, 1 + n) for n in range(count)]
        return shapley_rate(fold_counted(rows))

    assert players(12).merged == ()
    assert players(13).merged == ("c00", "c01")
    assert len(players(13).values) == 12
    sets = fold_counted([("a", True, 1)]).sets()
    assert merge_small(sets, 12) == (sets, ())


def test_channels_are_judged_by_the_journeys_with_and_without_them():
    found = presence(fold_counted([("aab", True, 3), ("a", False, 1), ("b", False, 4)]))
    assert (found["a"].present.won, found["a"].present.lost) == (3, 1)
    assert (found["a"].absent.won, found["a"].absent.lost) == (0, 4)
    assert found["a"].difference == Fraction(3, 4)
    assert found["a"].interval.low < 0.75 < found["a"].interval.high
    assert found["b"].difference == Fraction(3, 7)
    everywhere = presence(fold_counted([("a", True, 1)]))["a"]
    assert everywhere.difference is None
    assert (everywhere.interval.low, everywhere.interval.high) == (-1, 1)


def test_a_share_is_divided_by_the_journeys_of_its_channel():
    found = per_journey({"a": Fraction(1, 2), "b": Fraction(1, 2), "c": Fraction(0)}, {"a": 4})
    assert found == {"a": Fraction(1, 8), "b": None, "c": None}


@pytest.mark.parametrize(
    "work",
    [
        lambda: markov(fold_counted([("a", True, 1)]), 0),
        lambda: markov(fold_counted([]), 0),
        lambda: chain_of(fold_counted([]), 1),
        lambda: fold_counted([("a", True, -1)]),
        lambda: shapley_rate(fold_counted([("a", True, 1)]), 1),
        lambda: shapley_rate(fold_counted([("a", True, 1)]), 21),
    ],
)
def test_what_makes_no_sense_is_refused(work):
    with pytest.raises(ValueError, match=r"order|path|players"):
        work()
