"""The golden cases of the spigot: who got what, why the others wait, and reps who pull."""

import copy
import random

import pytest

from tests.goldens.shape import only
from tests.goldens.shape_spigot import assert_same, outcome, rules_of


@pytest.fixture
def rules(golden):
    doc = golden("spigot.json")
    only(doc, {"topic", "time_unit", "config", "cases", "rules"}, "file")
    assert doc["time_unit"] == "days"
    return rules_of(doc["config"])


@pytest.mark.parametrize("seed", range(4))
def test_leads_are_handed_out(spigot_case, rules, seed):
    case = copy.deepcopy(spigot_case)
    random.Random(seed).shuffle(case["leads"])
    assert_same(outcome(case, rules), case["expect"])


@pytest.mark.parametrize("seed", range(4))
def test_leads_are_handed_on(row_case, rules, seed):
    case = copy.deepcopy(row_case)
    random.Random(seed).shuffle(case["leads"])
    assert_same(outcome(case, rules), case["expect"])


def test_every_part_of_a_case_is_understood(spigot_case, rules):
    for part in ("lead", "rep", "team", "bar", "case"):
        case = copy.deepcopy(spigot_case)
        team = case["state"]["teams"][0]
        odd = {
            "lead": case["leads"][0],
            "rep": team["reps"][0],
            "team": team,
            "bar": team["bars"][0],
            "case": case,
        }
        odd[part]["mood"] = "sunny"
        with pytest.raises(AssertionError, match="mood"):
            outcome(case, rules)
