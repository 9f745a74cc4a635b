"""The annotated tree of a definition: why a lead is ready, is not, or cannot be judged (R3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.agreement.definition.criteria import Leaf
from crmbridge.model.codec import encode, instant

WORDS = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who told a fact, and when it was so."""

    source: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafNode:
    """A criterion with the value it met; `result` is `None` when nobody can tell."""

    leaf: Leaf
    value: Any
    result: bool | None
    missing: bool
    numeric: bool
    origin: Origin | None = None

    @property
    def id(self) -> str:
        """The criterion's name."""
        return self.leaf.id

    @property
    def field(self) -> str:
        """The fact that it asks for."""
        return self.leaf.field

    @property
    def op(self) -> str:
        """How it compares."""
        return self.leaf.op

    @property
    def wanted(self) -> Any:
        """What it compares with."""
        return self.leaf.value

    @property
    def cost(self) -> int:
        """How hard the fact is to change."""
        return self.leaf.cost

    @property
    def fixed(self) -> bool:
        """Whether the fact cannot be changed."""
        return self.leaf.fixed

    def shown(self) -> dict[str, Any]:
        """Return JSON's types for a decision or a screen."""
        leaf, origin = self.leaf, self.origin
        told = {
            "id": leaf.id,
            "field": leaf.field,
            "op": leaf.op,
            "wanted": _plain(leaf.value),
            "value": _plain(self.value),
            "result": WORDS[self.result],
        }
        if origin is not None:
            told["source"] = origin.source
            if origin.at:
                told["at"] = instant(origin.at)
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNode:
    """A group with its own result and those of its children."""

    op: str
    k: int
    result: bool | None
    of: tuple[Node, ...]

    def shown(self) -> dict[str, Any]:
        """Return JSON's types for a decision or a screen."""
        most = {"k": self.k} if self.op == "at_least" else {}
        of = [child.shown() for child in self.of]
        return {"op": self.op, **most, "result": WORDS[self.result], "of": of}


Node = LeafNode | GroupNode


def leaf_nodes(node: Node) -> Iterator[LeafNode]:
    """Yield all criteria of a tree in the order of the file."""
    if isinstance(node, LeafNode):
        yield node
        return
    for child in node.of:
        yield from leaf_nodes(child)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, float) else encode(value)
