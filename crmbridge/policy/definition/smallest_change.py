"""The smallest change that would turn a verdict (R3.9, R3.10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crmbridge.policy.definition.tree import LeafNode, Node, leaf_nodes
from crmbridge.policy.definition.values import to_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """What to do to get the other verdict.

    `cost` is `None` when nothing can; `steps` are (criterion, `learn` or `change`) in the order
    of the file. `needs` says how far a number is from its threshold. `estimate` says that a fact
    of a step is asked for more than once, so the proposal has to be judged again.
    """

    cost: int | None
    steps: tuple[tuple[str, str], ...]
    needs: Mapping[str, Decimal]
    estimate: bool = False

    @property
    def possible(self) -> bool:
        """Whether any change can do it."""
        return self.cost is not None


_Way = tuple[int, tuple[LeafNode, ...]]


def flip(tree: Node, wanted: bool) -> Flip:
    """Find the cheapest set of criteria whose change makes the tree come out as `wanted`.

    To be ready a lead must be known to meet the definition; to be not ready it is enough that
    nobody can tell any more.
    """
    way = _cheapest(tree, wanted, strict=wanted)
    if way is None:
        return Flip(cost=None, steps=(), needs={})
    cost, picked = way
    uses = Counter(leaf.field for leaf in leaf_nodes(tree))
    return Flip(
        cost=cost,
        steps=tuple((leaf.id, "learn" if leaf.missing else "change") for leaf in picked),
        needs={leaf.id: gap for leaf in picked if (gap := distance(leaf)) is not None},
        estimate=any(uses[leaf.field] > 1 for leaf in picked),
    )


def distance(leaf: LeafNode) -> Decimal | None:
    """Return how far a numeric criterion's value is from its threshold; `None` if it has none."""
    value = to_number(leaf.value) if leaf.numeric and not leaf.missing else None
    if value is None:
        return None
    if leaf.op == "count_ge":
        bounds = [leaf.wanted["count"]]
    else:
        bounds = leaf.wanted if leaf.op == "between" else [leaf.wanted]
    gaps = [bound - value for one in bounds if (bound := to_number(one)) is not None]
    return min(gaps, key=abs, default=None)


def _cheapest(node: Node, wanted: bool, *, strict: bool) -> _Way | None:
    """Find the cheapest way to a result; unless `strict`, an unknown one will do as well."""
    if isinstance(node, LeafNode):
        return _leaf(node, wanted, strict=strict)
    size = len(node.of)
    needed = {"any": 1, "at_least": node.k}.get(node.op, size)
    # what is not to hold must fail in so many children that too few are left
    count = needed if wanted else size - needed + 1
    inner = wanted is not (node.op == "none")
    return _pick((_cheapest(child, inner, strict=strict) for child in node.of), count)


def _leaf(leaf: LeafNode, wanted: bool, *, strict: bool) -> _Way | None:
    if leaf.result is wanted or (leaf.result is None and not strict):
        return 0, ()
    if leaf.missing:
        return 1, (leaf,)
    return None if leaf.fixed else (leaf.cost, (leaf,))


def _pick(ways: Iterable[_Way | None], count: int) -> _Way | None:
    """Take the `count` cheapest ways, earlier ones first among equals."""
    open_ways = [(way[0], n, way[1]) for n, way in enumerate(ways) if way is not None]
    if len(open_ways) < count:
        return None
    chosen = sorted(open_ways, key=lambda way: way[:2])[:count]
    in_order = sorted(chosen, key=lambda way: way[1])
    return sum(way[0] for way in chosen), tuple(leaf for way in in_order for leaf in way[2])
