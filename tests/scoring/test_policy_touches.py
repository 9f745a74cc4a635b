"""What touches are worth, who asked for sales, and who gets the credit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement import Engagement, HandRaise, TouchRule
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.revenue.attribution import FirstLast, first_last
from crmbridge.policy.scoring.engagement import buying_stage, engagement, hand_raise_at

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
RULES = Engagement(
    rules=(
        TouchRule(kind="form", asset="/demo*", points=Decimal(40), stage="decision"),
        TouchRule(kind="form", points=Decimal(12), max_per_asset=1, stage="interest"),
        TouchRule(kind="unsubscribe", points=Decimal(-25)),
        TouchRule(kind="webinar", points=Decimal("7.5"), max_per_asset=2),
    )
)


def touch(days, kind="form", asset="/paper", ident=None, **more):
    at = NOW - timedelta(days=days)
    ref = Ref(system="marketing", obj=kind, id=ident or f"{asset}@{days}")
    return Touch(ref=ref, at=at, kind=kind, asset=asset, **more)


def total(*touches, **more):
    return engagement(touches, RULES, NOW, **more).total


def test_the_first_rule_that_matches_counts():
    assert total(touch(1, asset="/demo-request")) == 40
    assert total(touch(1, asset="/paper")) == 12
    assert total(touch(1, kind="pageview")) == 0


def test_of_one_asset_only_the_newest_count():
    score = engagement([touch(3), touch(1), touch(2, asset="/other")], RULES, NOW)
    assert score.total == 24
    assert [(part.touch.at, part.dropped) for part in score.parts] == [
        (touch(1).at, ""),
        (touch(2).at, ""),
        (touch(3).at, "max_per_asset"),
    ]


def test_the_total_stays_between_0_and_100():
    assert total(touch(1, kind="unsubscribe")) == 0
    assert total(*[touch(n, asset=f"/demo{n}") for n in range(5)]) == 100


def test_touches_after_the_moment_asked_for_do_not_count_yet():
    assert total(touch(0)) == 12
    assert total(touch(-1)) == 0


def test_since_is_strictly_after():
    assert total(touch(5), touch(4, asset="/b"), since=touch(5).at) == 12


def test_the_buying_stage_is_the_furthest_of_the_last_sixty_days():
    touches = [touch(61, asset="/demo"), touch(60), touch(1, kind="webinar")]
    assert buying_stage(touches, RULES, NOW) == "interest"
    assert buying_stage([*touches, touch(2, asset="/demo")], RULES, NOW) == "decision"
    assert buying_stage([], RULES, NOW) is None


def test_the_newest_raised_hand_is_found():
    signs = [HandRaise(kind="form", asset="/demo*"), HandRaise(kind="call")]
    touches = [touch(9, asset="/demo"), touch(5, kind="call"), touch(1), touch(-1, kind="call")]
    assert hand_raise_at(touches, signs, NOW) == touch(5).at
    assert hand_raise_at(touches, [], NOW) is None


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


TOUCHES = st.lists(
    st.builds(
        touch,
        days=st.integers(-1, 9),
        kind=st.sampled_from(["form", "webinar", "unsubscribe"]),
        asset=st.sampled_from(["/demo", "/paper", "/b"]),
        ident=st.text("xyz", min_size=1, max_size=3),
    ),
    max_size=12,
    unique_by=lambda one: (one.at, str(one.ref)),
)


@given(touches=TOUCHES, random=st.randoms(use_true_random=False))
def test_the_order_of_touches_changes_nothing(touches, random):
    before = (engagement(touches, RULES, NOW), first_last(touches, NOW))
    random.shuffle(touches)
    assert (engagement(touches, RULES, NOW), first_last(touches, NOW)) == before


@given(touches=TOUCHES, days=st.integers(0, 9))
def test_what_counts_since_a_return_is_part_of_what_counts_at_all(touches, days):
    since = engagement(touches, RULES, NOW, since=NOW - timedelta(days=days))
    gained = sum(max(part.part, 0) for part in engagement(touches, RULES, NOW).parts)
    assert since.total <= gained


@given(touches=TOUCHES)
def test_shares_of_a_position_add_up_to_one(touches):
    found = first_last(touches, NOW)
    for group in (found.first, found.last):
        assert not group or sum(credit.share for credit in group) == 1
