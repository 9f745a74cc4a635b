"""The golden backtest: two definitions over one history, with a third of it unknown."""

import operator
import re

import pytest

from crmbridge.policy.backtest import History, compare

LABELS = ("accepted", "opportunity", "won")


@pytest.fixture
def doc(golden):
    return golden("backtest.json")


@pytest.fixture
def rows(doc):
    return [dict(zip(doc["columns"], row, strict=True)) for row in doc["rows"]]


@pytest.fixture
def report(doc, rows):
    chosen = [{row["id"] for row in rows if selects(rule, row)} for rule in doc["rules"].values()]
    return compare([history(row) for row in rows], *chosen, tuple(doc["rules"]))


def history(row):
    labels = {name: None if row[name] is None else bool(row[name]) for name in LABELS}
    return History(
        id=row["id"],
        handed=bool(row["handed"]),
        mature=bool(row["mature"]),
        revenue={row["id"]: row["revenue_minor"]},
        **labels,
    )


def selects(rule, row):
    """Read a rule of the file: `and`, `or`, brackets, `in a, b`, `>= n`."""
    said = re.sub(r"(\w+) in ([\w, ]+?)(?= and | or |\)|$)", lambda m: truth(among(row, m)), rule)
    said = re.sub(r"(\w+) >= ([\d.]+)", lambda m: truth(operator.ge(row[m[1]], float(m[2]))), said)
    return reduced(said.replace(" ", ""))


def among(row, match):
    return row[match[1]] in re.split(r", ?", match[2])


def truth(value):
    return "1" if value else "0"


def reduced(said):
    while "(" in said:
        said = re.sub(r"\(([^()]*)\)", lambda m: truth(either(m[1])), said)
    return either(said)


def either(flat):
    return any("0" not in part.split("and") for part in flat.split("or"))


def shown(measure):
    return {
        "selected": measure.selected,
        "selected_with_known_outcome": measure.known,
        "coverage": rounded(measure.coverage),
        "true_positive": measure.positives,
        "precision": rounded(measure.precision),
        "precision_ci": pair(measure.precision_ci),
        "precision_bounds_all_unknown": pair(measure.bounds),
        "recall": rounded(measure.recall),
        "recall_ci": pair(measure.recall_ci),
    }


def rounded(value):
    return None if value is None else round(value, 6)


def pair(interval):
    return None if interval is None else [rounded(interval.low), rounded(interval.high)]


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
    found = {name: getattr(report, name) for name in doc["expect"]["population"]}
    assert found == doc["expect"]["population"]


def test_the_honest_answer_follows_the_rule_for_verdicts(report):
    sure = report.p < 0.05 and all(side.accepted.coverage >= 0.8 for side in report.sides)
    assert report.verdict == "better" if sure else report.verdict in ("cannot_tell", "same")
