"""The golden cases of models fitted to journeys, and files of journeys in their hundreds."""

import copy
import random
from pathlib import Path

import pytest

from crmbridge.policy.revenue.fitted.paths import fold_counted
from tests.goldens.conftest import FOLDER
from tests.goldens.shape import only
from tests.goldens.shape_fitted import Journeys, assert_expected, assert_figures, paths_of
from tests.revenue.fitted_rules import (
    cents,
    markov_by_rule,
    rate_inside,
    shapley_by_rule,
    shares_by_rule,
    wins_inside,
)

DAY = 86_400


def check(case):
    only(case, {"id", "paths", "expect"}, "case")
    paths = paths_of(case)
    for name, wanted in case["expect"].items():
        assert_figures(name, wanted, paths)


def check_file(doc):
    only(doc, {"topic", "time_unit", "weights", "journeys", "expect"}, "file")
    assert assert_expected(doc["expect"], Journeys(doc["journeys"])) > 0


def test_a_model_says_what_the_case_says(fitted_case):
    check(fitted_case)


@pytest.mark.parametrize("part", ["case", "expect", "figures", "channel", "value"])
def test_every_part_of_a_case_is_understood(fitted_case, part):
    case = copy.deepcopy(fitted_case)
    models = case["expect"]
    match part:
        case "case":
            case["mood"] = 1
        case "expect":
            models["mood"] = {"share": {}}
        case "figures":
            models["shapley_rate"]["p"] = "1/2"
        case "channel":
            models["markov_2"]["share"]["mood"] = "0"
        case "value":
            models["markov_1"]["share"] = dict.fromkeys(models["markov_1"]["share"], "2/3")
    with pytest.raises((AssertionError, AttributeError, TypeError)):
        check(case)


def test_files_of_journeys_are_met(golden):
    files = sorted(Path(FOLDER).glob("attribution_random*.json"))
    if not files:
        pytest.skip("this folder of golden cases has no file of journeys")
    for one in files:
        check_file(golden(one.name))


@pytest.fixture
def doc():
    """A file of sixty journeys, with what the rules make of them."""
    chance = random.Random(11)
    journeys = []
    for n in range(60):
        touches = [
            [f"t{at}", chance.randrange(90) * DAY, chance.choice("abcd"), at == 0]
            for at in range(chance.randint(1, 5))
        ]
        won = chance.random() < 0.4
        row = {"id": f"D{n:02}", "won": won, "amount_minor": chance.randrange(1, 10**6)}
        journeys.append(row | {"touches": touches, "window_start": None, "cutoff": 80 * DAY})
    return {"topic": "attribution_random", "journeys": journeys, "expect": expected(journeys)}


def expected(journeys):
    counted = [
        row | {"touches": [t for t in row["touches"] if t[1] <= 80 * DAY]} for row in journeys
    ]
    ordered = {
        row["id"]: sorted(row["touches"], key=lambda one: (one[1], one[2], one[0]))
        for row in counted
    }
    rows = [([t[2] for t in ordered[row["id"]]], row["won"], 1) for row in counted]
    out, shares = {}, {}
    for order in (1, 2, 3):
        p, effects, share = markov_by_rule(rows, order)
        shares[f"markov_{order}"] = share
        out[f"markov_{order}"] = {
            "p": float(p),
            "removal_effect": {one: float(effect) for one, effect in effects.items()},
            "share": {one: float(part) for one, part in share.items()},
        }
    for name, worth in (("shapley_sum", wins_inside), ("shapley_rate", rate_inside)):
        phi = shapley_by_rule(rows, worth)
        shares[name] = shares_by_rule(phi)
        out[name] = {"phi": {one: str(value) for one, value in phi.items()}}
    totals, traces = split(counted, shares)
    linear = {"linear": {"a": 1}}
    return {"totals": totals | linear, "models": out, "traces": traces}


def split(counted, shares):
    totals, traces = {name: {} for name in shares}, {}
    for row in [one for one in counted if one["won"]]:
        touches = sorted(row["touches"], key=lambda one: (one[1], one[0]))
        channels = [one[2] for one in touches]
        for name, share in shares.items():
            whole = sum(share[one] for one in set(channels))
            weights = {
                ident: (share[one] / whole if whole else 1 / len(set(channels)))
                / channels.count(one)
                for ident, _, one, _ in touches
            }
            minor = cents(row["amount_minor"], weights)
            traces.setdefault(row["id"], {})[name] = {"minor": minor}
            for ident, _, one, _ in touches:
                totals[name][one] = totals[name].get(one, 0) + minor[ident]
    return totals, traces


def test_a_file_of_journeys_is_read_whole(doc):
    check_file(doc)


@pytest.mark.parametrize("part", ["file", "journey", "expect", "model", "cents", "trace", "share"])
def test_what_a_file_says_beside_the_rules_is_noticed(doc, part):
    expect = doc["expect"]
    match part:
        case "file":
            doc["mood"] = 1
        case "journey":
            doc["journeys"][0]["mood"] = 1
        case "expect":
            expect["mood"] = {}
        case "model":
            expect["models"]["guess"] = {}
        case "cents":
            expect["totals"]["markov_2"]["a"] += 1
        case "trace":
            minor = next(iter(expect["traces"].values()))["shapley_rate"]["minor"]
            minor[next(iter(minor))] -= 1
        case "share":
            expect["models"]["markov_3"]["share"]["b"] += 1e-8
    with pytest.raises(AssertionError):
        check_file(doc)


def test_the_rules_written_twice_agree_with_the_golden_cases(fitted_case):
    rows = fitted_case["paths"]
    for name, wanted in fitted_case["expect"].items():
        if name.startswith("markov"):
            p, effects, _ = markov_by_rule(rows, int(name[-1]))
            assert (str(p), {one: str(it) for one, it in effects.items()}) == (
                wanted["p"],
                wanted["removal_effect"],
            )
    assert fold_counted(rows).tally.closed > 0
