"""Who gets the credit: the first and the last touch of a window, and shares that add up."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import given

from crmbridge.model.touch import Touch
from crmbridge.policy.revenue.attribution import FirstLast, first_last
from tests.stages.touches import NOW, TOUCHES, touch


def test_first_and_last_lie_in_the_window_with_both_ends():
    touches = [touch(9, asset="/early"), touch(5, asset="/a", channel="ads"), touch(1, asset="/z")]
    found = first_last(touches, touch(1).at, touch(5).at)
    assert [credit.label for credit in found.first] == ["form/ads/a"]
    assert [(credit.source, credit.asset) for credit in found.last] == [("form", "/z")]


def test_touches_of_one_second_share_a_position():
    early = touch(3, asset="/a", ident="1")
    twin = Touch(
        ref=touch(3, ident="2").ref, at=early.at + timedelta(milliseconds=900), kind="call"
    )
    found = first_last([twin, early, touch(1, asset="/z")], NOW)
    assert [(credit.source, credit.share) for credit in found.first] == [
        ("form", Fraction(1, 2)),
        ("call", Fraction(1, 2)),
    ]


def test_without_an_eligible_touch_nobody_has_credit():
    assert first_last([touch(-1)], NOW) == FirstLast()


@given(touches=TOUCHES)
def test_shares_of_a_position_add_up_to_one(touches):
    found = first_last(touches, NOW)
    for group in (found.first, found.last):
        assert not group or sum(credit.share for credit in group) == 1
