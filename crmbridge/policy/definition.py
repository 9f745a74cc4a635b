"""Judges a lead by the definition in force, in three-valued logic (R3.1 to R3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Any

from crmbridge.agreement.criteria import Group, Leaf
from crmbridge.model.record import Value
from crmbridge.model.touch import Touch
from crmbridge.policy.exchange import Exchange
from crmbridge.policy.explain import GroupNode, LeafNode, Node, Origin, leaf_nodes
from crmbridge.policy.operators import NO_RATES, Kind, guess_kind, holds, is_missing

_IF_MISSING = {"pass": True, "fail": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class _Judge:
    facts: Mapping[str, Value]
    types: Mapping[str, Kind]
    as_of: datetime
    zone: tzinfo
    origins: Mapping[str, Origin]
    touches: Sequence[Touch] | None
    exchange: Exchange

    def result(self, criteria: Group | Leaf) -> bool | None:
        """The result alone; what can turn it no more is not looked at."""
        if isinstance(criteria, Leaf):
            return self.met(criteria)[1]
        needed, wanted = _needed(criteria.op, criteria.k, len(criteria.of))
        left, unknown = len(criteria.of), 0
        for child in criteria.of:
            result = self.result(child)
            left -= 1
            if result is None:
                unknown += 1
            elif result is wanted:
                needed -= 1
                if needed <= 0:
                    return True
            if needed > unknown + left:
                return False
        return None

    def node(self, criteria: Group | Leaf) -> Node:
        if isinstance(criteria, Leaf):
            return self.leaf(criteria)
        of = tuple(self.node(child) for child in criteria.of)
        result = combine(criteria.op, criteria.k, [child.result for child in of])
        return GroupNode(op=criteria.op, k=criteria.k, result=result, of=of)

    def met(self, leaf: Leaf) -> tuple[Value, bool | None, bool, Kind]:
        """What a criterion met: the value, the result, whether it counts as missing, its type."""
        value, op = self.value(leaf), leaf.op
        kind = self.types.get(leaf.scale or leaf.field)
        if kind is None:
            kind = guess_kind(op, leaf.value, value)
        missing = is_missing(value)
        result = None
        if op in ("is_set", "is_missing"):
            result = missing is (op == "is_missing")
        elif not missing:
            result = holds(op, value, leaf.value, kind, self.as_of, self.zone, self.exchange)
        if result is None:  # a value that its type cannot read tells as little as none
            missing, result = True, _IF_MISSING[leaf.if_missing]
        return value, result, missing, kind

    def leaf(self, leaf: Leaf) -> LeafNode:
        value, result, missing, kind = self.met(leaf)
        return LeafNode(
            id=leaf.id,
            field=leaf.field,
            op=leaf.op,
            wanted=leaf.value,
            value=value,
            result=result,
            missing=missing,
            numeric=kind in ("number", "touches"),
            cost=leaf.cost,
            fixed=leaf.fixed,
            origin=self.origins.get(leaf.field),
        )

    def value(self, leaf: Leaf) -> Value:
        if leaf.op != "count_ge":
            return self.facts.get(leaf.field)
        return None if self.touches is None else counted(self.touches, leaf.value, self.as_of)


class Verdict:
    """Whether a lead meets the definition (`None`: unknown), and the tree that says why.

    The tree is made when somebody looks at it: most verdicts are only counted.
    """

    __slots__ = ("_criteria", "_judge", "_tree", "result")

    def __init__(self, criteria: Group | Leaf, judge: _Judge) -> None:
        self._criteria, self._judge = criteria, judge
        self._tree: Node | None = None
        self.result = judge.result(criteria)

    @property
    def tree(self) -> Node:
        """Every criterion with its value and result, in the order of the file."""
        if self._tree is None:
            self._tree = self._judge.node(self._criteria)
        return self._tree

    @property
    def ready(self) -> bool:
        """Whether the lead is ready; what is unknown is not."""
        return self.result is True

    def leaves(self) -> Iterator[LeafNode]:
        """Yield every criterion with its result."""
        return leaf_nodes(self.tree)

    def explain(self) -> dict[str, Any]:
        """Return the tree as JSON's types."""
        return self.tree.shown()


def counted(touches: Sequence[Touch], wanted: Mapping[str, Any], as_of: datetime) -> int:
    """Count the touches up to `as_of` that a `count_ge` criterion asks for.

    `wanted` may name `days`, `kind` and a pattern of `asset`; both ends of the days count.
    """
    days, kind, asset = wanted.get("days"), wanted.get("kind"), wanted.get("asset", "*")
    since = None if days is None else as_of - timedelta(days=float(days))
    return sum(
        one.at <= as_of
        and (since is None or one.at >= since)
        and (not kind or one.kind == kind)
        and fnmatchcase(one.asset, asset)
        for one in touches
    )


def evaluate(
    criteria: Group | Leaf,
    facts: Mapping[str, Value],
    types: Mapping[str, Kind],
    as_of: datetime,
    zone: tzinfo,
    *,
    origins: Mapping[str, Origin] | None = None,
    touches: Sequence[Touch] | None = None,
    exchange: Exchange = NO_RATES,
) -> Verdict:
    """Judge facts by a tree of criteria as of an instant; never raises for odd values.

    An absent fact is unknown. `types` are the agreement's; a fact without a type is read as its
    criterion asks for it. `zone` is the company's, `origins` says who told which fact. `touches`
    are what `count_ge` counts, which is unknown without them; `exchange` converts money.
    """
    return Verdict(criteria, _Judge(facts, types, as_of, zone, origins or {}, touches, exchange))


def combine(op: str, k: int, results: Sequence[bool | None]) -> bool | None:
    """Combine children by Kleene's rules: all and any are at_least n and at_least 1 (R3.3)."""
    needed, wanted = _needed(op, k, len(results))
    yes, unknown = results.count(wanted), results.count(None)
    if yes >= needed:
        return True
    return None if yes + unknown >= needed else False


def _needed(op: str, k: int, size: int) -> tuple[int, bool]:
    """How many children must be what: `none` wants all of them false."""
    return {"any": 1, "at_least": k}.get(op, size), op != "none"
