"""The lifecycle fold where the golden cases do not look."""

import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.model.lifecycle import (
    OPEN_WORK,
    RANK,
    SIDES,
    Lifecycle,
    LifeEvent,
    Stage,
    corrections,
    fold,
)

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
OUT = frozenset({"no_fit", "competitor"})


def day(n):
    return DAY_0 + timedelta(days=n)


def life(text):
    """Fold events written as `day type[:reason][@deal]`, one a word pair."""
    words = text.split()
    events = []
    for at, what in zip(words[::2], words[1::2], strict=True):
        what, _, deal = what.partition("@")
        kind, _, reason = what.partition(":")
        events.append(LifeEvent(at=day(int(at)), type=kind, reason=reason, deal=deal))
    return fold(events, out_reasons=OUT)


def test_a_lead_without_events_is_known_in_no_cycle():
    assert fold([], out_reasons=OUT) == Lifecycle()
    assert (Lifecycle().cycle, Lifecycle().current.n, Lifecycle().customer) == (0, 0, False)


def test_a_rep_who_converts_directly_gives_the_skipped_milestones_his_own_date():
    cycle = life("0 known 2 ready 3 handed 5 opportunity@A").current
    assert cycle.effective == {
        "ready": day(2),
        "handed": day(3),
        "accepted": day(5),
        "opportunity": day(5),
    }


def test_a_reopened_deal_voids_a_later_cycle_that_never_reached_sales():
    told = "0 known 2 ready 3 handed 4 accepted 5 opportunity@A 20 deal_won@A 25 engaged"
    assert life(told).stage is Stage.CUSTOMER
    open_again = life(f"{told} 27 deal_reopened@A")
    assert (open_again.stage, open_again.cycle, open_again.customer) == ("opportunity", 1, False)
    assert [(c.n, c.opened, c.voided) for c in open_again.voided] == [(2, day(20), day(27))]
    lost = life(f"{told} 27 deal_reopened@A 40 deal_lost:bad_timing@A")
    assert (lost.stage, lost.cycle) == ("nurture", 2)
    assert (lost.cycles[0].outcome, lost.cycles[0].closed) == ("lost", day(40))


def test_a_reopened_deal_joins_a_later_cycle_that_reached_sales():
    told = "0 known 3 handed 5 opportunity@A 20 deal_won@A 30 ready 31 handed 40 deal_reopened@A"
    joined = life(told)
    assert (joined.stage, joined.cycle, joined.voided) == ("opportunity", 2, ())
    assert joined.cycles[0].outcome == "won"
    assert joined.current.deals == ("A",)
    assert joined.open_deals == {"A"}


def test_a_reopened_deal_brings_a_disqualified_lead_back_to_sales():
    told = "0 known 1 handed 2 opportunity@A 3 deal_lost:no_fit@A"
    assert life(told).stage is Stage.DISQUALIFIED
    assert life(f"{told} 9 deal_reopened@A").stage is Stage.OPPORTUNITY
    assert life(f"{told} 9 deal_reopened@A").cycle == 1


def test_a_reason_of_class_out_ends_the_loop_until_a_person_reinstates():
    told = "0 known 1 ready 2 handed 3 rejected:no_fit 9 engaged"
    out = life(told)
    assert (out.stage, out.cycle) == ("disqualified", 1)
    assert [row.why for row in out.ignored] == ["engaged not allowed from disqualified"]
    back = life(f"{told} 20 reinstated")
    assert (back.stage, back.cycle, back.current.opened) == ("nurture", 2, day(20))


def test_sales_may_work_a_disqualified_lead_and_opens_a_cycle_by_it():
    worked = life("0 known 1 disqualified:competitor 5 opportunity@A")
    assert (worked.stage, worked.cycle, worked.current.kind) == (
        "opportunity",
        2,
        "sales_initiated",
    )


def test_a_rejection_without_a_reason_says_so():
    assert life("0 known 1 ready 2 handed 3 rejected").cycles[0].reason == "missing_reason"


def test_the_first_activity_of_sales_is_a_milestone_and_moves_nothing():
    touched = life("0 known 1 ready 2 handed 3 sales_touch 4 sales_touch")
    assert touched.stage is Stage.HANDED
    assert touched.current.milestones["first_sales_touch"] == day(3)


def test_an_idle_lead_and_an_untouched_one_have_different_outcomes():
    assert life("0 known 1 ready 2 handed 9 stale").cycles[0].outcome == "stale_untouched"
    assert life("0 known 2 handed 3 accepted 9 stale").cycles[0].outcome == "stale_idle"


