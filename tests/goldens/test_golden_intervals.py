"""The golden tables of intervals and tests; every row is checked, however many there are."""

import pytest

from crmbridge.policy.intervals import Z, mcnemar, newcombe, wilson
from tests.goldens.shape import only

COLUMNS = {
    "wilson": ["k", "n", "lo", "hi"],
    "newcombe_difference": ["k1", "n1", "k2", "n2", "lo", "hi"],
    "mcnemar_exact_two_sided": ["b", "c", "p"],
}


def rows(doc, name):
    only(doc, {"topic", "z", *COLUMNS}, "file")
    only(doc[name], {"columns", "rows"}, name)
    assert doc[name]["columns"] == COLUMNS[name]
    return doc[name]["rows"]


@pytest.fixture
def doc(golden):
    return golden("intervals.json")


def test_the_intervals_are_those_of_95_percent(doc):
    assert doc["z"] == Z


def test_every_part_of_the_tables_is_understood(doc):
    with pytest.raises(AssertionError, match="mood"):
        rows(doc | {"mood": {}}, "wilson")
    with pytest.raises(AssertionError):
        rows(doc | {"wilson": doc["wilson"] | {"columns": ["n", "k", "lo", "hi"]}}, "wilson")


def test_wilson_intervals_of_a_rate(doc):
    for k, n, low, high in rows(doc, "wilson"):
        found = wilson(k, n)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
        assert k > 0 or found.low == 0.0
        assert k < n or found.high == 1.0


def test_newcombe_intervals_of_a_difference(doc):
    for k1, n1, k2, n2, low, high in rows(doc, "newcombe_difference"):
        found = newcombe(k1, n1, k2, n2)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_exact_mcnemar_tests_of_pairs(doc):
    for b, c, p in rows(doc, "mcnemar_exact_two_sided"):
        assert mcnemar(b, c) == pytest.approx(p, abs=1e-9)
