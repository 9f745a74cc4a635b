"""The golden periods: pipeline created and revenue won, side by side and never one sum."""

from datetime import date

import pytest

from crmbridge.policy.revenue.horizon import Deal, pipeline_created, revenue_won
from crmbridge.policy.revenue.sourced import Part
from tests.goldens.shape import only

DEAL = {"id", "created", "amount_at_creation", "closed", "won", "amount", "cls"}
FLOWS = {"pipeline_created": pipeline_created, "revenue_won": revenue_won}


def deals(part):
    only(part, {"deals", "cases"}, "horizon")
    for one in part["deals"]:
        only(one, DEAL, "deal")
    return [
        Deal(
            id=one["id"],
            created=date.fromisoformat(one["created"]),
            part=Part(one["cls"]),
            at_creation=one["amount_at_creation"],
            minor=one["amount"] or 0,
            closed=date.fromisoformat(one["closed"]) if one["closed"] else None,
            won=one["won"],
        )
        for one in part["deals"]
    ]


def flows(case, mine):
    only(case, {"period", "expect"}, "case")
    only(case["expect"], FLOWS, "expect")
    start, end = map(date.fromisoformat, case["period"])
    return {name: dict(flow(mine, start, end).minor) for name, flow in FLOWS.items()}


def test_a_period_has_its_pipeline_and_its_revenue(golden):
    part = golden("people_time_digest.json")["horizon"]
    for case in part["cases"]:
        found = flows(case, deals(part))
        assert {name: found[name] for name in case["expect"]} == case["expect"], case["period"]


def test_every_part_of_a_period_is_understood(golden):
    part = golden("people_time_digest.json")["horizon"]
    with pytest.raises(AssertionError, match="mood"):
        deals(part | {"mood": 1})
    with pytest.raises(AssertionError, match="mood"):
        deals(part | {"deals": [part["deals"][0] | {"mood": 1}]})
    with pytest.raises(AssertionError, match="mood"):
        flows(part["cases"][0] | {"mood": 1}, deals(part))
