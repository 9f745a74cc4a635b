"""The spigot: order, limits, reasons, and no dependence on the order of the input."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement import Rep
from crmbridge.policy.capacity import Assigned, Candidate, Waits, allocate

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


def rep(ident, limit=10, **more):
    return Rep(id=ident, email=f"{ident}@acme.example", open_limit=limit, **more)


def lead(ident, minutes=0, **more):
    return Candidate(lead=ident, queued_at=NOW + timedelta(minutes=minutes), **more)


def pairs(result):
    return [(one.lead, one.rep if isinstance(one, Assigned) else one.reason) for one in result]


def test_raised_hands_go_first_then_engagement_then_time_in_line():
    line = [
        lead("old", 0),
        lead("new", 5),
        lead("warm", 9, engagement=Decimal(50)),
        lead("hand", 9, hand_raise=True),
    ]
    assert [one.lead for one in allocate(line, [rep("ann")], {})] == ["hand", "warm", "old", "new"]


def test_the_rep_with_the_most_room_gets_the_next_lead():
    reps = [rep("ann", 10), rep("bob", 4)]
    line = [lead(f"q{n}", n) for n in range(4)]
    assert pairs(allocate(line, reps, {"ann": 4, "bob": 1})) == [
        ("q0", "bob"),
        ("q1", "ann"),
        ("q2", "bob"),
        ("q3", "ann"),
    ]


def test_among_equals_the_one_who_waited_longest_comes_first():
    reps = [rep("ann"), rep("bob"), rep("cat")]
    last = {"ann": NOW, "bob": NOW - timedelta(hours=1)}
    line = [lead(f"q{n}", n) for n in range(3)]
    given_to = [one.rep for one in allocate(line, reps, {}, last)]
    assert given_to == ["cat", "bob", "ann"]


def test_a_lead_that_nobody_may_have_says_so():
    line = [lead("q", exclude=frozenset({"ann"}))]
    assert allocate(line, [rep("ann"), rep("bob", on=False)], {}) == [
        Waits(lead="q", reason="no_eligible_rep")
    ]


def test_full_desks_make_leads_wait():
    assert pairs(allocate([lead("q")], [rep("ann", 2), rep("bob", 0)], {"ann": 2})) == [
        ("q", "no_capacity")
    ]
    assert pairs(allocate([lead("q")], [rep("ann", 2)], {"ann": 7})) == [("q", "no_capacity")]


def test_the_rep_of_the_last_trip_is_taken_when_free():
    reps = [rep("ann"), rep("bob", 3)]
    assert pairs(allocate([lead("q", prefer="bob")], reps, {"bob": 2})) == [("q", "bob")]
    assert pairs(allocate([lead("q", prefer="bob")], reps, {"bob": 3})) == [("q", "ann")]


NAMES = ["ann", "bob", "cat", "dev"]
LINES = st.lists(
    st.builds(
        lead,
        ident=st.text("abcdef", min_size=1, max_size=3),
        minutes=st.integers(0, 5),
        hand_raise=st.booleans(),
        engagement=st.integers(0, 3).map(Decimal),
        exclude=st.frozensets(st.sampled_from(NAMES), max_size=3),
        prefer=st.sampled_from(["", *NAMES]),
    ),
    max_size=20,
    unique_by=lambda one: one.lead,
)
REPS = st.lists(
    st.builds(
        rep,
        ident=st.sampled_from(NAMES),
        limit=st.integers(0, 6),
        on=st.booleans(),
    ),
    unique_by=lambda one: one.id,
)
COUNTS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 6))


@given(line=LINES, reps=REPS, counts=COUNTS, random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(line, reps, counts, random):
    first = allocate(line, reps, counts)
    random.shuffle(line)
    random.shuffle(reps)
    assert allocate(line, reps, counts) == first


@given(line=LINES, reps=REPS, counts=COUNTS)
def test_nobody_gets_more_than_their_limit_or_what_they_must_not_have(line, reps, counts):
    result = allocate(line, reps, counts)
    by_lead = {one.lead: one for one in line}
    for one in reps:
        got = [a.lead for a in result if isinstance(a, Assigned) and a.rep == one.id]
        assert not got or counts.get(one.id, 0) + len(got) <= one.open_limit
        assert not got or one.on
        assert not any(one.id in by_lead[ident].exclude for ident in got)
    assert sorted(a.lead for a in result) == sorted(by_lead)


@given(line=LINES, reps=REPS, counts=COUNTS)
def test_no_lead_waits_while_a_rep_who_may_have_it_is_free(line, reps, counts):
    result = allocate(line, reps, counts)
    load = dict(counts)
    for one in result:
        if isinstance(one, Assigned):
            load[one.rep] = load.get(one.rep, 0) + 1
    by_lead = {one.lead: one for one in line}
    for one in result:
        if isinstance(one, Waits):
            may = [r for r in reps if r.on and r.id not in by_lead[one.lead].exclude]
            assert all(load.get(r.id, 0) >= r.open_limit for r in may)
