"""The golden cases of scoring: fit, engagement with decay, grade, signals, rating."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from crmbridge.agreement.decay import Decay
from crmbridge.agreement.scoring import Engagement, Fit, Grid
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.decay import DAY, Decaying, seconds_until_below, weight
from crmbridge.policy.engagement import buying_stage, engagement, rounded, signals
from crmbridge.policy.fit import band, fit, grid_rating, rating

DECAY = TypeAdapter(Decay)
EIGHT = Decimal("1E-8")


@pytest.fixture
def model(golden):
    return golden("scoring.json")["model"]


def engagement_table(model):
    rules = [
        {"kind": kind, **{key: value for key, value in entry.items() if value is not None}}
        for kind, entry in model["catalogue"].items()
    ]
    given = model["engagement"]
    return Engagement(rules=rules, decay=given["decay"], groups=given["groups"])


def touches_of(case):
    known = instant(case.get("known_as_of") or case["as_of"])
    return [
        Touch(
            ref=Ref(system="marketing", obj="touch", id=row["id"]),
            at=instant(row["at"]),
            kind=row["asset_type"],
            asset=row["asset"],
            value=row.get("sections", 0),
        )
        for row in case["touches"]
        if instant(row.get("recorded") or row["at"]) <= known
    ]


def instant(text):
    return datetime.fromisoformat(text)


def part_of(part):
    dropped = {"dropped": part.dropped} if part.dropped else {}
    return {
        "touch": part.touch.ref.id,
        "group": part.group,
        "points": int(part.points),
        "age_days": str(rounded(Decimal(part.age) / DAY)),
        "weight": str(part.weight.quantize(EIGHT)),
        "part": str(part.part),
        **dropped,
    }


def test_a_lead_is_scored_and_graded(scoring_case, model):
    case, expect = scoring_case, scoring_case["expect"]
    as_of, zone = instant(case["as_of"]), ZoneInfo(model["tz"])
    table = engagement_table(model)
    grid = Grid(digits=model["engagement"]["digits"], ratings=model["grid"])
    touches = touches_of(case)
    fitness = fit(Fit(**model["fit"]), case["facts"], {}, as_of, zone)
    score = engagement(touches, table, as_of, zone=zone)
    digit = band(grid.digits, score.total)
    from_grid = grid_rating(grid, fitness.effective, digit)
    live = signals(touches, table, as_of)
    found = {
        "fit": {
            "score": str(fitness.score),
            "completeness": str(fitness.completeness),
            "letter": fitness.letter,
            "effective_letter": fitness.effective,
            "fit_unknown": fitness.unknown,
            "parts": [
                {
                    "group": part.group,
                    "raw": str(part.raw),
                    "capped": str(part.capped),
                    "known": part.known,
                }
                for part in fitness.parts
            ],
        },
        "engagement": {
            "score": str(score.total),
            "digit": digit,
            "groups": {
                name: {"raw": str(group.raw), "capped": str(group.capped)}
                for name, group in score.groups.items()
            },
            "parts": [part_of(part) for part in score.parts],
        },
        "grade": f"{fitness.letter}{digit}",
        "grid_rating": from_grid,
        "signals": [[touch.ref.id, raised] for touch, raised in live],
        "rating": rating(from_grid, [raised for _, raised in live], fitness.effective, "D"),
        "buying_stage": buying_stage(touches, table, as_of),
    }
    if "cycle_opened" in case:
        since = engagement(touches, table, as_of, instant(case["cycle_opened"]), zone=zone)
        found["engagement_since_recycle"] = str(since.total)
    assert found == expect


def test_a_touch_loses_its_worth_along_its_curve(scoring_curve):
    decay = DECAY.validate_python(scoring_curve["decay"])
    for age, expect in scoring_curve["ages"].items():
        assert str(weight(decay, int(age) * DAY).quantize(EIGHT)) == expect


def test_the_second_at_which_a_decaying_score_is_not_enough_any_more(decay_flip):
    parts = [
        Decaying(
            points=Decimal(points),
            age=age * DAY,
            decay=DECAY.validate_python({"type": "exponential", "half_life_days": half_life}),
        )
        for points, age, half_life in decay_flip["parts"]
    ]
    found = seconds_until_below(parts, Decimal(decay_flip["threshold"]))
    assert found == decay_flip["seconds_until_not_ready"]
