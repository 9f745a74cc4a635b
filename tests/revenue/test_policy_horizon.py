"""Pipeline and revenue by period: its first and last day, deals without an amount, late amounts."""

from datetime import date, timedelta

import pytest

from crmbridge.policy.revenue.horizon import Deal, first_amount, pipeline_created, revenue_won
from crmbridge.policy.revenue.sourced import Part

Q2 = date(2026, 4, 1), date(2026, 7, 1)


def deal(name="D", created=Q2[0], **given):
    return Deal(id=name, created=created, **({"part": Part.SOURCED} | given))


def test_a_period_has_its_first_day_and_not_the_day_after_its_last():
    days = [Q2[0] - timedelta(days=1), Q2[0], Q2[1] - timedelta(days=1), Q2[1]]
    created = [deal(created=day, at_creation=10**n) for n, day in enumerate(days)]
    assert pipeline_created(created, *Q2).minor == {Part.SOURCED: 110}
    won = [deal(closed=day, won=True, minor=10**n) for n, day in enumerate(days)]
    assert revenue_won(won, *Q2).minor == {Part.SOURCED: 110}


def test_a_deal_without_an_amount_in_time_is_nothing_and_is_listed():
    found = pipeline_created([deal("A"), deal("B", at_creation=0), deal("C", at_creation=7)], *Q2)
    assert (found.minor, found.deals) == ({Part.SOURCED: 7}, {Part.SOURCED: 3})
    assert found.unpriced == ("A",)


def test_what_is_lost_or_open_is_no_revenue():
    rows = [
        deal(minor=5),
        deal(minor=5, closed=Q2[0], won=False),
        deal(minor=5, closed=Q2[0]),
        deal(minor=5, won=True),
    ]
    assert revenue_won(rows, *Q2).minor == {}


def test_a_deal_is_pipeline_in_one_period_and_revenue_in_another():
    one = deal(created=date(2026, 1, 10), at_creation=500, minor=450, closed=Q2[0], won=True)
    q1 = date(2026, 1, 1), Q2[0]
    assert pipeline_created([one], *q1).minor == {Part.SOURCED: 500}
    assert revenue_won([one], *q1).minor == pipeline_created([one], *Q2).minor == {}
    assert revenue_won([one], *Q2).minor == {Part.SOURCED: 450}


def test_an_empty_period_holds_nothing_and_a_turned_one_is_refused():
    assert pipeline_created([deal(at_creation=5)], Q2[0], Q2[0]).deals == {}
    for flow in (pipeline_created, revenue_won):
        with pytest.raises(ValueError, match="ends before it starts"):
            flow([], Q2[1], Q2[0])


def test_the_first_amount_within_two_weeks_is_the_one_at_creation():
    made = date(2026, 4, 1)
    on = {n: made + timedelta(days=n) for n in (0, 3, 14, 15)}
    assert first_amount(made, [(on[3], 70), (on[0], None), (on[14], 90)]) == 70
    assert first_amount(made, [(on[14], 90), (on[15], 95)]) == 90
    assert first_amount(made, [(on[0], None), (on[15], 95)]) is None
    assert first_amount(made, [(on[0], 0), (on[3], 70)]) == 0
    assert first_amount(made, []) is None
