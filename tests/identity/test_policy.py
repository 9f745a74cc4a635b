"""Merging a field three ways."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.merge import ABSENT, Conflict, Merged, merge

T1 = datetime(2026, 5, 10, 12, tzinfo=UTC)
T2 = T1 + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("base", "marketing", "sales", "value", "by"),
    [
        ("a", "a", "a", "a", "agreed"),
        ("a", "b", "a", "b", "marketing"),
        ("a", "a", "b", "b", "sales"),
        ("a", "b", "b", "b", "both"),
        ("a", None, "a", None, "marketing"),
        ("a", ABSENT, "a", "a", "agreed"),
        ("a", ABSENT, "b", "b", "sales"),
        ("a", "b", ABSENT, "b", "marketing"),
        ("a", ABSENT, ABSENT, "a", "agreed"),
        (ABSENT, ABSENT, ABSENT, ABSENT, "agreed"),
        (ABSENT, "a", ABSENT, "a", "marketing"),
        (ABSENT, "a", "a", "a", "both"),
        (ABSENT, None, "a", "a", "sales"),
        (ABSENT, "a", None, "a", "marketing"),
        (1, True, 1, True, "marketing"),
        (Decimal("1.0"), Decimal("1.00"), 2, 2, "sales"),
    ],
)
def test_what_only_one_side_changed_holds(base, marketing, sales, value, by):
    assert merge(base, marketing, sales, "hold") == Merged(value=value, by=by)


@pytest.mark.parametrize(
    ("authority", "marketing_at", "sales_at", "by"),
    [
        ("marketing", None, None, "marketing"),
        ("sales", T2, T1, "sales"),
        ("latest", T2, T1, "marketing"),
        ("latest", T1, T2, "sales"),
        ("latest", T1, T1, None),
        ("latest", T1, None, None),
        ("hold", T1, T2, None),
    ],
)
def test_what_both_sides_changed_goes_by_authority(authority, marketing_at, sales_at, by):
    found = merge("a", "m", "s", authority, marketing_at, sales_at)
    expect = Merged(value=by[0], by=by) if by else Conflict(told={"marketing": "m", "sales": "s"})
    assert found == expect


@pytest.mark.parametrize(
    ("base", "marketing", "sales", "value", "by"),
    [
        ("a", None, "a", "a", "agreed"),
        ("a", "a", None, "a", "agreed"),
        ("a", "a", "", "a", "agreed"),
        ("a", "b", None, "b", "marketing"),
        ("a", None, "b", "b", "sales"),
        (ABSENT, None, "a", "a", "sales"),
        ("a", ABSENT, "a", "a", "agreed"),
        ("a", None, None, None, "both"),
        ("a", None, ABSENT, None, "marketing"),
        ("a", "b", "a", "b", "marketing"),
    ],
)
def test_a_field_that_keeps_its_value_is_never_emptied_by_one_side(
    base, marketing, sales, value, by
):
    assert merge(base, marketing, sales, "hold", keeps=True) == Merged(value=value, by=by)


@given(st.sampled_from(["marketing", "sales", "hold"]), st.sampled_from([ABSENT, "a", None]))
def test_a_blank_against_a_value_gives_the_value_whoever_has_the_last_word(authority, base):
    found = merge(base, None, "b", authority, keeps=True)
    assert isinstance(found, Merged)
    assert found.value == "b"


def test_a_conflict_does_not_show_its_values():
    assert "secret" not in repr(Conflict(told={"marketing": "secret", "sales": "other"}))


VALUES = st.sampled_from(["a", "b", "c", None, ABSENT])
AUTHORITIES = st.sampled_from(["marketing", "sales", "latest", "hold"])


@given(base=VALUES, marketing=VALUES, sales=VALUES, authority=AUTHORITIES)
def test_merging_again_after_both_took_the_value_changes_nothing(base, marketing, sales, authority):
    found = merge(base, marketing, sales, authority)
    if isinstance(found, Merged):
        again = merge(found.value, found.value, found.value, authority)
        assert again == Merged(value=found.value, by="agreed")


@given(base=VALUES, marketing=VALUES, sales=VALUES)
def test_no_side_has_a_privilege_that_the_authority_does_not_give_it(base, marketing, sales):
    one, other = merge(base, marketing, sales, "hold"), merge(base, sales, marketing, "hold")
    assert isinstance(one, Conflict) is isinstance(other, Conflict)
    if isinstance(one, Merged):
        assert one.value == other.value
