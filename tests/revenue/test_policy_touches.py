"""Which touches count: sessions, the window, and the word for having none."""

from crmbridge.policy.revenue.journey import Point, Window
from crmbridge.policy.revenue.touches import Why, collapse, eligible, groups, why_none, window_of
from tests.revenue.journeys import DAY, points


def ids(found):
    return [one.id for one in found]


def test_a_session_is_kept_at_its_earliest_touch_however_long_it_lasts():
    session = [Point(f"t{n}", n * 1799, "p", "web", "x") for n in range(5)]
    assert ids(collapse(reversed(session))) == ["t0"]


def test_thirty_minutes_without_a_touch_end_a_session():
    assert ids(collapse([Point("a", 0, "p"), Point("b", 1800, "p"), Point("c", 3599, "p")])) == [
        "a",
        "b",
    ]


def test_another_person_channel_or_asset_is_another_session():
    found = [
        Point("a", 0, "p", "web", "x"),
        Point("b", 1, "q", "web", "x"),
        Point("c", 2, "p", "ads", "x"),
        Point("d", 3, "p", "web", "y"),
        Point("e", 4, "p", "web", "x"),
    ]
    assert ids(collapse(found)) == ["a", "b", "c", "d"]


def test_a_session_makes_a_lead_if_one_of_its_touches_does():
    found = collapse([Point("a", 0, "p", kind="visit"), Point("b", 60, "p", converting=True)])
    assert found == [Point("a", 0, "p", kind="visit", converting=True)]


def test_no_touches_are_no_sessions():
    assert collapse([]) == []
    assert groups([]) == []


def test_the_window_holds_both_its_ends_and_each_touch_once():
    found = points(0, 1, 2, 3, 4)
    window = Window(cutoff=3 * DAY, start=DAY)
    assert ids(eligible([*reversed(found), found[2]], window)) == ["b", "c", "d"]
    assert ids(eligible(found, Window(cutoff=DAY))) == ["a", "b"]
    assert eligible([], window) == []


def test_touches_of_one_second_are_one_group_in_the_order_of_their_ids():
    found = [Point("b", 5), Point("c", 9), Point("a", 5)]
    assert [ids(group) for group in groups(eligible(found, Window(cutoff=9)))] == [
        ["a", "b"],
        ["c"],
    ]


def test_a_window_begins_a_year_before_the_deal():
    assert window_of(400 * DAY, 500 * DAY, 365) == Window(cutoff=500 * DAY, start=35 * DAY)


def test_a_touch_at_the_win_before_belongs_to_the_deal_before():
    window = window_of(400 * DAY, 500 * DAY, 365, 100 * DAY)
    assert window.start == 100 * DAY + 1
    assert eligible([Point("a", 100 * DAY)], window) == []


def test_a_win_before_the_lookback_or_after_the_cutoff_moves_nothing():
    plain = window_of(400 * DAY, 500 * DAY, 365)
    assert window_of(400 * DAY, 500 * DAY, 365, 10 * DAY) == plain
    assert window_of(400 * DAY, 500 * DAY, 365, 500 * DAY) == plain
    assert window_of(400 * DAY, 500 * DAY, 365, 600 * DAY) == plain


def test_a_deal_without_a_creation_looks_back_from_its_cutoff():
    assert window_of(None, 500 * DAY, 365) == Window(cutoff=500 * DAY, start=135 * DAY)


def test_why_nobody_is_credited_is_said_by_the_first_that_holds():
    window = Window(cutoff=20 * DAY, start=10 * DAY)
    assert why_none(0, points(5), window, sales=1) is Why.NO_PEOPLE
    assert why_none(1, [], window) is Why.NO_TOUCH
    assert why_none(1, [], window, sales=2) is Why.SALES_ONLY
    assert why_none(1, points(21, 30), window, sales=2) is Why.ALL_AFTER_CLOSE
    assert why_none(1, points(9), window) is Why.OUTSIDE_WINDOW
    assert why_none(1, points(9, 30), window) is Why.OUTSIDE_WINDOW
    assert why_none(1, points(9, 10), window) is Why.NO_POSITION