@pytest.mark.parametrize("grave", ["merged", "erased"])
def test_nothing_moves_a_tombstone(grave):
    dead = life(f"0 known 1 {grave} 2 ready 3 opportunity@A")
    assert dead.stage == grave
    assert len(dead.ignored) == 2


def test_an_unknown_type_of_event_is_ignored_with_its_name():
    odd = life("0 known 1 abducted")
    assert [row.why for row in odd.ignored] == ["abducted is no event of the lifecycle"]


def test_the_rest_stage_is_where_a_trip_would_end_now():
    assert life("0 known 1 engaged 2 ready").rest is Stage.ENGAGED
    assert life("0 known 1 ready 2 handed 3 rejected:x 4 ready").rest is Stage.NURTURE
    assert life("0 known 1 opportunity@A 2 opportunity@B 3 deal_won@A").rest is Stage.CUSTOMER


def test_a_late_event_that_moves_a_published_date_is_a_correction():
    before = life("0 known 5 ready 6 handed 9 accepted")
    after = life("0 known 4 ready 5 ready 6 handed 9 accepted 10 qualified")
    assert [(c.cycle, c.milestone, c.before, c.after) for c in corrections(before, after)] == [
        (1, "ready", day(5), day(4))
    ]
    assert corrections(before, before) == []


def test_a_reopened_deal_takes_published_outcomes_back():
    told = "0 known 3 handed 5 opportunity@A 20 deal_won@A"
    found = corrections(life(told), life(f"{told} 27 deal_reopened@A"))
    assert {(c.cycle, c.milestone) for c in found} == {(1, "closed"), (1, "outcome"), (2, "opened")}
    assert all(c.after is None for c in found)


def test_every_stage_has_a_side_and_open_work_is_with_sales():
    assert set(SIDES) == set(Stage)
    assert {SIDES[stage] for stage in OPEN_WORK} == {"sales"}


EVENTS = st.lists(
    st.builds(
        LifeEvent,
        at=st.integers(0, 6).map(day),
        type=st.sampled_from([*RANK, "nonsense"]),
        reason=st.sampled_from(["", "no_fit", "bad_timing"]),
        deal=st.sampled_from(["A", "B"]),
    ),
    max_size=25,
)


@given(events=EVENTS, random=st.randoms(use_true_random=False))
def test_any_interleaving_and_any_repetition_give_the_same_lifecycle(events, random):
    first = fold(events, out_reasons=OUT)
    again = events + [event for event in events if random.random() < 0.5]
    random.shuffle(again)
    assert fold(again, out_reasons=OUT) == first


@given(events=EVENTS)
def test_cycles_are_numbered_without_gaps_and_only_the_last_may_be_open(events):
    folded = fold(events, out_reasons=OUT)
    assert [cycle.n for cycle in folded.cycles] == list(range(1, len(folded.cycles) + 1))
    assert all(cycle.closed and cycle.outcome for cycle in folded.cycles[:-1])
    assert bool(folded.open_deals) <= (folded.stage in ("opportunity", "merged", "erased"))


def test_folding_is_quick_enough_to_do_at_every_event():
    trip = ["engaged", "ready", "handed", "sales_touch", "accepted", "rejected"]
    events = [LifeEvent(at=day(n), type=trip[n % len(trip)]) for n in range(3000)]
    best = min(timed(events) for _ in range(5))
    assert best / len(events) < 25e-6  # 5 µs on an idle core; the bound leaves room for a busy one


def timed(events):
    start = time.process_time()
    fold(events, out_reasons=OUT)
    return time.process_time() - start


def hours(*words):
    """A life: of each deal a step every so many hours, after so many times the deals' number."""
    return lambda number: [
        LifeEvent(at=DAY_0 + timedelta(hours=every * n + after * number), type=name, deal=f"d{n}")
        for n in range(number)
        for every, after, name in words
    ]


LIVES = {
    "one after the other": hours((3, 0, "opportunity"), (3, 0, "deal_won")),
    "all open at once": hours((1, 0, "opportunity"), (1, 1, "deal_lost")),
    "all of one instant": hours((0, 0, "opportunity"), (0, 0, "deal_lost")),
    "each lost and reopened": hours(
        (3, 0, "opportunity"), (3, 0, "deal_lost"), (3, 1, "deal_reopened")
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_the_fold_is_near_linear_in_the_deals_of_a_lead(name):
    """Counted in lines of Python, of which every machine runs as many."""
    few, many = (lines(lambda n=n: fold(LIVES[name](n), out_reasons=OUT)) for n in (100, 800))
    assert many < 10 * few


def lines(work):
    """Lines of Python that some work runs."""
    count = 0

    def note(_frame, event, _arg):
        nonlocal count
        count += event == "line"
        return note

    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(None)
    return count
