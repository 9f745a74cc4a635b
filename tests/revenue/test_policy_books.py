"""The books of credit: entries bring them to what is due, and say why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.books import Cause, Facts, Standing, balance, cause_of, deltas
from crmbridge.policy.revenue.journey import Milestones

WON = Facts(
    standing=Standing.WON,
    minor=1000,
    currency="USD",
    converted=900,
    model="w1",
    people=frozenset({"p"}),
    touches=frozenset({"a", "b"}),
)
books = st.dictionaries(st.sampled_from("abcdef"), st.integers(-5, 5))


def test_only_what_differs_is_posted():
    assert deltas({"a": 5, "b": 2}, {"a": 5, "b": 3}) == {"b": -1}
    assert deltas({"a": 5}, {"a": 5}) == {}
    assert deltas({}, {}) == {}


def test_an_empty_target_takes_all_back():
    assert deltas({}, {"a": 5, "b": -3}) == {"a": -5, "b": 3}


def test_entries_stand_in_the_order_of_the_touches_and_then_those_taken_back():
    target, posted = {"b": 1, "c": 1, "a": 1}, {"d": 1, "a": 2, "e": 1}
    assert list(deltas(target, posted)) == ["b", "c", "a", "d", "e"]


@given(books, books)
def test_the_books_say_after_an_entry_what_is_due(target, posted):
    entries = deltas(target, posted)
    assert all(entries.values())
    after = balance(posted, entries)
    assert after == {one: minor for one, minor in target.items() if minor}
    assert deltas(target, after) == {}


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({}, None),
        ({"minor": 1200, "converted": 1080}, Cause.AMOUNT_CHANGED),
        ({"minor": 800, "converted": 720}, Cause.REFUND),
        ({"minor": -200, "converted": -180}, Cause.REFUND),
        ({"minor": None, "converted": None}, Cause.AMOUNT_CHANGED),
        ({"minor": 800, "currency": "EUR"}, Cause.AMOUNT_CHANGED),
        ({"converted": 925}, Cause.RATE_CORRECTED),
        ({"converted": None}, Cause.RATE_CORRECTED),
        ({"model": "w2"}, Cause.MODEL_REFIT),
        ({"people": frozenset({"p", "q"}), "touches": frozenset({"a", "c"})}, Cause.ROLE_CHANGED),
        ({"touches": frozenset({"a", "b", "c"})}, Cause.LATE_TOUCH),
        ({"milestones": Milestones(created=5)}, Cause.LATE_TOUCH),
        ({"standing": Standing.OPEN, "minor": 5}, Cause.REOPENED),
        ({"standing": Standing.LOST}, Cause.LOST_AFTER_WON),
        ({"standing": Standing.DELETED, "touches": frozenset()}, Cause.DELETED),
        ({"standing": Standing.MERGED, "people": frozenset()}, Cause.MERGED),
        ({"minor": 800, "converted": 700, "model": "w2", "people": frozenset()}, Cause.REFUND),
        ({"converted": 700, "model": "w2", "people": frozenset()}, Cause.RATE_CORRECTED),
        ({"model": "w2", "people": frozenset()}, Cause.MODEL_REFIT),
    ],
)
def test_a_change_of_a_won_deal_has_one_cause(change, cause):
    assert cause_of(WON, replace(WON, **change)) is cause


def test_a_deal_is_won_the_first_time_and_again():
    assert cause_of(None, WON) is Cause.WON
    for before in (Standing.OPEN, Standing.LOST, Standing.DELETED, Standing.MERGED):
        assert cause_of(replace(WON, standing=before, minor=5), WON) is Cause.WON


@pytest.mark.parametrize("now", [one for one in Standing if one is not Standing.WON])
def test_a_deal_that_never_was_won_posts_nothing(now):
    assert cause_of(None, replace(WON, standing=now)) is None
    assert cause_of(replace(WON, standing=Standing.OPEN), replace(WON, standing=now)) is None


def test_an_amount_that_was_unknown_and_is_below_zero_is_a_refund():
    assert cause_of(replace(WON, minor=None), replace(WON, minor=-5)) is Cause.REFUND
    assert cause_of(replace(WON, minor=None), WON) is Cause.AMOUNT_CHANGED
