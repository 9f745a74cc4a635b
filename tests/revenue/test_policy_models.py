"""The rule models: positions, the one formula, the trace, and what holds for every journey."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import (
    NONE,
    PRESETS,
    Model,
    credit,
    missing,
    preset,
    trace,
)
from crmbridge.policy.revenue.split import split
from crmbridge.policy.revenue.touches import eligible
from tests.revenue.journeys import DAY, journeys, points

F = Fraction
ALL = [*PRESETS.values(), preset("time_decay", half_life_days=7)]
CUSTOM = Model(name="ours", weights={"FT": F(1, 2), "ready": F(1, 4), "handed": F(1, 4)})
models = st.sampled_from([*ALL, CUSTOM])
END = Window(cutoff=60 * DAY)


def given_to(model, found, window=END, **marks):
    others = {name: int(at * DAY) for name, at in marks.items() if name not in ("lead", "deal")}
    lead, deal = (None if at is None else int(at * DAY) for at in map(marks.get, ("lead", "deal")))
    return credit(model, found, Milestones(lead_created=lead, created=deal, others=others), window)


def test_the_form_logged_minutes_after_the_record_made_the_lead():
    found = [Point("a", 0), Point("b", 1000), Point("c", 1600, converting=True), Point("d", 9000)]
    made = credit(PRESETS["lead_creation"], found, Milestones(lead_created=1300), END)
    assert made == {"a": 0, "b": 0, "c": 1, "d": 0}
    late = credit(PRESETS["lead_creation"], found, Milestones(lead_created=1299), END)
    assert late == {"a": 0, "b": 1, "c": 0, "d": 0}


def test_of_two_forms_equally_near_the_earlier_made_the_lead():
    found = [Point("a", 1000, converting=True), Point("b", 1200, converting=True)]
    assert credit(PRESETS["lead_creation"], found, Milestones(lead_created=1100), END)["a"] == 1


def test_a_form_shares_the_lead_with_what_happened_in_its_second():
    found = [Point("a", 0), Point("b", 90, converting=True), Point("c", 90)]
    made = credit(PRESETS["lead_creation"], found, Milestones(lead_created=90), END)
    assert made == {"a": 0, "b": F(1, 2), "c": F(1, 2)}


def test_touches_of_the_first_second_share_what_it_is_worth():
    made = given_to(PRESETS["position_based"], points(0, 0, 5, 9))
    assert made == {"a": F(1, 5), "b": F(1, 5), "c": F(1, 5), "d": F(2, 5)}


def test_a_direct_visit_in_the_last_second_takes_nothing_from_the_one_beside_it():
    found = points(0, 5, 9, 9, channels={"c": "Direct", "d": "webinar"})
    made = given_to(PRESETS["last_non_direct"], found)
    assert made == {"a": 0, "b": 0, "c": 0, "d": 1}


def test_the_u_of_marketo_measure_gives_the_middle_nothing():
    found = points(0, 1, 2, converting="b")
    made = given_to(PRESETS["marketo_measure_u"], found, lead=1)
    assert made == {"a": F(1, 2), "b": F(1, 2), "c": 0}
    alone = given_to(PRESETS["marketo_measure_u"], points(3, 4), lead=1)
    assert alone == {"a": 1, "b": 0}


def test_the_conversion_of_a_j_may_be_the_opportunity():
    found = points(0, 10, 20, 30)
    j = preset("j_shaped", conversion_position="OC")
    assert given_to(j, found, deal=20) == {"a": F(1, 5), "b": F(1, 10), "c": F(3, 5), "d": F(1, 10)}
    inverse = preset("inverse_j", conversion_position="OC")
    assert given_to(inverse, found, deal=20)["a"] == F(3, 5)
    assert preset("j_shaped") == PRESETS["j_shaped"]
    with pytest.raises(ValueError, match="CW or OC, not LC"):
        preset("j_shaped", conversion_position="LC")


def test_a_milestone_before_all_touches_leaves_its_weight_to_the_others():
    made = given_to(CUSTOM, points(5, 10), ready=1, handed=12)
    assert made == {"a": F(2, 3), "b": F(1, 3)}


def test_where_no_position_is_held_nobody_has_the_credit():
    only_late = Model(name="late", weights={"LC": F(1, 2), "OC": F(1, 2)})
    assert given_to(only_late, points(5, 10), lead=1) == {NONE: 1}
    assert given_to(only_late, points(5, 10), lead=5) == {"a": 1, "b": 0}


def test_a_weight_of_nothing_is_no_position():
    odd = Model(name="odd", weights={"FT": F(1, 2), "CW": F()}, mid=F(1, 2))
    assert given_to(odd, points(0, 5)) == {"a": F(1, 2), "b": F(1, 2)}
    assert odd.version == "FT=1/2 mid=1/2"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"weights": {"FT": F(1, 2)}}, "add to 1/2, not to 1"),
        ({"weights": {"FT": F(3, 2)}, "mid": F(-1, 2)}, "negative"),
        ({"weights": {"mid": F(1)}}, "mid is no position"),
        ({"weights": {"FT": F(1)}, "half_life_days": 7}, "add to 1, not to 0"),
        ({"half_life_days": -7}, "negative"),
    ],
)
def test_a_model_that_does_not_add_up_is_refused(wrong, word):
    with pytest.raises(ValueError, match=word):
        Model(name="ours", **wrong)


def test_a_name_that_nobody_knows_is_no_model():
    with pytest.raises(KeyError):
        preset("x_shaped")


def test_a_trace_says_what_each_position_gave_and_what_was_missing():
    found = points(0, 0, 10, 20, converting="a")
    marks = Milestones(lead_created=0)
    told = trace(PRESETS["w_shaped"], found, marks, END)
    part = F(3, 10) / F(7, 10) / 2
    assert [one.gave for one in told] == [
        {"FT": part, "LC": part},
        {"FT": part, "LC": part},
        {"mid": F(1, 14)},
        {"mid": F(1, 14)},
    ]
    assert missing(PRESETS["w_shaped"], found, marks, END) == ("OC",)
    assert trace(PRESETS["first"], found, marks, END)[3].gave == {}


@given(models, journeys())
def test_a_trace_adds_up_to_the_credit(model, journey):
    made = credit(model, *journey)
    told = {one.touch.id: one.share for one in trace(model, *journey)}
    assert told == (made if NONE not in made else dict.fromkeys(told, 0))


@given(models, journeys(), st.integers(-(10**13), 10**13))
def test_credits_add_up_to_one_and_cents_to_the_amount(model, journey, minor):
    made = credit(model, *journey)
    assert all(one >= 0 for one in made.values())
    assert abs(sum(made.values()) - 1) <= (F(len(made), 10**12) if model.half_life_days else 0)
    assert sum(split(minor, made).values()) == minor


@given(models, journeys())
def test_a_touch_outside_the_window_changes_nothing(model, journey):
    found, marks, window = journey
    more = [*found, Point("x", window.cutoff + 1, converting=True)]
    if window.start is not None:
        more.append(Point("y", window.start - 1))
    assert credit(model, more, marks, window) == credit(model, found, marks, window)


@given(models, journeys(), st.integers(-(10**9), 10**9))
def test_credit_does_not_depend_on_when_the_world_began(model, journey, by):
    found, marks, window = journey

    def moved(at):
        return None if at is None else at + by

    shifted = Milestones(
        lead_created=moved(marks.lead_created),
        created=moved(marks.created),
        others={name: moved(at) for name, at in marks.others.items()},
    )
    later = [replace(one, at=one.at + by) for one in found]
    then = Window(cutoff=window.cutoff + by, start=moved(window.start))
    assert credit(model, later, shifted, then) == credit(model, found, marks, window)


@given(models, journeys(), st.randoms(use_true_random=False))
def test_names_and_order_of_touches_change_no_share(model, journey, chance):
    found, marks, window = journey
    names = [f"n{n}" for n in range(len(found))]
    chance.shuffle(names)
    called = {one.id: name for one, name in zip(found, names, strict=True)} | {NONE: NONE}
    other = [replace(one, id=called[one.id]) for one in found]
    chance.shuffle(other)
    made = credit(model, found, marks, window)
    assert credit(model, other, marks, window) == {called[one]: two for one, two in made.items()}


@given(models, journeys())
def test_touches_of_one_second_and_channel_are_worth_the_same(model, journey):
    found, made = eligible(journey[0], journey[2]), credit(model, *journey)
    if NONE in made:
        return
    worth = {}
    for one in found:
        worth.setdefault((one.at, one.channel), set()).add(made[one.id])
    assert all(len(shares) == 1 for shares in worth.values())


@given(models, journeys())
def test_one_touch_has_all_or_nobody_has(model, journey):
    found, marks, window = journey
    alone = eligible(found, window)[:1]
    made = credit(model, alone, marks, window)
    assert made in ([{one.id: 1} for one in alone] or []) or made == {NONE: 1}
    first = {"first", "last", "linear", "last_non_direct", "time_decay", "w_shaped", "full_path"}
    assert (NONE in made) == (not alone) or model.name not in first


@given(journeys(), st.permutations(["email", "webinar", "organic"]))
def test_only_direct_visits_are_told_by_their_channel(journey, names):
    found, marks, window = journey
    called = dict(zip(["email", "webinar", "organic"], names, strict=True))
    other = [replace(one, channel=called.get(one.channel, one.channel)) for one in found]
    for model in ALL:
        assert credit(model, other, marks, window) == credit(model, found, marks, window)
