"""What each rep was given against their weight, with those who were away left out."""

from fractions import Fraction

import pytest

from crmbridge.policy.routing.fairness import Stretch, fairness

WEIGHTS = {"ann": Fraction(2), "bob": Fraction(1), "cem": Fraction(1)}


def rows(*stretches):
    return {one.rep: one for one in fairness(stretches)}


def test_nobody_and_nothing_is_fair():
    assert fairness([]) == []
    (row,) = fairness([Stretch(given={}, weights={"ann": Fraction(1)})])
    assert (row.given, row.expected, row.weight_share, row.difference) == (0, 0, 0, 0)


def test_a_rep_is_owed_their_weight_of_what_was_given():
    found = rows(Stretch(given={"ann": 5, "bob": 3}, weights=WEIGHTS))
    assert [(one.given, one.expected, one.difference) for one in found.values()] == [
        (5, 4, 1),
        (3, 2, 1),
        (0, 2, -2),
    ]
    assert found["ann"].weight_share == Fraction(1, 2)


def test_who_is_away_is_owed_nothing_for_that_time():
    here, away = {"ann": 150, "bob": 75, "cem": 75}, {"ann": 67, "bob": 33}
    others = {name: WEIGHTS[name] for name in ("ann", "bob")}
    found = rows(Stretch(given=here, weights=WEIGHTS), Stretch(given=away, weights=others))
    expected = {name: round(float(one.expected), 1) for name, one in found.items()}
    assert expected == {"ann": 216.7, "bob": 108.3, "cem": 75.0}
    assert sum(one.difference for one in found.values()) == 0


def test_a_lead_given_by_hand_to_somebody_else_shows():
    found = rows(Stretch(given={"zoe": 1, "ann": 3}, weights={"ann": Fraction(1)}))
    assert (found["zoe"].expected, found["zoe"].difference, found["ann"].difference) == (0, 1, -1)


def test_weights_of_nothing_owe_nothing():
    assert rows(Stretch(given={"ann": 2}, weights={"ann": Fraction(0)}))["ann"].expected == 0


@pytest.mark.parametrize(
    "odd",
    [
        Stretch(given={"ann": -1}, weights={}),
        Stretch(given={}, weights={"ann": Fraction(-1)}),
    ],
)
def test_less_than_nothing_is_refused(odd):
    with pytest.raises(ValueError, match="ann has negative"):
        fairness([odd])
