"""The golden cohorts of the funnel: competing ways out of a stage, and what is still in it."""

from fractions import Fraction

import pytest

from crmbridge.policy.speed import Exit, Stay, followed, naive, speed
from tests.goldens.shape import only

EXITS = {0: Exit.OPEN, 1: Exit.PROGRESSED, 2: Exit.RETURNED}
COLUMNS = ["t", "at_risk", "progressed", "all_exits", "cif_progressed", "still_in_stage"]
BY_DAY = ("cif_progressed", "cif_returned", "naive_km_progressed", "at_risk")
EXPECT = {
    *("n", "progressed", "returned", "open", *BY_DAY),
    *("naive_ratio_all", "naive_ratio_closed", "median_days_in_stage_km", "steps"),
}
EXACT = {"abs": 1e-9}


def cohorts(doc):
    """The cohorts of a file by name: everything in it but its remarks."""
    found = {name: one for name, one in doc.items() if name not in ("topic", "row")}
    for name, one in found.items():
        assert isinstance(one, dict), f"the reader knows no {name}"
        only(one, {"rows", "columns", "expect"}, name)
        only(one["expect"], EXPECT, name)
        assert one.get("columns", COLUMNS) == COLUMNS
    return found


def stays(rows):
    return [Stay(days, EXITS[outcome]) for _, days, outcome in rows]


def figures(mine):
    """The figures of a cohort that are not by day."""
    found, simple = speed(mine), naive(mine)
    return {
        **{name: getattr(found, name) for name in ("n", "progressed", "returned", "open")},
        "naive_ratio_all": simple.of_all,
        "naive_ratio_closed": simple.of_closed,
        "median_days_in_stage_km": found.median_days,
    }


def figure(mine, name, day):
    curve = followed(mine)
    if name == "naive_km_progressed":
        return naive(mine, [day]).incidence[day]
    if name == "at_risk":
        return curve.at_risk(day)
    return curve.incidence(Exit.PROGRESSED if name == "cif_progressed" else Exit.RETURNED, day)


def test_a_cohort_leaves_its_stage_as_worked_out(golden):
    for name, one in cohorts(golden("funnel.json")).items():
        mine, expect = stays(one["rows"]), one["expect"]
        found = figures(mine)
        for key, wanted in expect.items():
            if key == "steps":
                continue
            if key in BY_DAY:
                by_day = {day: figure(mine, key, int(day)) for day in wanted}
                assert by_day == pytest.approx(wanted, **EXACT), (name, key)
            else:
                assert found[key] == pytest.approx(wanted, **EXACT), (name, key)


def test_each_step_of_a_cohort_is_as_worked_out(golden):
    for name, one in cohorts(golden("funnel.json")).items():
        if "steps" not in one["expect"]:
            continue
        found = [
            (
                step.at,
                step.at_risk,
                step.ended.get(Exit.PROGRESSED, 0),
                sum(step.ended.values()),
                step.incidence.get(Exit.PROGRESSED, 0.0),
                step.left,
            )
            for step in followed(stays(one["rows"])).steps
        ]
        wanted = [(*row[:4], *(float(Fraction(part)) for part in row[4:])) for row in expected(one)]
        assert len(found) == len(wanted), name
        for mine, row in zip(found, wanted, strict=True):
            assert mine == pytest.approx(row, **EXACT), name


def expected(one):
    return one["expect"]["steps"]


def test_every_part_of_a_cohort_is_understood(golden):
    doc = golden("funnel.json")
    for name in cohorts(doc):
        for odd in (
            doc | {name: doc[name] | {"mood": 1}},
            doc | {name: doc[name] | {"expect": {"mood": 1}}},
            doc | {"mood": "sunny"},
        ):
            with pytest.raises(AssertionError, match="mood"):
                cohorts(odd)
