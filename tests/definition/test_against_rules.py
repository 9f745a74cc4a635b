"""The policy and the rules written a second time judge alike, by definitions drawn at random."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.definition.smallest_change import flip
from tests.definition import rules as criteria
from tests.stages import policy_runs

NOW, ZONE = "2026-05-10T12:00:00Z", ZoneInfo("Europe/Berlin")
DOC: dict[str, Any] = {
    "now": NOW,
    "tz": "Europe/Berlin",
    "enums": {
        "grade_letter": ["D", "C", "B", "A"],
        "rating": ["cold", "warm", "hot"],
    },
    "types": {"revenue": "money", "seen": "touches"},
    "currency": "EUR",
    "rates": [
        {"currency": "USD", "from": "2026-01-01", "per_unit": "0.90"},
        {"currency": "USD", "from": "2026-05-10", "per_unit": "0.80"},
        {"currency": "USD", "from": "2026-05-11", "per_unit": "0.10"},
        {"currency": "JPY", "from": "2026-01-01", "per_unit": "0.006"},
    ],
}
TOUCHES = [
    {"id": str(n), "at": at, "asset_type": kind, "asset": asset}
    for n, (at, kind, asset) in enumerate(
        [
            ("2026-05-10T12:00:01Z", "form", "/a"),
            ("2026-05-10T12:00:00Z", "form", "/a"),
            ("2026-05-03T12:00:00Z", "form", "/b"),
            ("2026-05-03T11:59:59Z", "click", "/b"),
        ]
    )
]
WORDS = [None, "", "  ", "DE", " de ", "ＤＥ", "Straße", "STRASSE GmbH", "Ünïcode", "5", "0"]
NUMBERS = [None, "", 0, 5, "5.0", "4.9999", "35", 35.5, -3, "1E+1"]
INSTANTS = [
    *[None, "2026-05-03T12:00:00Z", "2026-05-03T11:59:59Z", "2026-05-10T12:00:00Z"],
    *["2026-05-10T12:00:01Z", "2026-05-09T22:00:00Z", "2026-05-09T21:59:59+00:00"],
    *["2026-05-03T14:00:00+02:00", "2026-03-29T00:30:00Z"],
]
DAYS = [None, "2026-05-02", "2026-05-03", "2026-05-10", "2026-05-11", "2026-03-29"]
LISTS = [None, [], ["a"], ["A ", "b"], ["c"], ["a", "b", "c"]]
MONEY = [
    *[None, {"amount": "100", "currency": "EUR"}, {"amount": "125", "currency": "USD"}],
    *[{"amount": "124.99", "currency": "USD"}, {"amount": "16666", "currency": "JPY"}],
    *[{"amount": "124.995", "currency": "USD"}, {"amount": "16665.9", "currency": "JPY"}],
    {"amount": "5", "currency": "XXX"},
]
AGES = [{"days": 7}, {"days": 1}, {"days": 0}]
BOUNDS = [{"amount": "100", "currency": "EUR"}, {"amount": "125", "currency": "USD"}]
VALUES: dict[str, list[Any]] = {
    "country": WORDS,
    "employees": NUMBERS,
    "grade_letter": [None, "A", "b", "C ", "D", "Z"],
    "rating": [None, "cold", "warm", "hot"],
    "public": [None, True, False],
    "asked_at": INSTANTS,
    "founded": DAYS,
    "tags": LISTS,
    "revenue": MONEY,
}
ASKED: dict[str, list[tuple[str, list[Any]]]] = {
    "country": [
        *[(op, ["de", "STRASSE", "ß", "5"]) for op in ("eq", "ne", "contains", "not_contains")],
        *[(op, ["d", "Ｓ", "e"]) for op in ("starts_with", "ends_with")],
        *[(op, [["de", "x"], ["strasse gmbh"]]) for op in ("in", "not_in")],
        *[(op, [None]) for op in ("is_set", "is_missing")],
    ],
    "employees": [
        *[(op, [5, "5.00", 35, 35.5, -3, 10]) for op in ("lt", "le", "gt", "ge")],
        *[(op, [5, 35, 10]) for op in ("eq", "ne")],
        ("between", [[0, 5], ["4.9999", "5"], [5, 35.5]]),
    ],
    "grade_letter": [(op, ["A", "B", "c"]) for op in ("at_least", "at_most")],
    "rating": [(op, ["cold", "WARM"]) for op in ("at_least", "at_most")],
    "public": [(op, [None]) for op in ("is_true", "is_false", "is_set")],
    "asked_at": [
        *[(op, AGES) for op in ("within_last", "older_than")],
        *[
            (op, [*INSTANTS[1:4], "2026-05-10", "2026-05-03"])
            for op in ("before", "after", "on_or_before", "on_or_after")
        ],
        ("between", [["2026-05-03", "2026-05-10"], [INSTANTS[2], INSTANTS[3]]]),
    ],
    "founded": [
        *[(op, AGES) for op in ("within_last", "older_than")],
        *[(op, DAYS[1:]) for op in ("before", "after", "on_or_before", "on_or_after")],
        ("between", [["2026-05-03", "2026-05-10"]]),
    ],
    "tags": [
        *[(op, [["a"], ["B", "x"], ["a", "b"]]) for op in ("has_any", "has_all", "has_none")],
        ("size_ge", [0, 1, 2]),
    ],
    "revenue": [
        *[(op, BOUNDS) for op in ("lt", "le", "gt", "ge")],
        ("between", [BOUNDS]),
    ],
    "seen": [
        (
            "count_ge",
            [
                {"count": 2, "days": 7},
                {"count": 3},
                {"count": 1, "kind": "click", "days": 7},
                {"count": 2, "kind": "form"},
                {"count": 2, "asset": "/b"},
            ],
        )
    ],
}


def leaf(chance: Random, names: list[str]) -> dict[str, Any]:
    field = chance.choice(list(ASKED))
    op, values = chance.choice(ASKED[field])
    value = chance.choice(values)
    names.append(f"leaf{len(names)}")
    found: dict[str, Any] = {"id": names[-1], "field": field, "op": op}
    if value is not None:
        found["value"] = value
    if chance.random() < 0.4:
        found["if_missing"] = chance.choice(["pass", "fail", "unknown"])
    if chance.random() < 0.2:
        found["fixed"] = True
    if chance.random() < 0.4:
        found["cost"] = chance.randrange(4)
    return found


def tree(chance: Random, names: list[str], depth: int = 3) -> dict[str, Any]:
    if depth == 0 or len(names) > 4 or (depth < 3 and chance.random() < 0.5):
        return leaf(chance, names)
    of = [tree(chance, names, depth - 1) for _ in range(chance.randint(1, 3))]
    op = chance.choice(["all", "any", "none", "at_least"])
    return {"op": op, "of": of} | ({"k": chance.randint(1, len(of))} if op == "at_least" else {})


def facts(chance: Random) -> dict[str, Any]:
    return {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.9}


def results(node: dict[str, Any]) -> dict[str, Any]:
    if "of" in node:
        return {name: one for child in node["of"] for name, one in results(child).items()}
    return {node["id"]: {"true": True, "false": False, "unknown": None}[node["result"]]}


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_both_judge_every_criterion_alike(seed: int) -> None:
    chance, names = Random(seed), []
    definition = tree(chance, names)
    for _ in range(5):
        lead = facts(chance)
        told = criteria.judged(
            definition, lead, DOC | {"touches": TOUCHES}, datetime.fromisoformat(NOW), ZONE
        )
        verdict = policy_runs.judged(DOC, definition, lead, {"touches": TOUCHES})
        assert results(verdict.explain()) == told
        assert verdict.result is criteria.root(definition, told)


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_the_smallest_change_costs_what_trying_all_of_them_finds(seed: int) -> None:
    chance, names = Random(seed), []
    definition = tree(chance, names)
    every = {one["id"]: one for one in criteria.leaves(definition)}
    doc, lead, now = DOC | {"touches": TOUCHES}, facts(chance), datetime.fromisoformat(NOW)
    known = {"seen": len(TOUCHES)} | {
        name: value
        for name, value in lead.items()
        if all(criteria.readable(one, value, DOC) for one in every.values() if one["field"] == name)
    }
    told = criteria.judged(definition, lead, doc, now, ZONE)
    verdict = policy_runs.judged(DOC, definition, lead, {"touches": TOUCHES})
    change = flip(verdict.tree, not verdict.ready)
    assert change.cost == criteria.cheapest(definition, known, told, not verdict.ready)
    for name, action in change.steps:
        assert action == (
            "learn" if criteria.missing(known.get(every[name]["field"])) else "change"
        )


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**48), later=st.integers(-10 * 86_400, 10 * 86_400))
def test_both_judge_alike_at_any_instant(seed: int, later: int) -> None:
    chance, names = Random(seed), []
    definition, lead = tree(chance, names), facts(chance)
    at = datetime.fromisoformat(NOW) + timedelta(seconds=later)
    told = criteria.judged(definition, lead, DOC | {"touches": TOUCHES}, at, ZONE)
    case = {"touches": TOUCHES, "now": at.isoformat()}
    assert results(policy_runs.judged(DOC, definition, lead, case).explain()) == told
