"""The fold against the rules written a second time, over cases as the golden ones."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.model.lifecycle import RANK, fold
from tests.goldens.shape_lifecycle import assert_expected, events_of
from tests.reference import lifecycle_rules

OUT = ["no_fit", "competitor"]
QUICK = settings(max_examples=300, deadline=None)
REASONS = ("bad_timing", "no_fit", None)
DEALS = ("A", "A", "B")
WITH_REASON = ("rejected", "returned", "recalled", "deal_lost", "disqualified")
STEPS = (
    *((kind,) for kind in RANK if kind not in ("merged", "erased")),
    ("ready", "handed", "rejected"),
    ("ready", "handed", "accepted"),
    ("handed", "stale"),
    ("opportunity", "deal_lost"),
    ("opportunity", "deal_won"),
    ("opportunity", "deal_lost", "deal_reopened"),
    ("opportunity", "deal_won", "ready", "handed", "rejected", "deal_reopened"),
    ("deal_reopened",),
    ("deal_lost",),
    ("reinstated", "ready"),
)


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some events, no two of one type at one instant, where only arrival could order them."""
    found: list[dict[str, Any]] = []
    at, seen = 0.0, set()
    for steps in draw(st.lists(st.sampled_from(STEPS), max_size=9)):
        deal = draw(st.sampled_from(DEALS))
        for kind in steps:
            at += draw(st.sampled_from([0, 1]))
            event: dict[str, Any] = {"at": at, "type": kind}
            if kind in WITH_REASON:
                event["reason"] = draw(st.sampled_from(REASONS))
            if kind == "opportunity" or kind.startswith("deal_"):
                event["deal"] = deal
            if (at, kind) not in seen:
                seen.add((at, kind))
                found.append(event)
    if draw(st.integers(0, 9)) == 0:
        grave = draw(st.sampled_from(["merged", "erased"]))
        found.insert(draw(st.integers(0, len(found))), {"at": 6.0, "type": grave})
    return found


def case_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    expect = lifecycle_rules.expected(rows, dict(RANK), OUT)
    return {"events": rows, "expect": expect | {"stage": expect["stage"] or "known"}}


@QUICK
@given(events())
def test_a_lead_is_where_the_rules_say(rows: list[dict[str, Any]]) -> None:
    assert_expected(fold(events_of(rows), out_reasons=frozenset(OUT)), case_of(rows))


@QUICK
@given(events(), st.integers(0, 999))
def test_any_order_of_arrival_and_any_repetition_give_the_same_lead(
    rows: list[dict[str, Any]], seed: int
) -> None:
    found, chance = events_of(rows), random.Random(seed)
    again = [*found, *(one for one in found if chance.random() < 0.5)]
    chance.shuffle(again)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    first = fold(found, out_reasons=frozenset(OUT))
    assert fold(again, out_reasons=frozenset(OUT)) == first
    assert fold(events_of(shuffled), out_reasons=frozenset(OUT)) == first


@QUICK
@given(events())
def test_a_voided_cycle_is_kept_with_what_it_was(rows: list[dict[str, Any]]) -> None:
    """Cycles are taken back by a reopened deal and by nothing else, and never lost."""
    found = events_of(sorted(rows, key=lambda row: (row["at"], RANK[row["type"]])))
    seen: dict[tuple[int, Any], Any] = {}
    for n in range(len(found)):
        life = fold(found[: n + 1], out_reasons=frozenset(OUT))
        standing = {(one.n, one.opened): one for one in life.cycles}
        voided = {(one.n, one.opened): one for one in life.voided}
        assert standing.keys() | voided.keys() >= seen.keys()
        gone = voided.keys() & seen.keys()
        assert all(voided[key].milestones == seen[key].milestones for key in gone)
        assert not gone or any(one.type == "deal_reopened" for one in found[: n + 1])
        seen = standing
