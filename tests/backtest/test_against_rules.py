"""The backtest against the rules written a second time, over rows as the golden ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.backtest import compare
from tests.backtest import rules as backtest_rules
from tests.goldens.shape_backtest import LABELS, history, population, shown

QUICK = settings(max_examples=100, deadline=None)
ids = st.sets(st.integers(0, 60).map(lambda n: f"K{n:02}"))


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cycles; a mature one knows whether it was accepted, and may wait for its deal."""
    found = []
    for n in range(draw(st.integers(0, 60))):
        handed, mature = draw(st.integers(0, 3)) > 0, draw(st.integers(0, 5)) > 0
        row: dict[str, Any] = {"id": f"K{n:02}", "handed": handed, "mature": mature}
        row |= dict.fromkeys(LABELS) | {"revenue_minor": 0}
        if handed and mature:
            row |= {name: draw(st.sampled_from([0, 1, None])) for name in LABELS}
            row["accepted"] = draw(st.integers(0, 1))
            row["revenue_minor"] = 100 * n if row["won"] else 0
        found.append(row)
    return found


@QUICK
@given(rows(), ids, ids)
def test_a_backtest_is_what_the_rules_say(
    cycles: list[dict[str, Any]], one: set[str], other: set[str]
) -> None:
    there = {row["id"] for row in cycles}
    one, other = one & there, other & there
    report = compare([history(row) for row in cycles], one, other)
    expect = backtest_rules.expected(cycles, one, other, LABELS)
    for side, told in zip(report.sides, expect["sides"], strict=True):
        found = {label: shown(measure) for label, measure in side.measures.items()}
        if not side.accepted.selected:
            told = told | {label: told[label] | UNBOUND for label in LABELS}
        assert found | {"revenue_minor": side.revenue} == told
    assert [list(gone) for gone in report.only] == expect["only"]
    assert [list(gone) for gone in report.changed] == expect["changed"]
    assert (report.both, report.neither) == (expect["both"], expect["neither"])
    assert report.right == expect["right"]
    assert report.p == pytest.approx(expect["p"], abs=1e-12)
    assert population(report) == expect["population"]


UNBOUND = {"precision_bounds_all_unknown": None}
"""Nothing selected has no bounds: the cases do not say how to write that."""


@QUICK
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 30), st.integers(0, 40))
def test_a_verdict_is_given_only_where_the_rules_allow_one(
    mine: int, yours: int, both: int, unknown: int
) -> None:
    """`mine` cycles only the first selects, all accepted; `yours` only the second, and so on."""
    groups = (("A", mine, True), ("B", yours, True), ("C", both, True), ("D", unknown, False))
    cycles = [
        {"id": f"{name}{n}", "handed": handed, "mature": handed, "revenue_minor": 0}
        | dict.fromkeys(LABELS, 1 if handed else None)
        for name, many, handed in groups
        for n in range(many)
    ]
    chosen = [{one["id"] for one in cycles if one["id"][0] in names} for names in ("ACD", "BCD")]
    report = compare([history(row) for row in cycles], *chosen)
    covers = [side.accepted.coverage for side in report.sides]
    few = min(side.accepted.known for side in report.sides) < 30
    sure = backtest_rules.better(report.p, covers) and not few
    assert (report.verdict == "better") is sure
    if sure:
        assert report.winner == ("v3" if mine > yours else "v4")
