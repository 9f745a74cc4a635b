"""The spigot where the golden cases do not look: fairness, refunds, limits, missing teams."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.routing.assign import Bar, Queued, Rules, Team, fill, tick
from crmbridge.policy.routing.rep import Desk

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
OPEN_DOOR = (Bar(below=Fraction(2), min_rating="cold"),)


def lead(n, **more):
    full = {"lead": f"q{n:04}", "team": "t", "grade": "A1", "rating": "hot", "queued_at": NOW}
    return Queued(**(full | more))


def team(*desks, bars=OPEN_DOOR, **more):
    return Team(id="t", desks=desks, bars=bars, **more)


def given_to(log):
    return [entry.rep for entry in log if entry.what == "assign"]


@settings(max_examples=30)
@given(weights=st.lists(st.integers(1, 9), min_size=2, max_size=5), n=st.integers(1, 120))
def test_each_rep_stays_near_their_share_of_the_line(weights, n):
    desks = [Desk(id=f"r{i}", open_limit=10**6, weight=Fraction(w)) for i, w in enumerate(weights)]
    log, _ = tick([team(*desks)], [lead(i) for i in range(n)], NOW, Rules())
    for one in desks:
        share = one.weight / sum(weights) * n
        assert abs(given_to(log).count(one.id) - share) <= Fraction(3, 2)


@given(
    limits=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    hour=st.integers(0, 3),
    n=st.integers(0, 20),
)
def test_no_limit_is_ever_passed_and_no_room_is_left_while_leads_wait(limits, hour, n):
    desks = [Desk(id=f"r{i}", open_limit=size, per_hour=hour) for i, size in enumerate(limits)]
    log, (after,) = tick([team(*desks)], [lead(i) for i in range(n)], NOW, Rules())
    assert all(one.open <= one.open_limit and one.hour <= hour for one in after.desks)
    if len(given_to(log)) < n and any(limits):
        assert not any(one.room for one in after.desks)


def test_a_lead_that_was_nothing_to_work_on_gives_the_turn_back():
    one = Desk(id="ann", open_limit=5, weight=Fraction(2)).given(NOW)
    assert (one.v, one.refunded().v, one.refunded().today) == (Fraction(1, 2), 0, 1)


def test_who_comes_back_has_no_credit_saved_up():
    back = Desk(id="cat", open_limit=99, v=Fraction(1), was_available=False)
    stayed = Desk(id="ann", open_limit=99, v=Fraction(30))
    log, _ = tick([team(back, stayed)], [lead(n) for n in range(6)], NOW, Rules())
    assert given_to(log).count("cat") == 3


def test_the_reasons_to_wait_come_in_the_agreed_order():
    away = Desk(id="ann", open_limit=5, absent=True)
    late = Desk(id="bob", open_limit=5, in_hours=False)

    def reason(*desks, **more):
        (entry,), _ = tick([team(*desks)], [lead(1, **more)], NOW, Rules())
        return entry.reason

    assert reason(away, late) == "outside_hours"
    assert reason(away, late, exclude=frozenset({"bob"})) == "rep_absent"
    assert reason(away, late, skills=frozenset({"fr"})) == "no_eligible_rep"
    assert reason(away, late, team="elsewhere") == "no_eligible_rep"
    assert reason(Desk(id="cat", open_limit=1, open=1)) == "no_capacity"


def test_a_team_without_anybody_there_counts_as_full():
    assert fill([]) == 1
    assert fill([Desk(id="ann", open_limit=5, absent=True)]) == 1


def test_waiting_helps_a_lead_but_not_past_a_better_rating():
    old = lead(1, rating="warm", grade="A1", queued_at=NOW - timedelta(days=13))
    hot = lead(2, rating="hot", grade="C1")
    log, _ = tick([team(Desk(id="ann", open_limit=1))], [old, hot], NOW, Rules())
    assert [entry.lead for entry in log] == ["q0002", "q0001"]
