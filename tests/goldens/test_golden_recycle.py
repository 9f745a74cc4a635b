"""The golden cases of the recycle table: what a return means, and when the lead goes again."""

import pytest

from tests.goldens.shape_recycle import expected, outcome


def test_a_return_and_what_follows_from_it(recycle_case, golden):
    found = outcome(recycle_case["input"], golden("recycle.json"))
    assert found == expected(recycle_case["expect"])


def test_a_return_of_a_customer_and_what_follows_from_it(customer_case, golden):
    found = outcome(customer_case["input"], golden("recycle_expansion.json"))
    assert found == expected(customer_case["expect"])


def test_every_part_of_a_return_is_understood(recycle_case, golden):
    doc = golden("recycle.json")
    with pytest.raises(AssertionError, match="mood"):
        outcome(recycle_case["input"] | {"mood": "sunny"}, doc)
    with pytest.raises(AssertionError, match="mood"):
        outcome(recycle_case["input"], doc | {"mood": "sunny"})
