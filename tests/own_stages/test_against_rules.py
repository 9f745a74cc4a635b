"""The policy and the rules written a second time put leads into the same parts, drawn at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.agreement import Agreement
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.qualify.judge import Case
from crmbridge.policy.stages.reach import unreachable
from crmbridge.policy.stages.reading import read, read_at
from crmbridge.policy.stages.replay import Stretch, stays
from tests.own_stages import rules
from tests.stages.agreement import raw

NOW, ZONE = datetime(2026, 5, 10, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin")
GRADES = ["D", "C", "B", "A"]
DOC: dict[str, Any] = {
    "now": "2026-05-10T12:00:00Z",
    "tz": "Europe/Berlin",
    "enums": {"grade_letter": GRADES},
    "types": {},
    "currency": "EUR",
    "rates": [],
}
VALUES: dict[str, list[Any]] = {
    "engagement": [None, 0, 19, 20, 21, 40, 100],
    "grade_letter": [None, *GRADES],
    "customer": [None, True, False],
    "country": [None, "DE", "FR", "US"],
}
LEAVES = st.one_of(
    st.builds(
        lambda op, value: {"field": "engagement", "op": op, "value": value},
        st.sampled_from(["ge", "gt", "lt", "le", "eq"]),
        st.sampled_from([0, 20, 40]),
    ),
    st.builds(
        lambda op, value: {"field": "grade_letter", "op": op, "value": value},
        st.sampled_from(["at_least", "at_most", "eq"]),
        st.sampled_from(GRADES),
    ),
    st.builds(lambda op: {"field": "customer", "op": op}, st.sampled_from(["is_true", "is_false"])),
    st.builds(
        lambda op, value: {"field": "country", "op": op, "value": value},
        st.sampled_from(["in", "not_in"]),
        st.sampled_from([["DE"], ["DE", "FR"]]),
    ),
    st.builds(
        lambda op, word: {"field": word, "op": op},
        st.sampled_from(["is_set", "is_missing"]),
        st.sampled_from(["country", "grade_letter"]),
    ),
)
MISSING = st.sampled_from(["unknown", "pass", "fail"])
TREES = st.recursive(
    st.builds(lambda leaf, missing: {**leaf, "if_missing": missing}, LEAVES, MISSING),
    lambda inner: st.builds(
        lambda op, of: {"op": op, "of": of},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
FACTS = st.fixed_dictionaries({word: st.sampled_from(some) for word, some in VALUES.items()})


def named(tree: dict[str, Any], ident: str) -> dict[str, Any]:
    """The same tree with an id for each criterion."""
    if "of" not in tree:
        return {"id": ident, **tree}
    return {**tree, "of": [named(one, f"{ident}{n}") for n, one in enumerate(tree["of"])]}


def made(trees: list[dict[str, Any]]) -> tuple[Agreement, list[dict[str, Any]]]:
    """An agreement that divides engaged by these trees, and its parts as data."""
    parts = [
        {"id": f"p{n}", "name": f"Part {n}", "when": named(tree, f"p{n}c")}
        for n, tree in enumerate(trees)
    ]
    return Agreement.model_validate(raw() | {"stages": {"engaged": {"parts": parts}}}), parts


def case(facts: dict[str, Any], touches: tuple[Touch, ...] = ()) -> Case:
    return Case(
        facts={"stage": "engaged", **facts},
        touches=touches,
        opened=NOW - timedelta(days=300),
        zone=ZONE,
        exchange=Exchange(),
    )


@given(st.lists(TREES, min_size=1, max_size=3), FACTS)
@settings(max_examples=300, deadline=None)
def test_a_lead_is_in_the_last_part_that_it_meets(
    trees: list[dict[str, Any]], facts: dict[str, Any]
) -> None:
    agreement, parts = made(trees)
    found = read(agreement, "engaged", case(facts), {"stage": "engaged", **facts}, NOW)
    assert found.part == rules.stage(parts, facts, DOC, NOW, ZONE)


def everybody() -> list[dict[str, Any]]:
    """All combinations of the values, which tell all that the criteria above can ask for."""
    out: list[dict[str, Any]] = [{}]
    for word, some in VALUES.items():
        out = [{**facts, word: value} for facts in out for value in some]
    return out


EVERYBODY = everybody()


@given(st.lists(TREES, min_size=1, max_size=3))
@settings(max_examples=80, deadline=None)
def test_refused_are_just_the_parts_that_nobody_can_enter(trees: list[dict[str, Any]]) -> None:
    """Counted the slow way: every lead that there can be is put into its part."""
    agreement, parts = made(trees)
    entered = {rules.stage(parts, facts, DOC, NOW, ZONE) for facts in EVERYBODY}
    refused = {one.text.split("'")[1] for one in unreachable(agreement)}
    assert refused == {part["id"] for part in parts} - entered


TOUCHES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=200),
        st.sampled_from(["/demo", "/paper", "/webinar/x", "/unsubscribe"]),
    ),
    max_size=5,
)
TIMELY: list[dict[str, Any]] = [
    {"field": "buying_stage", "op": "at_least", "value": "interest"},
    {"field": "engagement", "op": "ge", "value": 10},
    {"field": "touches", "op": "count_ge", "value": {"count": 2, "days": 30}},
    {"field": "hand_raise_at", "op": "within_last", "value": {"days": 7}},
    {
        "op": "none",
        "of": [{"field": "touches", "op": "count_ge", "value": {"count": 1, "days": 9}}],
    },
    {"field": "engagement", "op": "between", "value": [5, 15]},
]


@given(
    st.lists(st.sampled_from(TIMELY), min_size=1, max_size=3),
    TOUCHES,
    st.lists(st.integers(min_value=0, max_value=250 * 86_400 - 1), min_size=12, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_a_stretch_without_news_is_told_as_every_look_at_it_would_tell(
    trees: list[dict[str, Any]], touched: list[tuple[int, str]], seconds: list[int]
) -> None:
    agreement, _ = made(trees)
    begin = NOW - timedelta(days=50)
    touches = tuple(
        Touch(
            ref=Ref(system="test", obj="touch", id=str(n)),
            at=begin - timedelta(hours=hours),
            kind="form",
            asset=asset,
        )
        for n, (hours, asset) in enumerate(touched)
    )
    lead = case({}, touches)
    end = begin + timedelta(days=250)
    way = stays(agreement, [Stretch(lead, begin, end)])
    assert (way[0].since, way[-1].until) == (begin, end)
    assert all(one.until == two.since for one, two in pairwise(way))
    # at the edges and, where a penalty fades, to the day that is looked at
    fades = any(asset == "/unsubscribe" for _, asset in touched)
    for stay in way:
        reading, _ = read_at(agreement, lead, stay.since)
        assert reading.part == stay.own[1]
    for second in () if fades else seconds:
        at = begin + timedelta(seconds=second)
        (stay,) = [one for one in way if one.since <= at < one.until]
        assert read_at(agreement, lead, at)[0].part == stay.own[1]
