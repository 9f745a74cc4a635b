"""What a definition may say, and what a person is told of criteria that cannot be meant."""

import pytest

from crmbridge.agreement import Agreement
from crmbridge.policy.qualify.examples import faults, try_all, uncovered
from tests.stages.agreement import faults_of, findings, leaf


def test_every_example_of_acme_comes_out_and_every_criterion_is_tried(agreed):
    agreement = Agreement.model_validate(agreed)
    assert [one.why for one in try_all(agreement)] == [""] * len(agreement.tests)
    assert uncovered(agreement) == []
    assert len(agreement.tests) == 11


def test_an_example_that_comes_out_otherwise_is_a_fault_with_its_criteria(agreed):
    leaf(agreed, "engaged")["value"] = 50
    texts = [one.text for one in faults(Agreement.model_validate(agreed))]
    assert len(texts) == 1
    assert "three papers" in texts[0]
    assert "these keep it back: engaged, raised_hand" in texts[0]


def test_an_example_that_fails_by_something_else_is_a_fault(agreed):
    agreed["test"][4]["failing"] = ["engaged"]
    (fault,) = faults(Agreement.model_validate(agreed))
    assert "it fails by engaged, raised_hand" in fault.text


def test_a_criterion_without_an_example_is_mentioned(agreed):
    agreed["test"] = agreed["test"][:1]
    texts = [one.text for one in uncovered(Agreement.model_validate(agreed))]
    assert any("'student': no example under [[test]] fails it" in one for one in texts)
    assert not any(one.fatal for one in uncovered(Agreement.model_validate(agreed)))


def test_an_unknown_operator_is_an_error_with_the_nearest_one(agreed):
    leaf(agreed, "fits")["op"] = "at_lest"
    (line,) = faults_of(Agreement, agreed)
    assert "'at_lest' is none of" in line
    assert line.endswith("did you mean 'at_least'?")


def test_counts_of_touches_and_money_are_criteria(agreed):
    agreed["fields"]["x_budget"] = "money"
    agreed["rates"] = [{"currency": "USD", "from": "2026-01-01", "per_unit": "0.90"}]
    more = [
        {"id": "rich", "field": "x_budget", "op": "ge"},
        {"id": "often", "field": "touches", "op": "count_ge"},
    ]
    more[0]["value"] = {"amount": 9000, "currency": "EUR"}
    more[1]["value"] = {"count": 2, "days": 30, "kind": "form"}
    agreed["definition"]["of"] += more
    two = [{"kind": "form", "asset": "/demo", "days_ago": n} for n in (1, 30)]
    old = [{"kind": "form", "asset": "/demo", "days_ago": n} for n in (1, 31)]
    cases = [("10000 USD", two, []), ("9999 USD", two, ["rich"]), ("9000", old, ["often"])]
    agreed["test"] = [
        {
            "name": f"{budget} {len(failing)}",
            "as_of": "2026-03-02",
            "facts": {"x_budget": budget},
            "touches": touches,
            "expect": "not" if failing else "ready",
            "failing": failing,
        }
        for budget, touches, failing in cases
    ]
    agreement = Agreement.model_validate(agreed)
    assert [one.why for one in try_all(agreement, "EUR")] == ["", "", ""]
    assert not any(fatal for fatal, _ in findings(agreed))


def test_money_without_a_rate_is_unknown(agreed):
    agreed["fields"]["x_budget"] = "money"
    value = {"amount": 9000, "currency": "EUR"}
    agreed["definition"]["of"].append(
        {"id": "rich", "field": "x_budget", "op": "ge", "value": value}
    )
    example = agreed["test"][0]
    example["facts"]["x_budget"] = "90000 GBP"
    agreed["test"] = [example | {"expect": "not", "failing": ["rich"]}]
    (tried,) = try_all(Agreement.model_validate(agreed), "EUR")
    assert tried.why == ""
    assert {one.id: one.result for one in tried.judged.verdict.leaves()}["rich"] is None


def test_a_count_without_a_number_is_refused(agreed):
    leaf(agreed, "engaged").update(field="touches", op="count_ge", value={"kind": "form"})
    assert any("takes a count such as" in text for fatal, text in findings(agreed) if fatal)


def test_criteria_have_ids_of_their_own(agreed):
    leaf(agreed, "email")["id"] = "permission"
    assert (
        "two criteria of the definition have the id 'permission'" in faults_of(Agreement, agreed)[0]
    )


@pytest.mark.parametrize("k", [0, 3])
def test_at_least_needs_a_k_that_can_be_met(agreed, k):
    agreed["definition"]["of"][-1] |= {"op": "at_least", "k": k}
    assert "at_least needs k from 1 to 2" in faults_of(Agreement, agreed)[0]


@pytest.mark.parametrize(
    ("ident", "what"),
    [
        ("permission", "permission"),
        ("email", "a reachable address"),
        ("own_people", "no person of our own"),
        ("open_deal", "no open opportunity"),
    ],
)
def test_a_definition_without_a_hard_gate_is_refused(agreed, ident, what):
    leaf(agreed, ident).update(field="touches", op="ge", value=1, fixed=False)
    assert any(fatal and f"nothing at its top demands {what}" in text
               for fatal, text in findings(agreed))  # fmt: skip


def test_a_gate_that_points_the_wrong_way_is_none(agreed):
    leaf(agreed, "permission")["op"] = "is_true"
    assert any("demands permission" in text for _, text in findings(agreed))


def test_expansion_may_do_without_the_gate_on_open_deals(agreed):
    leaf(agreed, "open_deal").update(field="touches", op="lt", value=1)
    assert findings(agreed | {"motion": "expansion"}) == []


def test_an_unknown_fact_is_refused_with_the_nearest_one(agreed):
    leaf(agreed, "engaged")["field"] = "engagment"
    ((fatal, text),) = findings(agreed)
    assert fatal
    assert "unknown field 'engagment'; did you mean 'engagement'?" in text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"op": "contains", "value": "x"}, "engagement is number, which has no contains"),
        ({"value": "much"}, "ge on engagement takes a number"),
        ({"op": "between", "value": [1]}, "takes a list of two values"),
        ({"field": "hand_raise_at", "op": "within_last", "value": 7}, "takes a length of time"),
        ({"field": "x_seniority", "op": "at_least", "value": "boss"}, "takes one of student"),
        ({"field": "customer", "op": "is_true", "value": True}, "takes no value"),
        ({"field": "country", "op": "in", "value": "DE"}, "takes a list of values"),
        ({"field": "hand_raise_at", "op": "after", "value": "soon"}, "takes a date or time"),
    ],
)
def test_an_operator_or_a_value_that_does_not_fit_is_refused(agreed, change, word):
    leaf(agreed, "engaged").update(change)
    ((fatal, text),) = findings(agreed)
    assert fatal
    assert word in text
