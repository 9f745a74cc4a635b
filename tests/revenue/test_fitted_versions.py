"""A fitted model as a version: how much data it needs, what it says, and how it is kept."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from crmbridge.policy.revenue.fitted.fit import Fit, Least, Model, NotEnough, fit
from crmbridge.policy.revenue.fitted.paths import Tally, fold_counted
from crmbridge.policy.revenue.fitted.stored import from_json
from crmbridge.policy.revenue.journey import Point, Window

WINDOW = Window(start=1_704_067_200, cutoff=1_767_225_599)
DAY = date(2026, 1, 1)
ENOUGH = [
    ("ab", True, 200),
    ("b", True, 100),
    ("c", True, 10),
    ("ac", False, 15),
    ("b", False, 700),
]


def fitted(model=Model.MARKOV, rows=ENOUGH, **more):
    return fit(fold_counted(rows), model, window=WINDOW, on=DAY, **more)


def test_a_fit_needs_300_won_and_1000_closed_journeys():
    assert isinstance(fitted(), Fit)
    few_won = [("a", True, 299), ("a", False, 5000)]
    few_closed = [("a", True, 400), ("a", False, 599)]
    for rows, told in (
        (few_won, "299 of 300 won and 5299 of 1000 closed"),
        (few_closed, "400 of 300 won and 999 of 1000 closed"),
    ):
        for model in Model:
            found = fitted(model, rows)
            assert isinstance(found, NotEnough)
            assert str(found) == f"not enough data for {model}: {told} journeys"
    assert isinstance(fitted(rows=[("a", True, 300), ("a", False, 700)]), Fit)


def test_what_is_enough_can_be_set_but_something_must_be_won():
    rows = [("ab", True, 1), ("", True, 9), ("b", False, 1)]
    found = fitted(rows=rows, least=Least(won=1, closed=2, channel=2))
    assert found.few == ("a",)
    assert found.seen == Tally(1, 1)
    nothing = fitted(rows=[("ab", False, 5)], least=Least(won=0, closed=0, channel=9))
    assert isinstance(nothing, NotEnough)
    assert nothing.few == ("a", "b")
    assert str(nothing).endswith("closed journeys; fewer than 9 with a, b")


def test_a_channel_with_fewer_than_30_journeys_is_flagged_and_keeps_its_share():
    found = fitted()
    assert found.few == ("c",)
    assert found.shares["c"] > 0


def test_shares_have_twelve_decimals_rounded_half_even():
    found = fitted(Model.LINEAR_CHANNELS)
    assert str(found.shares["a"]) == "0.322580645161"
    assert found.channels["b"].value == Decimal("200.000000000000")
    assert abs(sum(found.shares.values()) - 1) < Decimal("1e-11")


def test_a_negative_value_is_flagged_and_gets_no_share():
    found = fitted(Model.SHAPLEY_RATE)
    assert found.clipped == ("a", "b")
    assert all(found.channels[one].value < 0 == found.shares[one] for one in "ab")
    assert fitted().clipped == ()


def test_a_version_is_named_by_model_order_day_and_hash():
    found = fitted(order=2)
    assert found.version == f"markov_2:2026-01-01:{found.hash[:12]}"
    assert fitted(Model.SHAPLEY_RATE, order=2).version.startswith("shapley_rate:2026-01-01:")


def test_the_hash_covers_all_that_a_fit_says():
    found = fitted()
    others = [
        fitted(order=2),
        replace(found, window=Window(cutoff=WINDOW.cutoff)),
        replace(found, on=date(2026, 1, 2)),
        replace(found, least=Least(channel=31)),
        replace(found, merged=("x",)),
        replace(found, seen=Tally(1, 2)),
        replace(found, channels={"a": found.channels["a"]}),
        *(fitted(model) for model in (Model.LINEAR_CHANNELS, Model.SHAPLEY_RATE)),
    ]
    assert len({found.hash, *(one.hash for one in others)}) == len(others) + 1
    assert fitted(rows=ENOUGH[::-1]).hash == found.hash


@pytest.mark.parametrize("model", list(Model))
def test_a_kept_fit_is_read_back_as_it_was(model):
    many = [([f"c{n:02}"], n % 3 == 0, 80 + n) for n in range(15)]
    for rows in (ENOUGH, many):
        found = fitted(model, rows)
        assert from_json(found.to_json()) == found
        assert from_json(json.dumps(json.loads(found.to_json()), indent=1)) == found


def test_a_fit_that_was_changed_or_is_none_is_not_read():
    found = fitted()
    good = json.loads(found.to_json())
    changed = good | {"seen": [1, 1]}
    odd = good | {"mood": "bad"}
    later = good | {"format": 2}
    bare = {name: value for name, value in good.items() if name != "hash"}
    for data, told in (
        (changed, "differs"),
        (odd, "differs"),
        (later, "format 2"),
        (bare, "no fitted model"),
        ([], "no fitted model"),
        (good | {"channels": {"a": ["x", "1", 1, 1]}}, "no fitted model"),
        (good | {"model": "guess"}, "no fitted model"),
    ):
        with pytest.raises(ValueError, match=told):
            from_json(json.dumps(data))


def test_a_fit_splits_a_deal_by_its_shares_and_knows_what_it_merged():
    found = fitted(Model.LINEAR_CHANNELS, [("ab", True, 300), ("a", True, 150), ("b", False, 600)])
    points = [Point("1", 0, channel="a"), Point("2", 5, channel="b")]
    assert found.shares == {"a": Decimal("0.666666666667"), "b": Decimal("0.333333333333")}
    assert found.split(points) == {
        "1": Fraction(666666666667, 10**12),
        "2": Fraction(333333333333, 10**12),
    }
    many = fitted(Model.SHAPLEY_RATE, [([f"c{n:02}"], n < 7, 80 + n) for n in range(15)])
    assert many.merged == ("c00", "c01", "c02", "c03")
    assert many.channels["other"].seen.closed == 80 + 81 + 82 + 83
    assert many.split([Point("1", 0, channel="c00"), Point("2", 0, channel="c03")]) == {
        "1": Fraction(1, 2),
        "2": Fraction(1, 2),
    }
