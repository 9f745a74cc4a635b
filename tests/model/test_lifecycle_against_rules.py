"""The fold against the rules written a second time, over cases as the golden ones."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbridge.model.lifecycle import RANK, fold
from tests.goldens.shape_lifecycle import assert_expected, events_of
from tests.model import lifecycle_rules
from tests.model.lifecycle_cases import OUT, Json, case_of, cases

DATA = Path(__file__).parents[1] / "goldens" / "data"
GOLDEN = json.loads((DATA / "lifecycle.json").read_text(encoding="utf-8"))
HANDED_ON = json.loads((DATA / "lifecycle_handed_on.json").read_text(encoding="utf-8"))
QUICK = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def ident(case: Json) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", [*GOLDEN["cases"], *HANDED_ON["cases"]], ids=ident)
@pytest.mark.parametrize("seed", range(4))
def test_the_rules_say_what_the_golden_cases_say(case: Json, seed: int) -> None:
    places = list(range(len(case["events"])))
    if seed:
        random.Random(seed).shuffle(places)
    rows = [case["events"][place] for place in places]
    found = lifecycle_rules.expected(rows, dict(RANK), GOLDEN["out_reasons"])
    found["ignored"] = [[places[row[0]], *row[1:]] for row in found["ignored"]]
    assert found == case["expect"]


@QUICK
@given(cases())
def test_a_lead_is_where_the_rules_say(case: Json) -> None:
    life = fold(events_of(case["events"]), out_reasons=frozenset(OUT))
    assert_expected(life, case, in_any_order=True)


@QUICK
@given(cases(), st.integers(0, 999))
def test_any_order_of_arrival_and_any_repetition_give_the_same_lead(case: Json, seed: int) -> None:
    rows = case["events"]
    found, chance = events_of(rows), random.Random(seed)
    again = [*found, *(one for one in found if chance.random() < 0.5)]
    chance.shuffle(again)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    first = fold(found, out_reasons=frozenset(OUT))
    assert fold(again, out_reasons=frozenset(OUT)) == first
    assert fold(events_of(shuffled), out_reasons=frozenset(OUT)) == first


@QUICK
@given(cases())
def test_a_voided_cycle_is_kept_with_what_it_was(case: Json) -> None:
    """Cycles are taken back by a reopened deal and by nothing else, and never lost."""
    rows = [row for row in case["events"] if row.get("kind") != "reason"]
    found = events_of(rows)
    seen: dict[tuple[int, Any], Any] = {}
    for at in sorted({one.at for one in found}):
        told = [one for one in found if one.at <= at]
        life = fold(told, out_reasons=frozenset(OUT))
        standing = {(one.n, one.opened): one for one in life.cycles}
        voided = {(one.n, one.opened): one for one in life.voided}
        assert standing.keys() | voided.keys() >= seen.keys()
        gone = (voided.keys() & seen.keys()) - standing.keys()
        for key in gone:
            assert voided[key].milestones.items() >= seen[key].milestones.items()
        assert not gone or any(one.type == "deal_reopened" for one in told)
        seen = standing


ROADS = ("", "ready handed", "accepted qualified", "handed rejected", "disqualified")
ENDS = ("rejected", "returned", "stale", "recalled", "disqualified", "engaged", "ready", "accepted")


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("end", ENDS)
def test_an_opportunity_without_a_deal_leaves_as_a_qualified_lead_does(road: str, end: str) -> None:
    types = ["known", *road.split(), "opportunity", "sales_touch", end]
    rows = [{"at": float(at), "type": type_} for at, type_ in enumerate(types)]
    case = case_of(rows)
    assert case
    assert_expected(fold(events_of(rows), out_reasons=frozenset(OUT)), case)
    left = {"stale": "stale_idle", "rejected": "returned"}.get(end, end)
    outcome = left if end in ENDS[:5] else None
    assert outcome in [cycle["outcome"] for cycle in case["expect"]["cycles"]]


def test_events_of_one_instant_are_told_apart_by_more_than_their_arrival() -> None:
    """The rules name the cases that they leave open, and those alone are left out above."""
    first = {"at": 1.0, "type": "rejected", "reason": "bad_timing"}
    with pytest.raises(lifecycle_rules.UndefinedCase, match="two events"):
        lifecycle_rules.expected([first, first | {"reason": "no_fit"}], dict(RANK), OUT)
