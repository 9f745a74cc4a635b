"""How well times are kept: what is due, and how long answers take with some still to come."""

import pytest

from crmbridge.policy.sla.clocks import Status
from crmbridge.policy.sla.kept import Clock, kept, kept_by_rep, kept_by_team

HOUR = 3600


def met(hours, **given):
    return Clock(status=Status.MET, used=hours * HOUR, answered=True, **given)


def late(hours, *, answered=True, **given):
    return Clock(status=Status.BREACHED, used=hours * HOUR, answered=answered, **given)


def running(hours, status=Status.RUNNING):
    return Clock(status=status, used=hours * HOUR, answered=False)


def test_no_clocks_say_nothing():
    found = kept([])
    assert (found.clocks, found.breaches.n, found.breaches.rate) == (0, 0, None)
    assert found.median is found.slow is None
    assert kept_by_team([]) == {}


def test_a_clock_that_still_runs_is_not_due():
    found = kept([met(1), late(20), running(2), running(15, Status.DUE_SOON)])
    assert (found.clocks, found.breaches.k, found.breaches.n) == (4, 1, 2)


def test_half_and_nine_of_ten_are_answered_within():
    found = kept([met(hours) for hours in range(1, 11)])
    assert (found.median, found.slow) == (5 * HOUR, 9 * HOUR)
    assert found.breaches.rate == 0.0


def test_hand_offs_still_open_make_the_pace_slower():
    found = kept([met(1), met(2), late(30, answered=False), late(40, answered=False)])
    assert (found.median, found.slow) == (2 * HOUR, None)
    assert kept([met(1), *[running(9)] * 3]).median is None


def test_a_breach_has_its_cause():
    clocks = [late(20, cause="absent"), late(21, cause="full"), late(22, cause="absent"), late(23)]
    assert kept(clocks).causes == {"": 1, "absent": 2, "full": 1}


def test_teams_and_reps_have_their_own_figures():
    clocks = [
        met(1, team="emea", rep="ann"),
        late(20, team="emea", rep="bob"),
        met(3, team="us", rep="cem"),
    ]
    teams, reps = kept_by_team(clocks), kept_by_rep(clocks)
    assert {name: (one.breaches.k, one.breaches.n) for name, one in teams.items()} == {
        "emea": (1, 2),
        "us": (0, 1),
    }
    assert {name: one.median for name, one in reps.items()} == {
        "ann": HOUR,
        "bob": 20 * HOUR,
        "cem": 3 * HOUR,
    }


def test_less_than_no_time_is_refused():
    with pytest.raises(ValueError, match="cannot end before it began"):
        kept([met(-1)])
