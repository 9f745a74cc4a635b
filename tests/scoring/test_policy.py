"""Decay, limits of groups, signals and fit where the golden cases do not look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from crmbridge.agreement import Engagement
from crmbridge.agreement.scoring.decay import Decay, Exponential, NoDecay
from crmbridge.agreement.scoring.scores import Fit
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.scoring.decay import DAY, Decaying, seconds_until_below, weight
from crmbridge.policy.scoring.engagement import engagement, signals
from crmbridge.policy.scoring.fit import fit, rating

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
DECAYS = st.sampled_from(
    [
        {"type": "exponential", "half_life_days": 30, "hold_days": 7},
        {"type": "step", "step_days": 30, "loss": "0.25"},
        {"type": "step", "step_days": 30, "loss": 1},
        {"type": "window", "days": 30},
        {"type": "linear", "days": 90},
        {"type": "none"},
    ]
).map(TypeAdapter(Decay).validate_python)


def touch(ident, days, kind="form", value=0):
    ref = Ref(system="marketing", obj=kind, id=ident)
    return Touch(ref=ref, at=NOW - timedelta(days=days), kind=kind, asset=ident, value=value)


@given(decay=DECAYS, age=st.integers(0, 2000 * DAY), more=st.integers(0, 100 * DAY))
def test_a_weight_lies_between_0_and_1_and_never_rises(decay, age, more):
    assert 0 <= weight(decay, age + more) <= weight(decay, age) <= 1
    assert weight(decay, 0) == 1


@given(decay=DECAYS, ages=st.lists(st.integers(0, 99), max_size=6), later=st.integers(0, 99))
def test_a_score_of_good_touches_never_rises_without_a_new_one(decay, ages, later):
    rules = Engagement(rules=({"kind": "form", "points": 20},), decay=decay)
    touches = [touch(str(n), age) for n, age in enumerate(ages)]
    then = engagement(touches, rules, NOW + timedelta(days=later))
    assert then.total <= engagement(touches, rules, NOW).total


def test_a_company_day_limits_a_group():
    rules = Engagement(
        rules=({"kind": "form", "points": 3, "group": "email"},),
        groups={"email": {"max": 15, "max_per_day": 1}},
    )
    evening = Touch(
        ref=Ref(system="marketing", obj="form", id="1"),
        at=datetime(2026, 5, 9, 21, 59, tzinfo=UTC),
        kind="form",
    )
    night = Touch(
        ref=Ref(system="marketing", obj="form", id="2"),
        at=datetime(2026, 5, 9, 22, 0, tzinfo=UTC),  # the 10th in Berlin
        kind="form",
    )
    assert engagement([evening, night], rules, NOW).total == 3
    assert engagement([evening, night], rules, NOW, zone=ZoneInfo("Europe/Berlin")).total == 6


def test_a_rule_in_an_unknown_group_is_an_error():
    with pytest.raises(ValidationError, match="no group 'mail'"):
        Engagement(rules=({"kind": "form", "points": 3, "group": "mail"},))


def test_a_signal_is_over_when_its_time_is_to_the_second():
    rules = Engagement(
        rules=(
            {
                "kind": "vbook",
                "points": 1,
                "signal": {"rating": "warm", "ttl_days": 14, "min_sections": 3},
            },
        )
    )
    read = touch("v", 14, kind="vbook", value=3)
    assert signals([read], rules, NOW) == []
    assert signals([read], rules, NOW - timedelta(seconds=1)) == [(read, "warm")]
    assert signals([touch("v", 1, kind="vbook", value=2)], rules, NOW) == []


def test_a_known_bad_fit_takes_no_signal():
    assert rating("cold", ["hot"], "D", "D") == "cold"
    assert rating("cold", ["warm", "hot"], "C", "D") == "hot"


def test_fit_without_any_fact_is_unknown_and_not_bad():
    model = Fit(
        groups={
            "size": {
                "min": -20,
                "max": 30,
                "rules": [{"field": "employees", "op": "ge", "value": 50, "points": 30}],
            }
        }
    )
    found = fit(model, {}, {}, NOW, UTC)
    assert (found.letter, found.effective, found.unknown) == ("D", "C", True)


def test_a_score_that_never_falls_has_no_second_at_which_it_does():
    assert seconds_until_below([Decaying(points=Decimal(40), age=0, decay=NoDecay())], 20) is None
    fading = Exponential(type="exponential", half_life_days=30)
    assert seconds_until_below([Decaying(points=Decimal(40), age=0, decay=fading)], 41) == 0
