"""The policy and the rules written a second time score the same, on agreements drawn at random."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scoring import rules as scoring
from tests.stages import policy_runs

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
DAY = 86_400
KINDS = ("paper", "webinar", "pricing", "bounce", "click")
DECAYS = (
    {"type": "exponential", "half_life_days": 30},
    {"type": "exponential", "half_life_days": 14, "hold_days": 7},
    {"type": "exponential", "half_life_days": "0.5", "hold_days": "1.5"},
    {"type": "step", "step_days": 30, "loss": "0.5"},
    {"type": "step", "step_days": "7.5", "loss": "0.25"},
    {"type": "step", "step_days": 10, "loss": 1},
    {"type": "window", "days": 30},
    {"type": "window", "days": "2.5"},
    {"type": "linear", "days": 90},
    {"type": "linear", "days": 7},
    {"type": "none"},
)
RULES = (
    {"field": "employees", "op": "between", "value": [50, "199.5"]},
    {"field": "employees", "op": "lt", "value": 10},
    {"field": "employees", "op": "ge", "value": 200},
    {"field": "country", "op": "in", "value": ["DE", "at"]},
    {"field": "country", "op": "not_in", "value": ["US"]},
    {"field": "country", "op": "is_missing"},
    {"field": "title", "op": "contains", "value": "chief"},
    {"field": "title", "op": "not_contains", "value": "intern"},
    {"field": "title", "op": "starts_with", "value": "ＨＥＡＤ"},
    {"field": "title", "op": "is_set"},
    {"field": "tags", "op": "has_any", "value": ["a", "b"]},
    {"field": "tags", "op": "has_none", "value": ["c"]},
    {"field": "tags", "op": "size_ge", "value": 2},
    {"field": "public", "op": "is_true"},
    {"field": "founded", "op": "before", "value": "2026-05-03"},
    {"field": "funded", "op": "within_last", "value": {"days": 7}},
)
FACTS: dict[str, list[Any]] = {
    "employees": [None, 9, 10, 50, "199.5", 200, 5000],
    "country": [None, "", "  ", "de ", "AT", "US", "fr"],
    "title": [None, " ", "Chief of Staff", "Head of Straße", "intern"],
    "tags": [None, [], ["A"], ["a", "C"]],
    "public": [None, True, False],
    "founded": [None, "2026-05-02", "2026-05-03"],
    "funded": [None, "2026-05-03T12:00:00Z", "2026-05-03T11:59:59Z", "2026-05-10T12:00:01Z"],
}


def maybe(chance: Random, **entry: Any) -> dict[str, Any]:
    return entry if chance.random() < 0.5 else {}


def model(chance: Random) -> dict[str, Any]:
    groups = {
        name: {
            "min": chance.choice([-40, 0, "-7.5"]),
            "max": chance.choice([0, 15, "30.5", 60, 100]),
            **maybe(chance, max_per_day=chance.choice([1, 2])),
            **maybe(chance, decay=chance.choice(DECAYS)),
        }
        for name in ("a", "b", "c")
    }
    catalogue = {kind: entry(chance) for kind in KINDS if chance.random() < 0.9}
    return {
        "tz": "Europe/Berlin",
        "fit": fit(chance),
        "engagement": {
            "decay": chance.choice(DECAYS),
            "groups": groups,
            "digits": [[1, 60], [2, 35], [3, 15], [4, None]],
        },
        "catalogue": catalogue,
        "grid": {
            "A": ["hot", "hot", "warm", "warm"],
            "B": ["hot", "warm", "warm", "cold"],
            "C": ["warm", "warm", "cold", "cold"],
            "D": ["cold", "cold", "cold", "cold"],
        },
    }


def entry(chance: Random) -> dict[str, Any]:
    return {
        "group": chance.choice("abc"),
        "stage": chance.choice([None, *scoring.STAGES]),
        "points": chance.choice([-25, -10, 2, 12, 15, 40, 7.5, 0.0001]),
        **maybe(chance, max_per_asset=chance.choice([1, 3])),
        **maybe(chance, signal=signal(chance)),
    }


def signal(chance: Random) -> dict[str, Any]:
    rating = chance.choice(["warm", "hot"])
    return {"rating": rating, "ttl_days": chance.choice([1, 14])} | maybe(chance, min_sections=3)


def fit(chance: Random) -> dict[str, Any]:
    groups = {
        f"g{n}": {
            "min": chance.choice([-30, 0]),
            "max": chance.choice([15, 30, 40]),
            "rules": [
                rule | {"points": chance.choice([-20, 10, 15, 30, 7.5])}
                for rule in chance.sample(RULES, chance.randint(1, 3))
            ],
        }
        for n in range(chance.randint(1, 4))
    }
    return {
        "groups": groups,
        "letters": [["A", 75], ["B", 50], ["C", 25], ["D", None]],
        "unknown_completeness": chance.choice(["0.5", "0.3"]),
        "unknown_letter": chance.choice("BC"),
    }


def case(chance: Random) -> dict[str, Any]:
    touches = []
    for n in range(chance.choice([0, 1, 3, 8, 20])):
        # whole days, halves of decays and instants around midnight are drawn more often
        ages = (chance.randrange(-3 * DAY, 100 * DAY), DAY * chance.randrange(-1, 95))
        age = chance.choice((*ages, 648 * chance.randrange(1000), DAY // 2 * chance.randrange(60)))
        at = NOW - timedelta(seconds=age)
        late = (at + timedelta(days=chance.randrange(4))).isoformat()
        touches.append(
            {
                "id": f"t{n:02}",
                "at": at.isoformat(),
                "asset_type": chance.choice([*KINDS, "nobody's"]),
                "asset": chance.choice(["x", "y"]),
                **maybe(chance, sections=chance.randrange(6)),
                **maybe(chance, recorded=late),
            }
        )
    return {
        "facts": {name: chance.choice(values) for name, values in FACTS.items()},
        "touches": touches,
        "as_of": NOW.isoformat(),
        **maybe(chance, known_as_of=(NOW + timedelta(days=2)).isoformat()),
        **maybe(chance, cycle_opened=(NOW - timedelta(days=chance.randrange(60))).isoformat()),
    }


def numbers(found: Any) -> Any:
    """The same with texts of numbers as numbers: 100.0 points are 100 points."""
    if isinstance(found, dict):
        return {name: numbers(one) for name, one in found.items()}
    if isinstance(found, list):
        return [numbers(one) for one in found]
    try:
        return Decimal(found) if isinstance(found, str) else found
    except InvalidOperation:
        return found


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_both_score_a_lead_alike_to_the_digit(seed: int) -> None:
    chance = Random(seed)
    rules = model(chance)
    for _ in range(5):
        lead = case(chance)
        assert numbers(policy_runs.scored(rules, lead)) == numbers(scoring.score(rules, lead))
