"""The golden cases of the lifecycle fold, each in several orders of arrival."""

import copy
import random

import pytest

from crmbridge.model.lifecycle import RANK, fold
from tests.goldens.shape import only
from tests.goldens.shape_lifecycle import assert_expected, events_of


@pytest.fixture
def out(golden):
    return frozenset(golden("lifecycle.json")["out_reasons"])


def test_the_order_of_one_instant_is_the_agreed_one(golden):
    doc = golden("lifecycle.json")
    only(doc, {"topic", "time_unit", "rank", "out_reasons", "cases"}, "file")
    later = ("adopted", "handed_on")
    assert {name: rank for name, rank in RANK.items() if name not in later} == doc["rank"]


def test_what_was_taken_over_comes_before_all_else_of_its_instant(golden):
    found = {name: rank for name, rank in RANK.items() if name != "handed_on"}
    assert found == golden("lifecycle_adopted.json")["rank"]


def test_a_hand_on_comes_between_the_two_steps_that_it_lies_between(golden):
    doc = golden("lifecycle_handed_on.json")
    if not doc:
        pytest.skip("this folder of golden cases has none of hand-ons")
    for name, (before, after) in doc["between"].items():
        assert RANK[before] < RANK[name] < RANK[after]


@pytest.mark.parametrize("seed", range(6))
def test_a_lead_that_teams_hand_on_folds_to_one_cycle(handed_on_case, out, seed):
    rows = list(handed_on_case["events"])
    if seed:
        random.Random(seed).shuffle(rows)
    assert_expected(fold(events_of(rows), out_reasons=out), handed_on_case)


@pytest.mark.parametrize("seed", range(6))
def test_a_lead_that_was_taken_over_folds_to_its_cycles(adopted_case, out, seed):
    rows = list(adopted_case["events"])
    if seed:
        random.Random(seed).shuffle(rows)
    assert_expected(fold(events_of(rows), out_reasons=out), adopted_case)


@pytest.mark.parametrize("seed", range(6))
def test_a_case_folds_to_its_cycles_in_any_order_of_arrival(lifecycle_case, out, seed):
    rows = list(lifecycle_case["events"])
    if seed:
        random.Random(seed).shuffle(rows)
    assert_expected(fold(events_of(rows), out_reasons=out), lifecycle_case)


def test_deliveries_that_come_twice_change_nothing(lifecycle_case, out):
    events = events_of(lifecycle_case["events"])
    assert_expected(fold([*events, *reversed(events)], out_reasons=out), lifecycle_case)


def test_every_part_of_a_lifecycle_is_understood(lifecycle_case, out):
    life = fold(events_of(lifecycle_case["events"]), out_reasons=out)
    for place in (lambda case: case, lambda case: case["expect"]):
        case = copy.deepcopy(lifecycle_case)
        place(case)["mood"] = "sunny"
        with pytest.raises(AssertionError, match="mood"):
            assert_expected(life, case)
    with pytest.raises(AssertionError, match="mood"):
        events_of([{"at": 0, "type": "known", "mood": "sunny"}])
    with pytest.raises(AssertionError, match="abducted"):
        events_of([{"at": 0, "type": "abducted"}])


@pytest.mark.parametrize("seed", range(6))
def test_a_cycle_is_of_new_business_or_of_expansion(expansion_case, out, seed):
    rows = list(expansion_case["events"])
    if seed:
        random.Random(seed).shuffle(rows)
    life = fold(events_of(rows), out_reasons=out)
    expect = expansion_case["expect"]
    only(expect, {"stage", "motions"}, "expect")
    assert (life.stage, [one.motion or None for one in life.cycles]) == (
        expect["stage"],
        expect["motions"],
    )
