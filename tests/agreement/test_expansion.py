"""A definition of customers beside the first: what it may say, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.agreement.definition.criteria import definition_hash
from crmbridge.agreement.recycle import RecycleRow
from crmbridge.policy.qualify.examples import try_all
from tests.qualify.expansion import ASKS, LACKS, MAY, agreed
from tests.stages.agreement import faults_of, findings, raw


def fatal(data: dict[str, Any]) -> list[str]:
    return [text for bad, text in findings(data) if bad]


def test_an_agreement_without_one_has_the_hash_that_it_had() -> None:
    data = raw()
    plain = Agreement.model_validate(data)
    assert plain.expansion is None
    assert plain.signed[0].hash == fingerprint(plain)


def test_a_second_definition_is_part_of_what_is_signed() -> None:
    one, other = Agreement.model_validate(raw()), Agreement.model_validate(agreed())
    assert fingerprint(one) != fingerprint(other)
    told = [
        definition_hash(each.name, each.version, each.effective_from, each.definition)
        for each in (one, other)
    ]
    assert told[0] != told[1]


def test_customers_are_judged_by_the_second_and_all_others_by_the_first() -> None:
    data = agreed(LACKS)
    asks = [{"kind": "form", "asset": "/demo", "days_ago": 1}]
    one = {"name": "a", "as_of": "2026-03-02", "touches": asks, "facts": {"customer": True}}
    data["test"] = [
        one | {"facts": {"customer": True, "products_won": ["Scanner"]}, "expect": "ready"},
        one
        | {
            "name": "b",
            "facts": {"customer": True, "products_won": ["Service plan"]},
            "expect": "not",
            "failing": ["lacks_service"],
        },
        one | {"name": "c", "expect": "not", "failing": ["lacks_service"]},
        one | {"name": "d", "facts": {"employees": 2}, "expect": "not", "failing": ["one_person"]},
        one | {"name": "e", "facts": {}, "expect": "ready"},
    ]
    assert [each.why for each in try_all(Agreement.model_validate(data))] == [""] * 5


@pytest.mark.parametrize(
    ("tree", "word"),
    [
        ([*MAY[1:], ASKS], "definition.expansion: nothing at its top demands permission"),
        ([MAY[0], *MAY[2:], ASKS], "definition.expansion: nothing at its top demands a reachable"),
        ([*MAY[:2], ASKS], "definition.expansion: nothing at its top demands no person of our own"),
        (
            [*MAY, {"id": "c", "field": "custmer", "op": "is_true"}],
            "definition.expansion: criterion 'c': unknown field 'custmer'",
        ),
        (
            [*MAY, {"id": "c", "field": "products_won", "op": "ge", "value": 1}],
            "products_won is list, which has no ge",
        ),
        (
            [*MAY, {"op": "none", "of": [{"id": "c", "field": "customer", "op": "is_true"}]}],
            "keeps all of them back",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_place(tree: list[Any], word: str) -> None:
    data = agreed()
    data["definition"]["expansion"]["of"] = tree
    assert any(word in text for text in fatal(data)), fatal(data)


def test_a_customer_may_have_an_open_deal() -> None:
    assert fatal(agreed()) == []


def test_ids_are_unique_over_both() -> None:
    data = agreed({"id": "engaged", "field": "engagement", "op": "ge", "value": 1})
    (line,) = faults_of(Agreement, data)
    assert "two criteria of the definition have the id 'engaged'" in line


def test_one_motion_is_told() -> None:
    (line,) = faults_of(Agreement, agreed(motion="expansion"))
    assert "take motion out" in line


def test_a_track_of_customers_is_for_who_comes_back() -> None:
    row = {"class": "returns", "track": "t", "cool_off_days": 1, "expansion_track": "c"}
    assert RecycleRow.model_validate(row).expansion_track == "c"
    with pytest.raises(ValueError, match="expansion_track is for a reason of class returns"):
        RecycleRow.model_validate({"class": "out", "expansion_track": "c"})
