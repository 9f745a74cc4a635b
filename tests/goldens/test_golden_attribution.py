"""Golden cases: who gets the credit of a deal, by every rule model, and to the cent."""

from copy import deepcopy
from fractions import Fraction

import pytest

from crmbridge.policy.revenue.books import balance, deltas
from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import credit, preset
from crmbridge.policy.revenue.split import split
from crmbridge.policy.revenue.touches import SESSION, collapse
from tests.goldens import shape_attribution as shape
from tests.goldens.shape import only

DAY = 86_400
STEP = {"posted_on", "cause", "facts", "target", "entries", "entries_sum", "balance"}
FACTS = {"touches", "opp", "close", "lead", "amount"}
MANY = "attribution_random200.json"


def test_every_model_gives_each_touch_its_share_and_its_cents(attribution_case, golden):
    doc = golden("attribution_small.json")
    only(doc, shape.FILE, "file")
    shape.assert_case(attribution_case, doc["weights"])


@pytest.mark.parametrize("name", ["attribution_small.json", MANY])
def test_many_journeys_give_each_channel_its_cents(golden, name):
    doc = golden(name)
    only(doc, shape.FILE, "file")
    if "journeys" in doc:
        shape.assert_totals(doc)
        shape.assert_traces(doc)


def test_a_file_of_many_journeys_is_read_in_each_of_its_shapes(golden):
    rows = [deepcopy(one) for one in golden("attribution_small.json")["cases"]]
    due = {"w_shaped": {}, "time_decay_30": {}}
    for row in rows:
        expect = row.pop("expect")
        channels = {one[0]: one[2] for one in row["touches"]}
        for name, sums in due.items():
            for ident, minor in expect[name]["minor"].items():
                channel = channels.get(ident, ident)
                sums[channel] = sums.get(channel, 0) + minor
        row["traced"] = {"w_shaped": expect["w_shaped"]}
    traced = {row["id"]: row.pop("traced") for row in rows}
    listed = [
        {"journey": one, "model": "w_shaped"} | two["w_shaped"] for one, two in traced.items()
    ]
    for expect in (
        due | {"traces": traced, "markov_1": {}},
        {"by_channel": due, "traces": listed, "shapley": {}},
    ):
        doc = {"journeys": rows, "expect": expect}
        shape.assert_totals(doc)
        shape.assert_traces(doc)
    with pytest.raises(AssertionError, match="w_shaped"):
        shape.assert_totals({"journeys": rows, "expect": {"w_shaped": {"email": 1}}})
    with pytest.raises(AssertionError, match="moods"):
        shape.assert_totals({"journeys": rows, "expect": {"moods": {}}})
    with pytest.raises(AssertionError, match="mood"):
        shape.assert_totals({"journeys": [rows[0] | {"mood": 1}], "expect": {}})


def test_the_books_follow_the_facts_step_by_step(golden):
    doc = golden("attribution_ledger.json")
    only(doc, {"topic", "model", "touch", "steps", "posted_by_month"}, "file")
    model, posted, months = preset(doc["model"]), {}, {}
    for step in doc["steps"]:
        only(step, STEP, "step")
        target = target_of(model, step["facts"])
        entries = deltas(target, posted)
        posted = balance(posted, entries)
        month = step["posted_on"][:7]
        months[month] = months.get(month, 0) + sum(entries.values())
        where = f"{step['posted_on']} {step['cause']}"
        assert target == step["target"], where
        assert entries == dict(map(tuple, step["entries"])), where
        assert sum(entries.values()) == step["entries_sum"], where
        assert posted == step["balance"], where
    assert months == doc["posted_by_month"]


def target_of(model, facts):
    """What the books should say; touch a is the converting one, and times are in days."""
    if facts is None:
        return {}
    only(facts, FACTS, "facts")
    points = [
        Point(one, day * DAY, channel=channel, converting=one == "a")
        for one, day, channel in facts["touches"]
    ]
    marks = Milestones(lead_created=facts["lead"] * DAY, created=facts["opp"] * DAY)
    weights = credit(model, points, marks, Window(cutoff=facts["close"] * DAY))
    return split(facts["amount"], weights)


def test_touches_of_one_session_are_one_touch(golden):
    doc = golden("people_time_digest.json")["touch_collapse"]
    only(doc, {"gap_seconds", "touches", "expect_kept"}, "touch_collapse")
    assert doc["gap_seconds"] == SESSION
    points = [shape.point(row, n) for n, row in enumerate(doc["touches"])]
    assert [one.id for one in collapse(points)] == doc["expect_kept"]


def test_amounts_are_split_to_the_cent(allocate_case):
    only(allocate_case, {"minor", "weights", "expect"}, "allocate")
    weights = {f"{n:03}": Fraction(one) for n, one in enumerate(allocate_case["weights"])}
    assert list(split(allocate_case["minor"], weights).values()) == allocate_case["expect"]
