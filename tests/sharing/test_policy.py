"""What arrives of what one side knows: by field, by team, and lead by lead."""

import pytest

from crmbridge.policy.sharing import Arrivals, Shared, coverage

FIELDS = ("status", "amount")


def row(lead, present, arrived, team=""):
    return Shared(lead=lead, present=present, arrived=arrived, team=team)


def test_no_lead_shares_nothing_and_is_no_alarm():
    found = coverage([], FIELDS)
    assert found.whole == Arrivals(0, 0)
    assert found.whole.share is None
    assert not found.whole.at_most_half
    assert found.by_field == {"status": Arrivals(0, 0), "amount": Arrivals(0, 0)}
    assert (found.leads, found.fully_shared, found.by_team) == (0, 0, {})


def test_a_value_that_is_not_there_can_not_arrive():
    found = coverage([row("a", [False, True], [True, True])], FIELDS)
    assert found.whole == Arrivals(1, 1)
    assert found.fully_shared == 1


def test_a_lead_of_which_nothing_is_known_is_not_fully_shared():
    assert coverage([row("a", [False, False], [False, False])], FIELDS).fully_shared == 0


def test_each_field_and_each_team_has_its_own_part():
    rows = [
        row("a", [True, True], [True, False], "emea"),
        row("b", [True, False], [True, False], "emea"),
        row("c", [True, True], [False, False], "us"),
    ]
    found = coverage(rows, FIELDS)
    assert found.by_field == {"status": Arrivals(2, 3), "amount": Arrivals(0, 2)}
    assert found.by_team == {"emea": Arrivals(2, 3), "us": Arrivals(0, 2)}
    assert (found.whole, found.leads, found.fully_shared) == (Arrivals(2, 5), 3, 1)


def test_exactly_half_is_at_most_half():
    assert Arrivals(1, 2).at_most_half
    assert not Arrivals(2, 3).at_most_half


def test_a_lead_without_a_value_for_each_field_is_refused():
    with pytest.raises(ValueError, match="lead a: 1 and 2 values for 2 fields"):
        coverage([row("a", [True], [True, True])], FIELDS)
