"""Comparing two definitions over a history: symmetry, honesty, and labels as time goes by."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.backtest import History, Trip, compare, histories
from crmbridge.policy.intervals import mcnemar
from crmbridge.policy.sla.calendar import weekdays

DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@st.composite
def rows(draw):
    made = []
    for n in range(draw(st.integers(0, 40))):
        handed, mature = draw(st.booleans()), draw(st.booleans())
        labels = [draw(st.booleans()) if handed and mature else None for _ in range(3)]
        made.append(row(n, labels, handed=handed, mature=mature))
    return made


def row(n, labels, handed=True, mature=True):
    accepted, opportunity, won = labels
    return History(
        id=f"K{n:03}",
        handed=handed,
        mature=mature,
        accepted=accepted,
        opportunity=opportunity,
        won=won,
        revenue={f"D{n // 2}": 100 * (n // 2)} if won else {},
    )


ids = st.sets(st.integers(0, 40).map(lambda n: f"K{n:03}"))


@given(rows(), ids, ids)
def test_swapping_the_versions_swaps_everything(cycles, one, two):
    there, back = compare(cycles, one, two, ("a", "b")), compare(cycles, two, one, ("b", "a"))
    for name in ("sides", "only", "changed", "right"):
        assert getattr(there, name) == tuple(reversed(getattr(back, name)))
    for name in ("both", "neither", "p", "winner", "needs", "verdict", "known", "immature"):
        assert getattr(there, name) == getattr(back, name)


@given(rows(), ids)
def test_a_version_against_itself_changes_nobody(cycles, one):
    report = compare(cycles, one, one)
    assert (report.only, report.p, report.winner) == (((), ()), 1.0, "")
    assert report.verdict == "same"
    assert report.sides[0].measures == report.sides[1].measures


@given(rows(), ids, ids)
def test_counts_add_up_and_bounds_hold_what_is_known(cycles, one, two):
    report = compare(cycles, one, two)
    assert report.both + len(report.only[0]) + len(report.only[1]) + report.neither == len(cycles)
    for side in report.sides:
        found = side.accepted
        if found.precision is not None:
            assert found.bounds.low <= found.precision <= found.bounds.high + 1e-12
    assert json.loads(json.dumps(report.shown()))["cycles"] == len(cycles)


def many(first_right, second_right, unknown=0):
    """Cycles of which the first selects the even ones, and the second the odd ones."""
    cycles = [row(2 * n, (True, None, None)) for n in range(first_right)]
    cycles += [row(2 * n + 1, (True, None, None)) for n in range(second_right)]
    cycles += [row(1000 + n, (None, None, None), handed=False) for n in range(unknown)]
    even = {one.id for one in cycles if int(one.id[1:]) % 2 == 0}
    return compare(cycles, even, {one.id for one in cycles} - even)


def test_a_clear_difference_with_known_outcomes_is_better():
    report = many(40, 90)
    assert (report.verdict, report.winner) == ("better", "v4")
    assert report.needs.most == 0


def test_a_clear_difference_with_unknown_outcomes_is_not_told():
    report = many(40, 90, unknown=60)
    assert (report.verdict, report.winner) == ("cannot_tell", "")
    assert report.needs.coverage == 16
    assert report.needs.most >= 16


def test_fewer_than_thirty_cases_carry_no_verdict():
    report = many(1, 29)
    assert report.p < 0.05
    assert report.verdict == "cannot_tell"
    assert report.needs.sample == 29


def test_two_that_are_right_equally_often_are_never_told_apart():
    assert many(40, 40).needs.most is None


def test_where_nobody_who_changes_side_was_handed_more_hand_offs_would_tell():
    cycles = [row(n, (True, None, None)) for n in range(90)]
    cycles += [row(1000 + n, (None, None, None), handed=False) for n in range(30)]
    report = compare(cycles, {one.id for one in cycles[:90]}, {one.id for one in cycles})
    assert (report.verdict, report.right) == ("cannot_tell", (0, 0))
    assert (report.needs.pairs, report.needs.coverage, report.needs.most) == (6, 6, 6)
    assert mcnemar(0, 6) < 0.05 < mcnemar(0, 5)


def test_a_tenth_of_what_only_the_new_one_selects_is_enough_for_a_test():
    assert many(5, 41).holdout == 5


def test_a_deal_of_two_people_counts_once():
    cycles = [row(n, (True, True, True)) for n in (2, 3)]
    assert compare(cycles, {"K002", "K003"}, {"K002"}).sides[0].revenue == 100
    assert compare(cycles, {"K002", "K003"}, {"K002"}).sides[1].revenue == 100


def trip(n, **days):
    steps = {name: MONDAY + day * DAY for name, day in days.items()}
    return Trip(id=f"T{n}", opened=MONDAY - DAY, **steps)


def labelled(now, *trips):
    found = histories(trips, MONDAY + now * DAY, weekdays(UTC))
    return [(one.label("accepted"), one.label("won")) for one in found]


def test_a_young_hand_off_has_no_label_and_an_old_one_was_not_accepted():
    young = trip(1, handed=0)
    assert labelled(13.9, young) == [(None, None)]
    assert labelled(14, young) == [(False, None)]
    assert labelled(400, young) == [(False, None)]


def test_what_ended_is_known_at_once():
    done = [trip(1, handed=0, closed=1), trip(2, handed=0, accepted=1)]
    assert labelled(2, *done) == [(False, False), (True, None)]


def test_a_deal_that_takes_longer_than_most_is_not_won():
    cycles = []
    for n in range(10):
        won = Trip(
            id=f"W{n}",
            opened=MONDAY,
            handed=MONDAY,
            accepted=MONDAY,
            closed=MONDAY + (n + 1) * 10 * DAY,
            outcome="won",
            revenue={f"D{n}": 100},
        )
        cycles.append(won)
    waits = trip(1, handed=0, accepted=1)
    assert labelled(90, waits, *cycles)[0] == (True, None)
    assert labelled(91, waits, *cycles)[0] == (True, False)


def test_a_cycle_that_was_never_handed_has_no_label():
    (found,) = histories([trip(1)], MONDAY + 900 * DAY, weekdays(UTC))
    assert (found.handed, found.label("accepted"), found.revenue) == (False, None, {})
