"""Judges a lead by the definition in force, in three-valued logic (R3.1 to R3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Any

from crmbridge.agreement.definition.criteria import Group, Leaf
from crmbridge.model.record import Value
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.comparisons import Test, prepare
from crmbridge.policy.definition.exchange import NO_RATES, Exchange
from crmbridge.policy.definition.tree import GroupNode, LeafNode, Node, Origin, leaf_nodes
from crmbridge.policy.definition.values import Kind, guess_kind, is_missing
from crmbridge.policy.prepared import Kept

_IF_MISSING = {"pass": True, "fail": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class _Judge:
    """All that one lead's judgement looks at."""

    facts: Mapping[str, Value]
    types: Mapping[str, Kind]
    as_of: datetime
    zone: tzinfo
    origins: Mapping[str, Origin]
    touches: Sequence[Touch] | None
    exchange: Exchange


class _Leaf:
    """A criterion made ready; which type its fact has is seen at the first value."""

    __slots__ = ("_field", "_if_missing", "_leaf", "_ready", "_set", "_typed")

    def __init__(self, leaf: Leaf) -> None:
        self._leaf, self._field, self._typed = leaf, leaf.field, leaf.scale or leaf.field
        self._if_missing = _IF_MISSING[leaf.if_missing]
        self._set = {"is_set": True, "is_missing": False}.get(leaf.op)
        self._ready: tuple[Kind, Test] | None = None

    def result(self, judge: _Judge) -> bool | None:
        """The result alone."""
        value = self._value(judge)
        if self._set is not None:
            return is_missing(value) is not self._set
        if is_missing(value):
            return self._if_missing
        result = self._test(value, judge)[1](value, judge)
        # a value that its type cannot read tells as little as none
        return self._if_missing if result is None else result

    def node(self, judge: _Judge) -> LeafNode:
        leaf, value = self._leaf, self._value(judge)
        missing = is_missing(value)
        kind, test = self._test(value, judge)
        result: bool | None
        if self._set is not None:
            result = missing is not self._set
        else:
            result = None if missing else test(value, judge)
            missing = result is None
            result = self._if_missing if missing else result
        return LeafNode(
            leaf=leaf,
            value=value,
            result=result,
            missing=missing,
            numeric=kind in ("number", "touches"),
            origin=judge.origins.get(self._field),
        )

    def _test(self, value: Value, judge: _Judge) -> tuple[Kind, Test]:
        leaf, ready = self._leaf, self._ready
        kind = judge.types.get(self._typed)
        if kind is None:
            kind = guess_kind(leaf.op, leaf.value, value)
        if ready is None or (ready[0] is not kind and ready[0] != kind):
            ready = self._ready = (kind, prepare(leaf.op, leaf.value, kind))
        return ready

    def _value(self, judge: _Judge) -> Value:
        leaf = self._leaf
        if leaf.op != "count_ge":
            return judge.facts.get(self._field)
        return None if judge.touches is None else counted(judge.touches, leaf.value, judge.as_of)


class _Group:
    """A group of criteria made ready."""

    __slots__ = ("_group", "_needed", "_of", "_size", "_wanted")

    def __init__(self, group: Group) -> None:
        self._group = group
        self._of = tuple(_ready(child) for child in group.of)
        self._size = len(group.of)
        self._needed, self._wanted = _needed(group.op, group.k, self._size)

    def result(self, judge: _Judge) -> bool | None:
        """The result alone; what can turn it no more is not looked at."""
        needed, wanted, left, unknown = self._needed, self._wanted, self._size, 0
        for child in self._of:
            result = child.result(judge)
            left -= 1
            if result is wanted:
                needed -= 1
                if needed <= 0:
                    return True
            else:
                if result is None:
                    unknown += 1
                if needed > unknown + left:
                    return False
        return None

    def node(self, judge: _Judge) -> GroupNode:
        group, of = self._group, tuple([child.node(judge) for child in self._of])
        result = combine(group.op, group.k, [child.result for child in of])
        return GroupNode(op=group.op, k=group.k, result=result, of=of)


def _ready(criteria: Group | Leaf) -> _Group | _Leaf:
    return _Leaf(criteria) if isinstance(criteria, Leaf) else _Group(criteria)


_prepared = Kept[Group | Leaf, _Group | _Leaf](_ready).of


class Verdict:
    """Whether a lead meets the definition (`None`: unknown), and the tree that says why.

    The tree is made when somebody looks at it: most verdicts are only counted.
    """

    __slots__ = ("_criteria", "_judge", "_tree", "result")

    def __init__(self, criteria: _Group | _Leaf, judge: _Judge) -> None:
        self._criteria, self._judge = criteria, judge
        self._tree: Node | None = None
        self.result = criteria.result(judge)

    @property
    def tree(self) -> Node:
        """Every criterion with its value and result, in the order of the file."""
        if self._tree is None:
            self._tree = self._criteria.node(self._judge)
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
    judge = _Judge(facts, types, as_of, zone, origins or {}, touches, exchange)
    return Verdict(_prepared(criteria), judge)


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
