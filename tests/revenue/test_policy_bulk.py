"""The bulk models give what the exact ones give, to the cent, however the deals are cut."""

import random
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmbridge.policy.revenue.bulk.batch import NEVER, columns, of_deals
from crmbridge.policy.revenue.bulk.credited import credited
from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import NONE, PRESETS, Model, credit, preset
from crmbridge.policy.revenue.split import split
from tests.revenue.journeys import DAY, LATE, journeys, points

F = Fraction
MODELS = [
    *PRESETS.values(),
    Model(name="daily", half_life_days=1),
    Model(name="ours", weights={"ready": F(1, 3), "handed": F(1, 7), "LC": F(11, 21)}),
    Model(name="fine", weights={"FT": F(1, 10**19), "CW": 1 - F(1, 10**19)}),
    Model(name="late", weights={"OC": F(2, 3), "never": F(1, 12)}, mid=F(1, 4)),
]
amounts = st.integers(-(10**9), 10**9) | st.integers(-(10**18), 10**18)
END = Window(cutoff=60 * DAY)


def in_bulk(deals, touches=1 << 17):
    """What the bulk models give: by model, a table of each deal."""
    batch, ids = of_deals(deals)
    out = {model.name: [] for model in MODELS}
    for part, found in credited([batch], MODELS, touches=touches):
        for name, made in found.items():
            for place in range(len(part.minor)):
                cents = made.minor[part.first[place] : part.first[place + 1]].tolist()
                names = ids[len(out[name])]
                none = int(made.none[place])
                out[name].append(
                    dict(zip(names, cents, strict=True)) | ({NONE: none} if none else {})
                )
    return out


def exactly(deals):
    out = {}
    for model in MODELS:
        out[model.name] = rows = []
        for found, marks, window, minor in deals:
            parts = split(minor, credit(model, found, marks, window))
            rows.append(parts)
    return out


def told(tables):
    """Tables without their zeros: nobody's nothing is not told of."""
    return {
        name: [{one: cents for one, cents in row.items() if cents} for row in rows]
        for name, rows in tables.items()
    }


@given(st.lists(st.tuples(journeys(), amounts), max_size=6), st.integers(1, 30))
@example([], 5)
def test_bulk_gives_each_touch_the_cents_of_the_exact_models(drawn, touches):
    deals = [(*journey, minor) for journey, minor in drawn]
    assert told(in_bulk(deals, touches)) == told(exactly(deals))


def a_deal(chance):
    """Up to 60 touches, some at one second, some outside the window."""
    step = chance.choice([1, 60, DAY])
    found = [
        Point(
            f"t{n:02}",
            chance.randrange(80) * step + chance.choice([0, 0, 1, 137]),
            channel=chance.choice(["direct", "email", "ads"]),
            converting=chance.random() < 0.2,
        )
        for n in range(chance.choice([0, 1, 2, 5, 10, 60]))
    ]

    def some():
        return None if chance.random() < 0.2 else chance.randrange(-9, 90) * step

    marks = Milestones(lead_created=some(), created=some(), others={"ready": 40 * step})
    window = Window(cutoff=chance.randrange(40, 81) * step, start=some())
    return found, marks, window, chance.randrange(-(10**3), 10 ** chance.randrange(4, 16))


def test_a_thousand_deals_in_batches_are_those_of_the_exact_models():
    chance = random.Random(5)
    deals = [a_deal(chance) for _ in range(1000)]
    due = told(exactly(deals))
    assert told(in_bulk(deals)) == due
    assert told(in_bulk(deals, 700)) == due


def test_shares_on_the_middle_between_two_decimals_are_those_of_the_exact_way():
    # ages in whole half-lives whose powers add up to 2: each share has a finite number of digits
    ages = [13, 13, *range(12, -1, -1)]
    found = [Point(f"t{n:02}", -age * DAY) for n, age in enumerate(ages)]
    deals = [(found, Milestones(), Window(cutoff=0), 10**12)]
    daily = in_bulk(deals)["daily"][0]
    assert [daily["t00"], daily["t01"], daily["t02"]] == [61035156, 61035156, 122070312]


def test_amounts_and_groups_beyond_63_bits_are_exact():
    crowd = [Point(f"t{n:04}", n // 397, converting=n % 2 == 0) for n in range(3 * 397 + 101)]
    marks = Milestones(lead_created=1, created=2, others={"ready": 0, "handed": 3})
    deals = [(crowd, marks, END, 9 * 10**18), (crowd, marks, END, -5), (points(1), marks, END, 7)]
    assert told(in_bulk(deals)) == told(exactly(deals))


def test_a_touch_outside_the_window_has_nothing_and_its_deal_is_nobodys():
    batch = columns(
        first=[0, 1, 3], minor=[500, 700], cutoff=[5, 5], start=[2, NEVER], at=[1, 4, 6]
    )
    ((_, found),) = credited([batch], [preset("linear")])
    assert found["linear"].minor.tolist() == [0, 700, 0]
    assert found["linear"].none.tolist() == [500, 0]


def test_batches_are_worked_on_one_by_one():
    asked = []

    def batches():
        for n in range(3):
            asked.append(n)
            yield of_deals([(points(1, 2), Milestones(), END, 100)])[0]

    answers = credited(batches(), [preset("first")])
    assert asked == []
    next(answers)
    assert asked == [0]
    assert len(list(answers)) == 2


def test_a_deal_with_more_touches_than_a_chunk_stands_alone():
    batch, _ = of_deals([(points(*range(n)), Milestones(), END, 1) for n in (2, 9, 0, 1, 3)])
    assert [len(one.minor) for one in batch.chunks(4)] == [1, 1, 3]
    assert [one.first.tolist() for one in batch.chunks(4)] == [[0, 2], [0, 9], [0, 0, 1, 4]]
    assert [len(one.minor) for one in batch.chunks(100)] == [5]


def test_a_deal_of_a_batch_is_read_back_as_it_was():
    marks = Milestones(lead_created=0, others={"ready": 0})
    window = Window(cutoff=LATE, start=0)
    given_ = (points(0, 3, converting="b", channels={"a": "direct"}), marks, window)
    batch, ids = of_deals([(points(1), Milestones(created=5), END, 1), (*given_, 9)])
    found, back, seen = batch.deal(1)
    assert ids == [["a"], ["a", "b"]]
    assert (back, seen) == (marks, window)
    assert [(one.at, one.channel, one.converting) for one in found] == [
        (0, "direct", False),
        (3 * DAY, "", True),
    ]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"cutoff": [9]}, "column of deals must have 2"),
        ({"others": {"ready": [1, 2, 3]}}, "column of deals must have 2"),
        ({"direct": [True]}, "column of touches must have 3"),
        ({"first": [0, 1]}, "rise from 0 to 3 in 3"),
        ({"first": [0, 4, 3]}, "rise from 0 to 3"),
        ({"first": [0, 2, 2]}, "rise from 0 to 3"),
        ({"at": [1, 9, 4]}, "sorted by time"),
    ],
)
def test_columns_that_do_not_fit_are_refused(wrong, word):
    plain = {"first": [0, 1, 3], "minor": [1, 2], "cutoff": [9, 9], "at": [5, 1, 4]}
    columns(**plain)
    with pytest.raises(ValueError, match=word):
        columns(**plain | wrong)
