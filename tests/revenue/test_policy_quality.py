"""Sources against the rest: flags by what a sample carries, money per lead, and who may go."""

from decimal import Decimal

import pytest

from crmbridge.policy.revenue.quality import Flag, Source, against_rest, may_stop, quality


def source(name="a", **counts):
    return Source(name=name, **({"pushed": 100, "accepted": 50, "rejected": 50} | counts))


REST = source("rest", pushed=1000, accepted=500, rejected=500, won=200)


def told(*sources):
    return {one.name: one for one in quality(sources)}


def test_no_sources_have_no_rows():
    assert quality([]) == []


def test_the_only_source_differs_from_nobody():
    (found,) = quality([source()])
    assert (found.flag, found.acceptance.rate, found.acceptance.difference) == (
        Flag.NO_DIFFERENCE,
        0.5,
        None,
    )


@pytest.mark.parametrize(
    ("accepted", "rejected", "flag"),
    [
        (9, 0, Flag.TOO_FEW),
        (10, 0, Flag.LOW_SAMPLE),
        (29, 0, Flag.LOW_SAMPLE),
        (30, 0, Flag.BETTER),
        (0, 30, Flag.WORSE),
        (15, 15, Flag.NO_DIFFERENCE),
    ],
)
def test_a_verdict_wants_thirty_decided_leads(accepted, rejected, flag):
    found = told(source(accepted=accepted, rejected=rejected), REST)["a"]
    assert found.flag is flag


def test_a_low_sample_has_its_interval_and_no_verdict():
    found = told(source(accepted=20, rejected=0), REST)["a"].acceptance
    assert found.flag is Flag.LOW_SAMPLE
    assert found.difference_interval.low > 0
    assert found.difference == pytest.approx(0.5)


def test_of_too_few_only_counts_are_shown():
    found = told(source(pushed=9, accepted=9, rejected=0, won=2, revenue=900, cost=90), REST)["a"]
    assert (found.decided, found.accepted, found.won, found.revenue, found.cost) == (
        9,
        9,
        2,
        900,
        90,
    )
    rate = found.acceptance
    assert rate.rate is rate.interval is rate.difference is rate.difference_interval is None
    assert found.revenue_per_pushed is found.cost_per_pushed is found.revenue_per_cost is None


def test_money_per_lead_is_rounded_half_away_from_zero():
    found = told(source(pushed=200, revenue=101, cost=301), REST)["a"]
    assert (found.revenue_per_pushed, found.cost_per_pushed, found.cost_per_accepted) == (1, 2, 6)
    assert found.revenue_per_cost == Decimal("0.3355")
    assert told(source(pushed=200, revenue=-100), REST)["a"].revenue_per_pushed == -1


def test_without_a_cost_nothing_is_said_of_it():
    found = told(source(revenue=500), REST)["a"]
    assert found.cost is found.cost_per_pushed is found.cost_per_accepted is None
    assert found.revenue_per_cost is None


def test_what_cost_nothing_has_no_revenue_per_cost():
    found = told(source(revenue=500, cost=0), REST)["a"]
    assert (found.cost_per_pushed, found.revenue_per_cost) == (0, None)


def test_none_accepted_has_no_cost_per_accepted():
    assert told(source(accepted=0, cost=500), REST)["a"].cost_per_accepted is None


def test_a_source_may_go_only_if_it_is_worse_in_both():
    poor, rich = source(accepted=10, rejected=90, won=1), source("b", accepted=10, rejected=90)
    assert may_stop(told(poor, REST)["a"])
    wins = told(source(accepted=10, rejected=90, won=10, ended=20), REST)["a"]
    assert (wins.acceptance.flag, wins.win.flag) == (Flag.WORSE, Flag.LOW_SAMPLE)
    assert not may_stop(wins)
    accepted = told(source(accepted=60, rejected=40, won=0), REST)["a"]
    assert accepted.win.flag is Flag.WORSE
    assert not may_stop(accepted)
    assert may_stop(told(rich, REST)["b"])


def test_what_still_runs_is_not_counted_as_not_won():
    found = told(source(won=10, ended=40), REST)["a"].win
    assert (found.k, found.n, found.rate) == (10, 40, 0.25)


@pytest.mark.parametrize(
    "counts",
    [
        {"pushed": -1, "accepted": 0, "rejected": 0},
        {"accepted": -1},
        {"rejected": -1},
        {"won": -1},
        {"cost": -1},
        {"accepted": 60, "rejected": 41},
        {"won": 41, "ended": 40},
        {"ended": 101},
    ],
)
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(ValueError, match=r"source 'a'.*count again"):
        quality([source(**counts)])


def test_more_than_all_is_no_rate():
    with pytest.raises(ValueError, match="5 of 4"):
        against_rest(5, 4, 1, 2)
