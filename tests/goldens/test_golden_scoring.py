"""The golden cases of scoring: fit, engagement with decay, grade, signals, rating."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from crmbridge.agreement.scoring.decay import Decay
from crmbridge.policy.scoring.decay import Decaying, seconds_until_below, weight
from tests.scoring import rules as scoring
from tests.stages import policy_runs

DECAY = TypeAdapter(Decay)
EIGHT = Decimal("1E-8")


@pytest.fixture
def model(golden):
    doc = golden("scoring.json")
    policy_runs.only(doc, {"topic", "model", "curves", "cases"})
    return doc["model"]


def test_a_lead_is_scored_and_graded(scoring_case, model):
    found, expect = policy_runs.scored(model, scoring_case), scoring_case["expect"]
    assert {name: found[name] for name in expect} == expect


def test_the_rules_written_a_second_time_score_it_alike(scoring_case, model):
    found, expect = scoring.score(model, scoring_case), scoring_case["expect"]
    assert {name: found[name] for name in expect} == expect


def test_a_touch_loses_its_worth_along_its_curve(scoring_curve):
    decay = DECAY.validate_python(scoring_curve["decay"])
    for age, expect in scoring_curve["ages"].items():
        seconds = policy_runs.seconds(age)
        assert str(weight(decay, seconds).quantize(EIGHT)) == expect
        assert str(scoring.eight(scoring.weight(scoring_curve["decay"], seconds))) == expect


def test_the_second_at_which_a_decaying_score_is_not_enough_any_more(decay_flip):
    parts = [
        Decaying(
            points=Decimal(str(points)),
            age=policy_runs.seconds(age),
            decay=DECAY.validate_python({"type": "exponential", "half_life_days": half_life}),
        )
        for points, age, half_life in decay_flip["parts"]
    ]
    found = seconds_until_below(parts, Decimal(str(decay_flip["threshold"])))
    assert found == decay_flip["seconds_until_not_ready"]
