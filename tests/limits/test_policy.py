"""What a write counts as, and when what is owed is too much."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.limits.judge import (
    Altered,
    Bound,
    Load,
    Over,
    bounds,
    drawn,
    goes_back,
    kinds_of,
    over,
)

HUBSPOT = {
    "known": "lead",
    "engaged": "lead",
    "nurture": "lead",
    "ready": "marketingqualifiedlead",
    "handed": "marketingqualifiedlead",
    "accepted": "salesqualifiedlead",
    "qualified": "salesqualifiedlead",
    "opportunity": "opportunity",
    "customer": "customer",
    "disqualified": "other",
}
CHOICES = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity"),
    *("customer", "evangelist", "other"),
)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (Altered(before="Buyer", after="Buyer GmbH"), ("overwrites",)),
        (Altered(before="Buyer", after="Buyer GmbH", lost=False), ()),
        (Altered(before=None, after="Buyer GmbH"), ()),
        (Altered(before=" ", after="Buyer GmbH"), ()),
        (Altered(before=False, after=True), ()),
        (Altered(before=0, after=1), ("overwrites",)),
        (Altered(before="Buyer", after=None), ("clears",)),
        (Altered(before="Buyer", after=""), ("clears",)),
        (Altered(before="Buyer", after=None, lost=False), ()),
        (Altered(before="005A", after="005B", role="owner"), ("owners",)),
        (Altered(before="005A", after="005B", role="owner", lost=False), ("owners",)),
        (Altered(before=None, after="005B", role="owner"), ()),
        (Altered(before="005A", after="005A", role="owner"), ()),
        (Altered(before="005A", after=None, role="owner"), ("clears",)),
        (Altered(before="customer", after="lead", role="stage", backward=True), ("backward",)),
        (
            Altered(before="customer", after="lead", role="stage", backward=True, lost=False),
            ("backward",),
        ),
        (Altered(before="lead", after="customer", role="stage"), ("overwrites",)),
    ],
)
def test_a_field_counts_under_one_kind(one: Altered, kind: tuple[str, ...]) -> None:
    assert kinds_of([one]) == kind


def test_a_write_counts_once_under_each_kind() -> None:
    changes = [
        Altered(before="a", after="b"),
        Altered(before="c", after="d"),
        Altered(before="e", after=None),
        Altered(before="005A", after="005B", role="owner"),
    ]
    assert kinds_of(changes) == ("overwrites", "clears", "owners")
    assert kinds_of([Altered(before=None, after="b")], creates=True) == ("creates",)
    assert kinds_of([], enrols=True) == ("enrolments",)


@pytest.mark.parametrize(
    ("before", "after", "back"),
    [
        ("customer", "lead", True),
        ("opportunity", "marketingqualifiedlead", True),
        ("lead", "marketingqualifiedlead", False),
        ("customer", "other", True),
        ("marketingqualifiedlead", "other", False),
        ("other", "lead", True),
        ("subscriber", "lead", False),
        ("evangelist", "lead", True),
        ("lead", "lead", False),
        ("a_stage_of_is_lost", "lead", True),
        ("a_stage_of_is_lost", "a_stage_of_is_lost", False),
    ],
)
def test_a_stage_goes_back_by_the_mapping_then_by_the_vendors_order(
    before: str, after: str, back: bool
) -> None:
    assert goes_back(before, after, HUBSPOT, CHOICES) is back


def test_a_value_that_nobody_can_place_is_left_backward() -> None:
    assert goes_back("subscriber", "lead", HUBSPOT) is True


def test_without_a_table_our_own_stages_are_in_order() -> None:
    assert goes_back("customer", "ready", {}) is True
    assert goes_back("ready", "customer", {}) is False


def load(owed: int, *, passed: int = 0, today: int = 0, allowed: int = 0) -> Load:
    return Load(
        owed={"creates": owed},
        passed={"creates": passed},
        today={"creates": today},
        allowed={"creates": allowed},
    )


LINE = [Bound(kind="creates", each=5, day=8)]


@pytest.mark.parametrize(
    ("loaded", "found"),
    [
        (load(5), []),
        (load(6), [("pass", 6, 5)]),
        (load(1, passed=5, today=5), [("pass", 6, 5)]),
        (load(5, today=3), []),
        (load(5, today=4), [("day", 9, 8)]),
        (load(0, passed=9, today=9), []),
        (load(6, allowed=6), []),
        (load(6, allowed=1), []),
        (load(7, allowed=1), [("pass", 6, 5)]),
        (load(1, passed=5, today=8, allowed=1), []),
    ],
)
def test_what_was_sent_and_what_is_owed_are_judged_together(
    loaded: Load, found: list[tuple[str, int, int]]
) -> None:
    wanted = [Over(kind="creates", span=span, number=n, limit=m) for span, n, m in found]
    assert list(over(loaded, LINE)) == wanted


def test_a_share_is_counted_from_two_hundred_leads_on() -> None:
    assert bounds([], 20, 199) == []
    assert bounds([], 20, 200) == [Bound(kind="share", each=40)]
    assert bounds([], 20, 1234) == [Bound(kind="share", each=246)]


def test_a_first_plan_may_move_nothing_backward() -> None:
    line = [("creates", 500, 2000), ("backward", 50, 200)]
    assert bounds(line, 20, 10, first=True) == [
        Bound(kind="creates", each=500, day=2000),
        Bound(kind="backward", each=0, day=200),
    ]


def test_what_was_let_through_is_used_up_first() -> None:
    counts, left = drawn(Counter(creates=3, clears=2), {"creates": 2, "owners": 4})
    assert (counts, left) == ({"creates": 1, "clears": 2}, {"owners": 4})


@given(
    st.lists(st.integers(0, 6), max_size=12),
    st.integers(1, 9),
    st.integers(1, 15),
    st.lists(st.integers(0, 9), max_size=12),
)
def test_no_pass_sends_more_than_its_limit_and_what_was_let_through(
    owed: list[int], each: int, day: int, grants: list[int]
) -> None:
    passed, allowed, granted = 0, 0, 0
    for number, grant in zip(owed, grants + [0] * len(owed), strict=False):
        allowed, granted = grant or allowed, granted + grant
        one = load(number, passed=passed, today=passed, allowed=allowed)
        if list(over(one, [Bound(kind="creates", each=each, day=day)])):
            continue
        counts, left = drawn(Counter(creates=number), {"creates": allowed} if allowed else {})
        passed, allowed = passed + counts["creates"], left.get("creates", 0)
        assert passed <= min(each, day)
