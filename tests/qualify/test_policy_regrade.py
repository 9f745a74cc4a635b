"""When waiting alone changes a grade, beside a fading score: a rule of fit on an age."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crmbridge.agreement import Agreement
from crmbridge.files import load
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.qualify.judge import Case, judge_at
from crmbridge.policy.qualify.turns_at import regrades_at
from tests.stages.places import MAPPINGS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_fit_rule_on_an_age_makes_the_grade_fall_in_its_second() -> None:
    data = load(MAPPINGS, "acme").agreement.model_dump(mode="python", by_alias=True)
    young = {"field": "x_founded", "op": "within_last", "value": {"days": 365}, "points": 80}
    data["fields"] |= {"x_founded": "datetime"}
    data["fit"]["groups"] = {"age": {"min": 0, "max": 80, "rules": [young]}}
    agreed = Agreement.model_validate(data)
    born = NOW - timedelta(days=300)
    case = Case(
        facts={"email": "a@b.example", "x_founded": born},
        touches=[],
        opened=born,
        zone=ZoneInfo("Europe/Berlin"),
        exchange=Exchange(currency="EUR"),
    )
    now = judge_at(agreed, case, NOW)
    at = regrades_at(agreed, case, now.scores, now.facts, NOW)
    assert now.scores.grade == "A4"
    assert at is not None
    turns = []
    while at is not None and at < NOW + timedelta(days=70):
        there = judge_at(agreed, case, at)
        turns.append((at, there.scores.grade))
        at = regrades_at(agreed, case, there.scores, there.facts, at)
    assert (born + timedelta(days=365, seconds=1), "D4") in turns
