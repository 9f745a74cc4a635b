"""Who sourced a deal: windows, equal seconds, hand-offs that came back."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.journey import Point, Window
from crmbridge.policy.revenue.sourced import DealFacts, Definition, HandOff, Part, part, parts

CREATED, WON = 1000, 5000


def deal(*at, start=None, **given):
    points = [Point(id=f"t{n}", at=second) for n, second in enumerate(at)]
    given.setdefault("created", CREATED)
    return DealFacts(window=Window(cutoff=WON, start=start), points=points, **given)


def handed(*hand_offs):
    return part(deal(0, hand_offs=hand_offs))


def test_handed_is_the_definition_unless_another_is_agreed():
    assert handed(HandOff(handed=900)) is Part.SOURCED
    assert part(deal(0)) is Part.INFLUENCED
    assert part(deal()) is Part.NONE


def test_a_hand_off_in_the_second_of_the_creation_led_to_it():
    assert handed(HandOff(handed=CREATED)) is Part.SOURCED
    assert handed(HandOff(handed=CREATED + 1)) is Part.INFLUENCED


def test_a_lead_that_came_back_before_the_deal_did_not_lead_to_it():
    assert handed(HandOff(handed=10, returned=CREATED - 1)) is Part.INFLUENCED
    assert handed(HandOff(handed=10, returned=CREATED)) is Part.SOURCED
    again = HandOff(handed=10, returned=20), HandOff(handed=900)
    assert handed(*again) is Part.SOURCED


@pytest.mark.parametrize("kind", ["override", "sales_initiated", ""])
def test_what_sales_took_by_itself_was_not_handed(kind):
    assert handed(HandOff(handed=10, kind=kind)) is Part.INFLUENCED


def test_a_touch_outside_the_window_counts_for_nothing():
    assert part(deal(WON)) is Part.INFLUENCED
    assert part(deal(WON + 1)) is Part.NONE
    assert part(deal(99, start=100)) is Part.NONE
    assert part(deal(100, start=100), Definition.FIRST_TOUCH) is Part.SOURCED


def test_a_touch_in_the_second_of_the_creation_came_first():
    assert part(deal(CREATED), Definition.FIRST_TOUCH) is Part.SOURCED
    assert part(deal(CREATED + 1), Definition.FIRST_TOUCH) is Part.INFLUENCED


def test_a_touch_in_the_second_of_the_first_call_did_not_come_before_it():
    assert part(deal(10, first_sales=10), Definition.PRE_SALES) is Part.INFLUENCED
    assert part(deal(9, first_sales=10), Definition.PRE_SALES) is Part.SOURCED
    assert part(deal(9), Definition.PRE_SALES) is Part.SOURCED
    assert part(deal(), Definition.PRE_SALES) is Part.NONE


def test_a_lead_source_needs_no_touch_and_has_to_be_agreed():
    facts = deal(lead_source="Web")
    assert part(facts, Definition.LEAD_SOURCE, {"Web"}) is Part.SOURCED
    assert part(facts, Definition.LEAD_SOURCE) is Part.NONE


@given(
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 2000), st.integers(0, 2000))),
    st.sampled_from(Definition),
)
def test_the_three_parts_are_all_deals(rows, definition):
    facts = [deal(at, first_sales=first, hand_offs=[HandOff(handed=h)]) for at, first, h in rows]
    found = Counter(parts(one, {"Web"})[definition] for one in facts)
    assert sum(found[one] for one in Part) == len(rows)
