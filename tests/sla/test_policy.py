"""Clocks of the hand-off: limits, states, and what stops them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.agreement.sla.calendars import BusinessCalendar
from crmbridge.model.lifecycle import Cycle
from crmbridge.policy.sla.calendar import calendar_of
from crmbridge.policy.sla.clocks import HOUR, Limits, Status, answer, first_touch, read

TEAM = calendar_of(
    BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": ["09:00-17:00"]}, holidays="DE")
)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Berlin"))
ORDER = list(Status)


def cycle(closed=None, **milestones):
    hours = {name: MONDAY + timedelta(hours=n) for name, n in milestones.items()}
    return Cycle(n=1, opened=MONDAY - timedelta(days=9), milestones=hours, closed=closed)


def after(hours):
    return MONDAY + timedelta(hours=hours)


def test_limits_follow_the_rating_and_a_raised_hand_comes_first():
    limits = Limits()
    assert limits.first_touch("hot", hand_raise=True) == HOUR
    assert [limits.first_touch(one) for one in ("hot", "warm", "cold")] == [
        4 * HOUR,
        8 * HOUR,
        8 * HOUR,
    ]
    assert limits.answer == 16 * HOUR


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        (0, Status.RUNNING),
        (2.99, Status.RUNNING),
        (3, Status.DUE_SOON),
        (4, Status.DUE_SOON),
        (4.001, Status.BREACHED),
    ],
)
def test_a_clock_runs_is_due_soon_and_breaks(hours, status):
    assert read(TEAM, MONDAY, 4 * HOUR, now=after(hours)).status == status


def test_a_clock_that_ran_out_at_closing_time_is_broken_while_nobody_works():
    found = read(TEAM, MONDAY, 8 * HOUR, now=after(9))
    assert (found.status, found.left, found.used) == (Status.BREACHED, 0, 8 * HOUR)


def test_an_event_stops_the_clock_for_good():
    met = read(TEAM, MONDAY, 4 * HOUR, event=after(4), now=after(500))
    late = read(TEAM, MONDAY, 4 * HOUR, event=after(4.01), now=after(4.02))
    assert (met.status, late.status) == (Status.MET, Status.BREACHED)


def test_a_clock_is_not_read_at_no_instant():
    with pytest.raises(ValueError, match="read at an instant"):
        read(TEAM, MONDAY, HOUR)


def test_the_first_touch_stops_one_clock_and_the_answer_the_other():
    trip = cycle(handed=0, first_sales_touch=2, accepted=30)
    assert first_touch(trip, TEAM, 4 * HOUR, after(100)).used == 2 * HOUR
    assert answer(trip, TEAM, 16 * HOUR, after(100)).status == Status.MET


def test_a_lead_given_back_stops_both_clocks():
    trip = cycle(handed=0, closed=after(3))
    assert first_touch(trip, TEAM, 4 * HOUR, after(900)).status == Status.MET
    assert answer(trip, TEAM, 16 * HOUR, after(900)).used == 3 * HOUR


def test_a_lead_that_was_never_handed_has_no_clock():
    assert first_touch(cycle(), TEAM, HOUR, after(1)) is None
    assert answer(cycle(), TEAM, HOUR, after(1)) is None


def test_a_rep_who_is_away_does_not_break_their_clock():
    rep = TEAM.without([(after(0.5), after(48))])
    trip = cycle(handed=0)
    assert first_touch(trip, rep, HOUR, after(47)).status == Status.RUNNING
    assert first_touch(trip, TEAM, HOUR, after(47)).status == Status.BREACHED


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 300 * 86_400).map(lambda n: MONDAY + timedelta(seconds=n)),
    st.integers(1, 200_000),
    st.lists(st.integers(0, 2_000_000), min_size=2, max_size=2).map(sorted),
)
def test_a_clock_without_an_event_only_gets_worse(start, limit, seconds):
    readings = [read(TEAM, start, limit, now=start + timedelta(seconds=n)) for n in seconds]
    earlier, later = readings
    assert ORDER.index(earlier.status) <= ORDER.index(later.status)
    assert earlier.used <= later.used
    assert earlier.left >= later.left
