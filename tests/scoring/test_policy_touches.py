"""What touches are worth: the first rule, the newest of an asset, since when, in any order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.attribution import first_last
from crmbridge.policy.scoring.engagement import engagement
from tests.stages.touches import NOW, RULES, TOUCHES, touch


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
