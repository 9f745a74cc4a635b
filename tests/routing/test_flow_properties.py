"""What holds of the spigot whatever the teams and the leads are, tried over a real ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.model.codec import instant
from tests.routing.stage import CALM, lined
from tests.stages.places import START

LIMITS = ("open_limit", "per_hour", "per_day", "per_week")
limit = st.none() | st.integers(0, 4)
people = st.lists(
    st.fixed_dictionaries(
        {
            "open_limit": st.integers(0, 8),
            "per_hour": limit,
            "per_day": limit,
            "per_week": limit,
            "weight": st.sampled_from([1, 2, 3]),
        }
    ),
    min_size=1,
    max_size=4,
).map(lambda rows: [row | {"id": f"rep{n}"} for n, row in enumerate(rows)])
steps = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([0.4, 3, 26]), st.integers(0, 4)),
    min_size=1,
    max_size=6,
)


@CALM
@given(people, limit, steps)
def test_no_limit_is_ever_passed_and_no_excluded_rep_gets_a_lead(
    reps: list[dict[str, Any]], per_day: int | None, story: list[tuple[int, float, int]]
) -> None:
    with lined(reps, per_day=per_day) as line:
        avoided: dict[str, str] = {}
        for number, hours, avoid in story:
            before = line.leads
            who = frozenset({f"rep{avoid}"})
            line.arrive(number, who)
            avoided |= {f"lead{n:04}": f"rep{avoid}" for n in range(before + 1, line.leads + 1)}
            line.tick()
            line.clock.advance(timedelta(hours=hours))
        made = line.told("assigned")
        for lead, data, _ in made:
            assert data["rep"] != avoided[lead]
        assert max(Counter(lead for lead, _, _ in made).values(), default=1) == 1
        for rep in reps:
            _within(rep, [at for _, data, at in made if data["rep"] == rep["id"]])
        if per_day is not None:
            assert max(Counter(day(at) for _, _, at in made).values(), default=0) <= per_day


def day(at: datetime) -> str:
    return f"{at + timedelta(hours=1):%F}"  # Berlin, in winter


def week(at: datetime) -> tuple[int, int]:
    return (at + timedelta(hours=1)).isocalendar()[:2]


def _within(rep: dict[str, Any], times: list[datetime]) -> None:
    """Nobody gives anything back here, so that all that a rep was given is open."""
    assert len(times) <= rep["open_limit"]
    if rep["per_day"] is not None:
        assert max(Counter(map(day, times)).values(), default=0) <= rep["per_day"]
    if rep["per_week"] is not None:
        assert max(Counter(map(week, times)).values(), default=0) <= rep["per_week"]
    if rep["per_hour"] is not None:
        hour = timedelta(hours=1)
        for at in times:
            assert sum(at - hour < one <= at for one in times) <= rep["per_hour"]


@CALM
@given(people, st.integers(1, 25))
def test_while_a_rep_who_may_have_it_has_room_no_lead_waits(
    reps: list[dict[str, Any]], number: int
) -> None:
    with lined(reps) as line:
        line.arrive(number)
        given_now = line.tick()
        got = Counter(data["rep"] for _, data, _ in line.told("assigned"))
        most = [min(row[key] for key in LIMITS if row[key] is not None) for row in reps]
        assert len(given_now) == min(number, sum(most))
        assert all(got[row["id"]] <= limit for row, limit in zip(reps, most, strict=True))
        waits = line.told("waits")
        assert len(waits) == number - len(given_now)
        assert {data["reason"] for _, data, _ in waits} <= {"no_capacity"}


@CALM
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=5),
    st.lists(st.integers(1, 9), min_size=2, max_size=6),
)
def test_everybody_gets_their_share_to_within_a_lead_and_a_half_at_every_moment(
    weights: list[int], batches: list[int]
) -> None:
    reps = [{"id": f"rep{n}", "open_limit": 999, "weight": w} for n, w in enumerate(weights)]
    with lined(reps) as line:
        for number in batches:
            line.arrive(number)
            line.tick()
            line.clock.advance(timedelta(minutes=5))
        got: Counter[str] = Counter()
        for total, (_, data, _) in enumerate(line.told("assigned"), start=1):
            got[data["rep"]] += 1
            for n, weight in enumerate(weights):
                share = Fraction(weight * total, sum(weights))
                assert abs(got[f"rep{n}"] - share) <= Fraction(3, 2)
        assert got.total() == sum(batches)


@CALM
@given(st.integers(1, 3), st.integers(1, 30))
def test_who_waited_longer_than_the_limit_leaves_the_line_exactly_once(
    limit_days: int, hours: int
) -> None:
    with lined([{"id": "ann", "open_limit": 0}], max_wait_days=limit_days) as line:
        line.arrive(3)
        line.clock.advance(timedelta(days=limit_days))
        line.tick()
        assert line.told("queue_expired") == []
        line.clock.advance(timedelta(hours=hours))
        line.tick()
        line.tick()
        assert sorted(lead for lead, _, _ in line.told("queue_expired")) == [
            "lead0001",
            "lead0002",
            "lead0003",
        ]
        assert instant(START) == line.told("queue_expired")[0][1]["queued_at"]


OFFICE = {"office": {"zone": "UTC", "hours": {"mon-fri": ["08:00-18:00"]}}}
AWAY = {"absences": [{"from": "2026-03-02", "to": "2026-03-06"}]}


def test_who_comes_back_after_a_night_has_no_turns_saved_up() -> None:
    reps = [{"id": "ann", "open_limit": 99}, {"id": "bob", "open_limit": 99}]
    reps.append({"id": "cat", "open_limit": 99} | AWAY)
    with lined(reps, OFFICE, calendar="office") as line:
        line.arrive(10)
        line.tick()
        line.clock.advance(timedelta(days=4, hours=13))  # Friday, 22:00: nobody is there
        line.arrive(1)
        assert line.tick() == []
        line.clock.advance(timedelta(days=2, hours=11))  # Monday, and cat is back
        line.arrive(5)
        assert len(line.tick()) == 6
        assert Counter(data["rep"] for _, data, _ in line.told("assigned")) == {
            "ann": 7,
            "bob": 7,
            "cat": 2,
        }


def test_who_comes_back_after_all_desks_were_full_has_no_turns_saved_up() -> None:
    reps = [{"id": name, "open_limit": 99, "per_day": 5} for name in ("ann", "bob")]
    reps.append({"id": "cat", "open_limit": 99} | AWAY)
    with lined(reps) as line:
        line.arrive(11)
        assert len(line.tick()) == 10
        line.clock.advance(timedelta(days=7))
        line.arrive(5)
        assert len(line.tick()) == 6
        assert Counter(data["rep"] for _, data, _ in line.told("assigned"))["cat"] == 2


def test_a_rep_who_joins_starts_level_with_the_others() -> None:
    rows = [{"id": name, "open_limit": 999} for name in ("ann", "bob", "cat")]
    with lined(rows) as line:
        whole = line.company.teams
        old = whole.teams[0].model_copy(update={"reps": whole.teams[0].reps[:2]})
        line.company = replace(line.company, teams=whole.model_copy(update={"teams": (old,)}))
        line.arrive(20)
        line.tick()
        line.company = replace(line.company, teams=whole)
        line.arrive(9)
        line.tick()
        late = [data["rep"] for _, data, _ in line.told("assigned")[20:]]
        assert Counter(late) == {"ann": 3, "bob": 3, "cat": 3}
