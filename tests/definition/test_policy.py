"""Judging, explaining and flipping where the golden cases do not look."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.agreement import BUILT_IN, Group, Leaf
from crmbridge.policy.definition.evaluate import combine, evaluate
from crmbridge.policy.definition.smallest_change import flip
from crmbridge.policy.definition.tree import GroupNode, LeafNode, Origin, leaf_nodes

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
TYPES = BUILT_IN | {"x_tags": "list", "x_day": "date", "x_size": ("small", "mid", "big")}


def result(op, field, fact, value=None, **more):
    leaf = Leaf(id="x", field=field, op=op, value=value, **more)
    return evaluate(leaf, {field: fact}, TYPES, NOW, ZONE).result


@pytest.mark.parametrize(
    ("op", "field", "fact", "value", "expect"),
    [
        ("ne", "country", "DE", "de", False),
        ("not_contains", "account", "Acme GmbH", "ltd", True),
        ("starts_with", "account", " ＡＣＭＥ GmbH", "acme", True),
        ("ends_with", "account", "Acme GmbH", "gmbh", True),
        ("is_set", "account", "  ", None, False),
        ("is_missing", "account", "  ", None, True),
        ("lt", "employees", Decimal("9.9"), 10, True),
        ("gt", "employees", 10, 10, False),
        ("le", "employees", 10, "10.0", True),
        ("ne", "employees", 10, 10.5, True),
        ("eq", "employees", True, 1, None),
        ("ge", "employees", "many", 1, None),
        ("is_true", "customer", True, None, True),
        ("is_false", "customer", "no", None, None),
        ("at_most", "x_size", "Mid", "mid", True),
        ("at_least", "x_size", "huge", "mid", None),
        ("in", "x_size", "big", ["mid", "big"], True),
        ("has_all", "x_tags", ("A", "b"), ["a", "B"], True),
        ("has_any", "x_tags", (), ["a"], False),
        ("size_ge", "x_tags", ("a", "b"), 2, True),
        ("has_any", "x_tags", "a", ["a"], None),
        ("before", "hand_raise_at", NOW, "2026-05-10T12:00:01Z", True),
        ("after", "hand_raise_at", NOW, date(2026, 5, 10), False),
        ("on_or_after", "hand_raise_at", NOW, date(2026, 5, 10), True),
        ("on_or_before", "x_day", date(2026, 5, 10), "2026-05-10", True),
        ("between", "x_day", date(2026, 5, 10), ["2026-05-10", "2026-05-11"], True),
        ("older_than", "hand_raise_at", NOW - timedelta(days=7), {"days": 7}, False),
        ("older_than", "x_day", date(2026, 5, 2), {"days": 7}, True),
        ("within_last", "hand_raise_at", NOW + timedelta(seconds=1), {"days": 7}, False),
        ("within_last", "hand_raise_at", "not a time", {"hours": 1}, None),
    ],
)
def test_an_operator_reads_its_type(op, field, fact, value, expect):
    assert result(op, field, fact, value) is expect


def test_a_day_criterion_on_an_instant_minds_the_companys_midnight():
    late = datetime(2026, 5, 9, 22, 30, tzinfo=UTC)  # the 10th in Berlin
    assert result("on_or_after", "hand_raise_at", late, "2026-05-10") is True
    assert result("before", "hand_raise_at", late, "2026-05-10") is False


def test_an_absent_fact_is_as_unknown_as_an_empty_one():
    leaf = Leaf(id="x", field="country", op="not_in", value=["DE"])
    assert evaluate(leaf, {}, TYPES, NOW, ZONE).result is None


def test_explain_tells_who_said_it_and_when():
    leaf = Leaf(id="x", field="country", op="in", value=["DE"])
    origins = {"country": Origin(source="marketing", at=NOW)}
    verdict = evaluate(leaf, {"country": "DE"}, TYPES, NOW, ZONE, origins=origins)
    assert verdict.explain() == {
        "id": "x",
        "field": "country",
        "op": "in",
        "wanted": ["DE"],
        "value": "DE",
        "result": "true",
        "source": "marketing",
        "at": "2026-05-10T12:00:00.000000Z",
    }


def test_a_flip_that_rests_on_a_fact_asked_for_twice_is_an_estimate():
    tree = Group(
        op="all",
        of=(
            Leaf(id="low", field="engagement", op="ge", value=35),
            Leaf(id="high", field="engagement", op="le", value=90),
        ),
    )
    change = flip(evaluate(tree, {"engagement": Decimal(30)}, TYPES, NOW, ZONE).tree, True)
    assert (change.steps, change.needs) == ((("low", "change"),), {"low": Decimal(5)})
    assert change.estimate


def test_a_number_between_bounds_needs_the_way_to_the_nearer_one():
    leaf = Leaf(id="x", field="employees", op="between", value=[10, 50])
    change = flip(evaluate(leaf, {"employees": 60}, TYPES, NOW, ZONE).tree, True)
    assert change.needs == {"x": Decimal(-10)}


def node(of, op, k):
    k = min(max(k, 1), len(of)) if op == "at_least" else 0
    return GroupNode(op=op, k=k, result=combine(op, k, [child.result for child in of]), of=of)


def leaf(n, state, cost, fixed):
    return LeafNode(
        leaf=Leaf(id=f"leaf{n}", field=f"f{n}", op="eq", value="", cost=cost, fixed=fixed),
        value=None,
        result=state,
        missing=state is None,
        numeric=False,
    )


LEAVES = st.builds(
    leaf,
    n=st.integers(0, 10**9),
    state=st.sampled_from([True, False, None]),
    cost=st.integers(1, 3),
    fixed=st.booleans(),
)
GROUPS = st.sampled_from(["all", "any", "none", "at_least"])
TREES = st.recursive(
    LEAVES,
    lambda children: st.builds(
        node,
        of=st.lists(children, min_size=1, max_size=3).map(tuple),
        op=GROUPS,
        k=st.integers(1, 3),
    ),
    max_leaves=6,
)


def judge(tree, states):
    """Judge a tree again, with the leaves' results taken from an iterator."""
    if isinstance(tree, LeafNode):
        return next(states)
    return combine(tree.op, tree.k, [judge(child, states) for child in tree.of])


def price(leaf, state):
    if leaf.result is state:
        return 0
    if leaf.missing:
        return 1
    return None if leaf.fixed else leaf.cost


def cheapest(tree, wanted):
    """Try every assignment of true, false and unknown to the leaves."""
    leaves = list(leaf_nodes(tree))
    choices = [(True, False) if one.result is not None else (True, False, None) for one in leaves]
    costs = []
    for states in product(*choices):
        paid = [price(one, state) for one, state in zip(leaves, states, strict=True)]
        if None not in paid and (judge(tree, iter(states)) is True) is wanted:
            costs.append(sum(paid))
    return min(costs, default=None)


@settings(max_examples=150)
@given(tree=TREES, wanted=st.booleans())
def test_the_smallest_flip_is_as_cheap_as_trying_everything(tree, wanted):
    assert flip(tree, wanted).cost == cheapest(tree, wanted)


@given(tree=TREES)
def test_the_leaves_of_an_explanation_reproduce_its_root(tree):
    assert judge(tree, iter([one.result for one in leaf_nodes(tree)])) is tree.result
