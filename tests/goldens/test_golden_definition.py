"""The golden cases of definitions: hashes, explain trees, smallest flips, operators."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from crmbridge.agreement import Criteria, definition_hash
from crmbridge.agreement.criteria import Leaf
from crmbridge.policy.definition import evaluate
from crmbridge.policy.explain import WORDS
from crmbridge.policy.flip import flip

CRITERIA = TypeAdapter(Criteria)


@pytest.fixture
def doc(golden):
    return golden("definition.json")


def judged(doc, criteria, facts):
    types = {name: tuple(values) for name, values in doc["enums"].items()}
    return evaluate(criteria, facts, types, datetime.fromisoformat(doc["now"]), ZoneInfo(doc["tz"]))


def pruned(node):
    if "of" in node:
        return {
            "op": node["op"],
            "result": node["result"],
            "of": [pruned(child) for child in node["of"]],
        }
    return {name: node[name] for name in ("id", "result", "value")}


def test_a_definition_has_the_hash_that_was_signed(definition_version):
    body = dict(definition_version)
    signed, criteria = body.pop("hash"), CRITERIA.validate_python(body["criteria"])
    since = date.fromisoformat(body["effective_from"])
    assert definition_hash(body["name"], body["version"], since, criteria) == signed


def test_a_lead_is_judged_and_explained(definition_case, doc):
    facts = doc["base_facts"] | definition_case["changes"]
    for name, expect in definition_case["expect"].items():
        criteria = CRITERIA.validate_python(doc["definitions"][name]["criteria"])
        verdict = judged(doc, criteria, facts)
        assert (verdict.ready, WORDS[verdict.result]) == (expect["ready"], expect["root"])
        assert pruned(verdict.explain()) == expect["explain"]


def test_the_smallest_change_that_turns_the_verdict(definition_case, doc):
    facts = doc["base_facts"] | definition_case["changes"]
    for name, expect in definition_case["expect"].items():
        criteria = CRITERIA.validate_python(doc["definitions"][name]["criteria"])
        verdict = judged(doc, criteria, facts)
        change = flip(verdict.tree, not verdict.ready)
        wanted = expect["flip"]
        assert change.cost == wanted["cost"]
        assert sorted(change.steps) == sorted(map(tuple, wanted["criteria"] or []))
        assert change.needs == {leaf: Decimal(gap) for leaf, gap in wanted["needs"].items()}


def test_an_operator_on_a_value(definition_operator, doc):
    asked, value, expect = definition_operator
    criterion = dict(asked)
    kind = criterion.pop("type", None)
    types = {name: tuple(values) for name, values in doc["enums"].items()}
    types |= {"fact": tuple(kind) if isinstance(kind, list) else kind} if kind else {}
    leaf = Leaf(id="x", field="fact", **criterion)
    now, zone = datetime.fromisoformat(doc["now"]), ZoneInfo(doc["tz"])
    assert WORDS[evaluate(leaf, {"fact": value}, types, now, zone).result] == expect
