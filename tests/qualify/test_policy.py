"""When a score falls below a threshold: the first second, checked against its neighbours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.agreement import Engagement
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.qualify.falls_at import below_at
from crmbridge.policy.scoring.engagement import engagement, since_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = Engagement.model_validate(
    {
        "decay": {"type": "exponential", "half_life_days": 30},
        "groups": {
            "a": {"min": 0, "max": 40},
            "b": {"min": 0, "max": 60, "decay": {"type": "linear", "days": 60}},
            "c": {"max": 30, "decay": {"type": "window", "days": 20}},
        },
        "rules": [{"kind": k, "group": k, "points": 15, "max_per_asset": 3} for k in "abc"],
    }
)
TOUCHES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 60 * 86_400)), min_size=1, max_size=8
).map(
    lambda rows: [
        Touch(
            ref=Ref(system="m", obj="t", id=f"{n:03}"),
            at=NOW - timedelta(seconds=age),
            kind=kind,
            asset="x",
        )
        for n, (kind, age) in enumerate(rows)
    ]
)


@settings(max_examples=60, deadline=None)
@given(touches=TOUCHES, bar=st.integers(1, 60))
def test_it_is_the_first_second_that_is_below(touches: list[Touch], bar: int) -> None:
    score, threshold = engagement(touches, RULES, NOW), Decimal(bar)
    found = below_at(score, NOW, threshold)
    if score.total < threshold:
        assert found is None
        return
    assert found is not None
    assert engagement(touches, RULES, found).total < threshold
    assert engagement(touches, RULES, found - timedelta(seconds=1)).total >= threshold


@settings(max_examples=60, deadline=None)
@given(touches=TOUCHES, days=st.integers(0, 60))
def test_the_score_since_an_instant_is_that_of_the_later_touches(
    touches: list[Touch], days: int
) -> None:
    since = NOW - timedelta(days=days)
    whole = engagement(touches, RULES, NOW)
    assert since_of(whole, RULES, since) == engagement(touches, RULES, NOW, since).total
