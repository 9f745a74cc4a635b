"""The golden cases of definitions: hashes, explain trees, smallest flips, operators."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crmbridge.agreement import definition_hash
from crmbridge.policy.definition.smallest_change import flip
from crmbridge.policy.definition.tree import WORDS
from tests.definition import rules
from tests.stages import policy_runs

DOC = {"topic", "now", "tz", "enums", "definitions", "base_facts", "cases", "operators"}
DOC |= {"decay_flip", "types", "currency", "rates"}
FLIP = {"cost", "criteria", "needs", "estimate"}


@pytest.fixture
def doc(golden):
    found = golden("definition.json")
    policy_runs.only(found, DOC)
    return found


def pruned(node, like):
    if "of" not in node:
        return {name: node.get(name) for name in like}
    pairs = zip(node["of"], like["of"], strict=True)
    own = {name: node[name] for name in like if name != "of"}
    return own | {"of": [pruned(child, one) for child, one in pairs]}


def test_a_definition_has_the_hash_that_was_signed(definition_version):
    body = definition_version
    criteria = policy_runs.CRITERIA.validate_python(body["criteria"])
    since = date.fromisoformat(body["effective_from"])
    assert definition_hash(body["name"], body["version"], since, criteria) == body["hash"]


def test_a_lead_is_judged_and_explained(definition_case, doc):
    facts = doc["base_facts"] | definition_case["changes"]
    for name, expect in definition_case["expect"].items():
        tree = doc["definitions"][name]["criteria"]
        verdict = policy_runs.judged(doc, tree, facts, definition_case)
        assert (verdict.ready, WORDS[verdict.result]) == (expect["ready"], expect["root"])
        assert pruned(verdict.explain(), expect["explain"]) == expect["explain"]


def test_the_smallest_change_that_turns_the_verdict(definition_case, doc):
    facts = doc["base_facts"] | definition_case["changes"]
    for name, expect in definition_case["expect"].items():
        tree = doc["definitions"][name]["criteria"]
        verdict = policy_runs.judged(doc, tree, facts, definition_case)
        change, wanted = flip(verdict.tree, not verdict.ready), expect["flip"]
        policy_runs.only(wanted, FLIP)
        assert change.cost == wanted["cost"]
        assert sorted(change.steps) == sorted(map(tuple, wanted["criteria"] or []))
        assert change.needs == {leaf: Decimal(gap) for leaf, gap in wanted["needs"].items()}
        assert change.estimate is wanted.get("estimate", change.estimate)


def test_the_rules_written_a_second_time_judge_it_alike(definition_case, doc):
    now = datetime.fromisoformat(definition_case.get("now") or doc["now"])
    facts, zone = doc["base_facts"] | definition_case["changes"], ZoneInfo(doc["tz"])
    for name, expect in definition_case["expect"].items():
        tree = doc["definitions"][name]["criteria"]
        results = rules.judged(tree, facts, doc, now, zone)
        result = rules.root(tree, results)
        assert WORDS[result] == expect["root"]
        least = rules.cheapest(tree, facts, results, result is not True)
        assert least == expect["flip"]["cost"]


def test_an_operator_on_a_value(definition_operator, doc):
    asked, value, expect = definition_operator
    assert WORDS[policy_runs.operated(doc, asked, value)] == expect
