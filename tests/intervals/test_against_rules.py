"""Intervals and tests of pairs against the textbook, in exact or fifty-digit numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.intervals import Z, mcnemar, newcombe, wilson
from tests.intervals import rules

QUICK = settings(max_examples=300, deadline=None)
sizes = st.integers(1, 2000) | st.integers(1, 12)
rates = sizes.flatmap(lambda n: st.tuples(st.integers(0, n) | st.sampled_from([0, n]), st.just(n)))


def near(expect: object) -> object:
    return pytest.approx(tuple(map(float, expect)), abs=1e-9)  # type: ignore[call-overload]


@QUICK
@given(rates)
def test_wilson_is_the_textbooks(rate: tuple[int, int]) -> None:
    found = wilson(*rate)
    assert (found.low, found.high) == near(rules.wilson(*rate))
    k, n = rate
    assert k > 0 or found.low == 0.0
    assert k < n or found.high == 1.0


@QUICK
@given(rates, rates)
def test_newcombe_is_the_textbooks(one: tuple[int, int], two: tuple[int, int]) -> None:
    found = newcombe(*one, *two)
    assert (found.low, found.high) == near(rules.newcombe(*one, *two))


@QUICK
@given(st.integers(0, 300), st.integers(0, 300) | st.integers(0, 8))
def test_mcnemar_is_the_textbooks(b: int, c: int) -> None:
    assert mcnemar(b, c) == pytest.approx(float(rules.mcnemar(b, c)), abs=1e-12)


def test_the_quantile_and_the_rate_of_nothing_are_the_agreed_ones() -> None:
    assert float(rules.Z) == Z
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
