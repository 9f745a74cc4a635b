"""What follows from own stages: a replay compared, limits, what is kept of a lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.agreement import Agreement
from crmbridge.mapping.own_stages import call_of
from crmbridge.model.state import LeadState
from crmbridge.policy.limits.judge import goes_back
from crmbridge.policy.stages.reach import unreachable
from crmbridge.policy.stages.replay import Count, Stay, Way, compared
from crmbridge.policy.totals.counted import ENTERED_PART, PART, Counted, counted
from crmbridge.policy.totals.trip import BLANK, Trip
from tests.own_stages.stage import CURIOUS, WARM
from tests.stages.agreement import raw

DAY = datetime(2026, 3, 2, tzinfo=UTC)
REST, COOL, HOT = ("engaged", ""), ("engaged", "cool"), ("engaged", "hot")


def day(n: float) -> datetime:
    return DAY + timedelta(days=n)


def way(*stays: tuple[tuple[str, str], float, float]) -> list[Stay]:
    return [Stay(own, day(since), day(until)) for own, since, until in stays]


def test_a_replay_says_who_was_in_another_stage_and_from_when_to_when() -> None:
    same = way((REST, 0, 10))
    found = compared(
        [
            Way("a", same, same),
            Way("b", same, way((REST, 0, 4), (COOL, 4, 6), (REST, 6, 10))),
            Way("c", same, way((REST, 0, 2), (HOT, 2, 10))),
            Way("d", way((COOL, 5, 10)), way((COOL, 5, 10))),  # known since the fifth day
        ],
        day(0),
        day(10),
    )
    assert (found.leads, found.changed, found.differ_now) == (4, 2, 1)
    assert found.named == (("c", day(2)), ("b", day(4)))
    assert (found.first, found.last) == (day(2), day(10))
    assert found.sides[0] == {
        REST: Count(then=3, now=3, ever=3),
        COOL: Count(then=0, now=1, ever=1),
    }
    assert found.sides[1] == {
        REST: Count(then=3, now=2, ever=3),
        COOL: Count(then=0, now=1, ever=2),
        HOT: Count(then=0, now=1, ever=1),
    }


def test_a_replay_in_which_nobody_moves_has_no_days() -> None:
    found = compared([Way("a", way((REST, 0, 1)), way((REST, 0, 1)))], day(0), day(1))
    assert (found.changed, found.differ_now, found.named) == (0, 0, ())
    assert (found.first, found.last) == (None, None)
    assert compared([], day(0), day(1)).leads == 0


def test_times_apart_that_touch_are_one() -> None:
    one = way((REST, 0, 3))
    other = way((COOL, 0, 1), (HOT, 1, 2), (REST, 2, 3))
    assert Way("a", one, other).apart() == [(day(0), day(2))]


NAMES = {"Curious": "engaged", "Warm": "engaged", "With a rep": "handed"}


@pytest.mark.parametrize(
    ("before", "after", "back"),
    [
        ("Curious", "Warm", False),  # within a stage nothing is earlier
        ("Warm", "Curious", False),
        ("With a rep", "Curious", True),
        ("Curious", "With a rep", False),
        ("customer", "Curious", True),
        ("lead", "Curious", False),
    ],
)
def test_a_name_of_the_agreement_stands_where_its_stage_does(
    before: str, after: str, back: bool
) -> None:
    table = {"known": "lead", "engaged": "lead", "customer": "customer"}
    assert goes_back(before, after, table, ("customer", "lead"), NAMES) is back


def test_a_part_without_a_name_in_a_system_is_called_as_its_stage_is() -> None:
    stages = {"engaged": {"calls": {"marketing": "Talking"}, "parts": [CURIOUS, WARM]}}
    agreement = Agreement.model_validate(raw() | {"stages": stages})
    named = [
        call_of(agreement, "marketing", "engaged", part)[0] for part in ("", "curious", "warm")
    ]
    assert named == ["Talking", "Curious lead", "Talking"]
    assert call_of(agreement, "sales", "engaged", "curious") == ("", "")
    assert call_of(agreement, "marketing", "ready") == ("", "")
    assert call_of(agreement, "marketing", "engaged", "curious")[1] == (
        "stages.engaged.parts 'curious'"
    )


def trip(n: int, kind: str = "") -> Trip:
    return Trip("lead", n, "", {**BLANK, "kind": kind})


def test_each_trip_counts_once_in_a_part_and_what_was_under_way_before_us_in_none() -> None:
    trips = [trip(1, "adopted"), trip(2), trip(3)]
    parts = [[1, "cool"], [2, "cool"], [3, "cool"], [3, "hot"], [7, "cool"]]
    found = counted("engaged", "", "", trips, (), part="hot", parts=parts)
    assert Counted.of(found.to_json()) == found
    totals = found.totals()
    assert {key: n for key, n in totals.items() if key[0] in (PART, ENTERED_PART)} == {
        (PART, "hot", ""): 1,
        (ENTERED_PART, "cool", ""): 2,
        (ENTERED_PART, "hot", ""): 1,
    }
    gone = counted("merged", "", "", trips, (), parts=parts)
    assert gone.totals() == {("stage", "merged", ""): 1}


def test_how_a_lead_counted_before_there_were_parts_is_read() -> None:
    old = ["engaged", "web", "", [["01"]], ["sales:Opportunity:1"]]
    assert Counted.of(old).part == ""
    assert Counted.of(old).to_json() == old


def test_a_part_holds_while_its_stage_does() -> None:
    state = LeadState(id="a", part={"core": "engaged", "id": "cool", "at": "2026-03-02T00:00:00Z"})
    assert (state.part_in("engaged"), state.part_in("ready")) == ("cool", "")
    assert LeadState.of("a", state.to_json()) == state


@pytest.mark.parametrize(
    ("core", "when", "open_"),
    [
        # a stage of the first trip alone
        ("engaged", {"field": "cycle", "op": "ge", "value": 2}, False),
        ("nurture", {"field": "cycle", "op": "ge", "value": 2}, True),
        ("customer", {"field": "customer", "op": "is_false"}, False),
        ("nurture", {"field": "customer", "op": "is_false"}, True),
        ("ready", {"field": "stage", "op": "eq", "value": "engaged"}, False),
        ("ready", {"field": "stage", "op": "eq", "value": "ready"}, True),
        ("ready", {"field": "completeness", "op": "gt", "value": 1}, False),
        ("ready", {"field": "touches", "op": "lt", "value": 0}, False),
        ("ready", {"field": "title", "op": "contains", "value": "head"}, True),
        ("ready", {"field": "signals", "op": "has_any", "value": ["warm"]}, True),
    ],
)
def test_what_the_core_stage_alone_says_of_a_fact(
    core: str, when: dict[str, object], open_: bool
) -> None:
    stages = {core: {"parts": [{"id": "it", "name": "It", "when": when}]}}
    found = unreachable(Agreement.model_validate(raw() | {"stages": stages}))
    assert (found == []) is open_


def test_an_age_that_lies_between_two_lengths_can_be_met_and_an_impossible_one_not() -> None:
    def parts(old: int, new: int) -> dict[str, object]:
        of = [
            {"id": "o", "field": "hand_raise_at", "op": "older_than", "value": {"days": old}},
            {"id": "n", "field": "hand_raise_at", "op": "within_last", "value": {"days": new}},
        ]
        return {"engaged": {"parts": [{"id": "it", "name": "It", "when": {"op": "all", "of": of}}]}}

    assert unreachable(Agreement.model_validate(raw() | {"stages": parts(6, 7)})) == []
    assert unreachable(Agreement.model_validate(raw() | {"stages": parts(9, 7)})) != []
