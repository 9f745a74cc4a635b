"""The golden cases of the spigot: who got what, why the others wait, and reps who pull."""

import copy
import random

import pytest

from tests.goldens.shape_spigot import assert_same, outcome, rules_of


@pytest.mark.parametrize("seed", range(4))
def test_leads_are_handed_out(spigot_case, golden, seed):
    case, rules = copy.deepcopy(spigot_case), rules_of(golden("spigot.json")["config"])
    random.Random(seed).shuffle(case["leads"])
    assert_same(outcome(case, rules), case["expect"])


def test_every_part_of_a_case_is_understood(spigot_case, golden):
    rules = rules_of(golden("spigot.json")["config"])
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
