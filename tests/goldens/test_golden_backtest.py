"""The golden backtest: two definitions over one history, with a third of it unknown."""

import pytest

from crmbridge.policy.backtest import compare
from tests.goldens.shape_backtest import history, population, rows_of, selects, shown


@pytest.fixture
def doc(golden):
    return golden("backtest.json")


@pytest.fixture
def rows(doc):
    return rows_of(doc)


@pytest.fixture
def report(doc, rows):
    chosen = [{row["id"] for row in rows if selects(rule, row)} for rule in doc["rules"].values()]
    return compare([history(row) for row in rows], *chosen, tuple(doc["rules"]))


def test_each_definition_is_measured_on_what_is_known(report, doc):
    for side in report.sides:
        expect = dict(doc["expect"][side.name])
        assert side.revenue == expect.pop("revenue_minor")
        assert {label: shown(side.measures[label]) for label in expect} == expect


def test_the_leads_that_change_side_are_listed(report, doc):
    sides = doc["expect"]["sides"]
    (one, two), names = report.only, [side.name for side in report.sides]
    assert list(one) == sides[f"only_{names[0]}"]
    assert list(two) == sides[f"only_{names[1]}"]
    assert (report.both, report.neither) == (sides["both"], sides["neither"])
    for name, found in zip(names, report.changed, strict=True):
        assert list(found) == doc["expect"]["changed_side_known"][f"only_{name}"]


def test_the_paired_test_is_exact(report, doc):
    expect = doc["expect"]["mcnemar_accepted"]
    for side, count in zip(report.sides, report.right, strict=True):
        assert count == expect[f"only_{side.name}_right"]
    assert report.p == pytest.approx(expect["p"], abs=1e-9)


def test_the_population_is_counted(report, doc):
    assert population(report) == doc["expect"]["population"]


def test_the_honest_answer_follows_the_rule_for_verdicts(report):
    sure = report.p < 0.05 and all(side.accepted.coverage >= 0.8 for side in report.sides)
    assert report.verdict == "better" if sure else report.verdict in ("cannot_tell", "same")


def test_every_part_of_the_backtest_is_understood(doc, rows):
    for odd in (doc | {"mood": []}, doc | {"expect": doc["expect"] | {"mood": 1}}):
        with pytest.raises(AssertionError, match="mood"):
            rows_of(odd)
    with pytest.raises(AssertionError, match="mood"):
        rows_of(doc | {"columns": [*doc["columns"], "mood"]})
    with pytest.raises(AssertionError, match="does not understand"):
        selects("engagement < 35 and mood", rows[0])
