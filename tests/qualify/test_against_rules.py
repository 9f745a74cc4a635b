"""The second at which waiting turns something, checked against the rules written a second time."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.agreement import Agreement
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.qualify.falls_at import HORIZON, below_at
from crmbridge.policy.qualify.judge import Case, Judged, judge_at
from crmbridge.policy.qualify.may_rise import may_rise
from crmbridge.policy.qualify.turns_at import A_DAY, regrades_at, turns_at
from crmbridge.policy.scoring.engagement import engagement
from tests.scoring import rules as scoring
from tests.scoring.test_against_rules import KINDS, NOW, case, model
from tests.stages import policy_runs

A_SECOND = timedelta(seconds=1)
LEAVES: tuple[dict[str, Any], ...] = (
    {"field": "engagement", "op": "ge", "value": 20},
    {"field": "engagement", "op": "gt", "value": 12},
    {"field": "engagement", "op": "le", "value": 30},
    {"field": "engagement", "op": "between", "value": [10, 25]},
    {"field": "engagement_since", "op": "ge", "value": 8},
    {"field": "engagement_digit", "op": "le", "value": 3},
    {"field": "rating", "op": "at_least", "value": "warm"},
    {"field": "buying_stage", "op": "at_least", "value": "evaluation"},
    {"field": "signals", "op": "size_ge", "value": 1},
    {"field": "hand_raise_at", "op": "within_last", "value": {"days": 40}},
    {"field": "hand_raise_at", "op": "older_than", "value": {"days": 30}},
    {"field": "x_met", "op": "older_than", "value": {"days": 3}, "if_missing": "pass"},
    {"field": "x_met", "op": "within_last", "value": {"days": 5}},
    {"field": "rating", "op": "eq", "value": "warm"},
    {"field": "buying_stage", "op": "at_least", "value": "decision", "if_missing": "pass"},
    {"field": "signals", "op": "has_none", "value": ["a"]},
    {"field": "x_budget", "op": "ge", "value": {"amount": 100, "currency": "EUR"}},
    {"field": "touches", "op": "count_ge", "value": {"count": 2, "days": 30}},
    {"field": "employees", "op": "ge", "value": 50, "if_missing": "pass"},
)


def gentle(chance: Random) -> dict[str, Any]:
    """A model without penalties: its scores only fall."""
    found = model(chance)
    for entry in found["catalogue"].values():
        entry["points"] = abs(entry["points"])
    for group in found["engagement"]["groups"].values():
        group["min"] = 0
    return found


def agreement(chance: Random, rules: dict[str, Any]) -> Agreement:
    picked = [
        leaf | {"id": f"l{n}"} for n, leaf in enumerate(chance.sample(LEAVES, chance.randint(1, 4)))
    ]
    if chance.random() < 0.4:
        picked[0] = {"op": "none", "of": [picked[0]]}
    op = chance.choice(["all", "any", "none", "at_least"])
    table = policy_runs.engagement_table(rules)
    return Agreement.model_validate(
        {
            "company": "acme",
            "version": 1,
            "effective_from": "2026-01-01",
            "zone": "Europe/Berlin",
            "fields": {"x_met": "date", "x_budget": "money"},
            "rates": [
                {"currency": "USD", "from": "2026-01-01", "per_unit": "0.9"},
                {"currency": "USD", "from": "2026-05-20", "per_unit": "1.1"},
            ],
            "definition": {"op": op, "of": picked} | ({"k": 1} if op == "at_least" else {}),
            "engagement": table.model_dump(),
            "fit": rules["fit"] | {"groups": {"size": SIZE}},
            "hand_raise": [{"kind": KINDS[2]}],
            "recycle": {"reasons": {"no_interest": {"class": "out"}}},
        }
    )


SIZE = {
    "min": 0,
    "max": 60,
    "rules": [{"field": "employees", "op": "ge", "value": 50, "points": 60}],
}


def lead(chance: Random, agreed: Agreement) -> tuple[Case, Judged]:
    drawn = case(chance)
    facts = {
        "employees": drawn["facts"]["employees"],
        "x_met": chance.choice([drawn["facts"]["founded"], "2026-05-17"]),
        "x_budget": chance.choice([None, "100 USD", "200 EUR"]),
    }
    found = Case(
        facts=facts,
        touches=[policy_runs.touch(row) for row in drawn["touches"]],
        opened=NOW - timedelta(days=chance.randrange(60)),
        zone=agreed.tz,
        exchange=Exchange(currency="EUR", rates=agreed.rates, zone=agreed.tz),
    )
    # what is still to come is no part of what is known
    past = [one for one in found.touches if one.at <= NOW]
    known = Case(
        facts=facts, touches=past, opened=found.opened, zone=found.zone, exchange=found.exchange
    )
    return known, judge_at(agreed, known, NOW)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**48), bar=st.sampled_from(["0.0001", "5", "12.3456", "20", "35"]))
def test_a_score_falls_below_a_bar_at_the_first_second_that_the_rules_say(seed, bar):
    chance = Random(seed)
    rules, drawn = gentle(chance), case(chance)
    rows = [row for row in drawn["touches"] if policy_runs.instant(row["at"]) <= NOW]
    table = policy_runs.engagement_table(rules)
    score = engagement(
        [policy_runs.touch(row) for row in rows], table, NOW, zone=policy_zone(rules)
    )
    found = below_at(score, NOW, Decimal(bar))

    def by_the_rules(at):
        return Decimal(scoring.engagement(rules, rows, at)["score"])

    if by_the_rules(NOW) < Decimal(bar):
        assert found is None
        return
    if found is None:
        assert by_the_rules(NOW + timedelta(seconds=HORIZON)) >= Decimal(bar)
        return
    assert by_the_rules(found) < Decimal(bar) <= by_the_rules(found - A_SECOND)


def policy_zone(rules):
    return policy_runs.ZoneInfo(rules["tz"])


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_a_verdict_turns_at_the_very_second_and_not_before(seed):
    chance = Random(seed)
    agreed = agreement(chance, gentle(chance))
    known, judged = lead(chance, agreed)
    found = turns_at(agreed, known, judged, NOW)
    last = found or NOW + timedelta(days=400)
    # a second apart where it turns, and anywhere before
    spans = [chance.randrange(1, max(2, int((last - NOW).total_seconds()))) for _ in range(40)]
    for at in (last - A_SECOND, *(NOW + timedelta(seconds=span) for span in spans)):
        if NOW < at < last:
            assert judge_at(agreed, known, at).verdict.ready is judged.verdict.ready
    if found is not None:
        assert judge_at(agreed, known, found).verdict.ready is not judged.verdict.ready


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_a_lead_that_is_not_looked_at_again_does_not_become_ready_by_waiting(seed):
    chance = Random(seed)
    agreed = agreement(chance, gentle(chance))
    known, judged = lead(chance, agreed)
    if judged.verdict.ready or may_rise(agreed, judged.facts, judged.scores, NOW):
        return
    assert turns_at(agreed, known, judged, NOW) is None
    spans = [chance.randrange(1, 100 * 86_400) for _ in range(20)]
    for at in (NOW + timedelta(seconds=span) for span in spans):
        assert not judge_at(agreed, known, at).verdict.ready


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_where_a_penalty_fades_a_lead_is_looked_at_within_a_day(seed):
    chance = Random(seed)
    agreed = agreement(chance, model(chance))
    known, judged = lead(chance, agreed)
    fading = any(
        one.units < 0 and one.entry.decay.type != "none" for one in judged.scores.engagement.counted
    )
    found = turns_at(agreed, known, judged, NOW)
    assert not fading or (found is not None and found <= NOW + A_DAY)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_a_grade_stands_until_it_is_looked_at_again(seed):
    chance = Random(seed)
    agreed = agreement(chance, gentle(chance))
    known, judged = lead(chance, agreed)
    found = regrades_at(agreed, known, judged.scores, judged.facts, NOW)
    last = found or NOW + timedelta(days=400)
    for _ in range(20):
        at = NOW + timedelta(seconds=chance.randrange(1, int((last - NOW).total_seconds()) + 1))
        scores = judge_at(agreed, known, at).scores
        same = (scores.grade, scores.rating) == (judged.scores.grade, judged.scores.rating)
        assert same or (found is not None and at >= found)
