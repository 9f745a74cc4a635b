"""The criteria of a sales-ready definition: a tree of conditions on facts (R3.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from crmbridge.agreement.base import Table
from crmbridge.model.codec import canonical

LeafOp = Literal[
    "eq",
    "ne",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "is_set",
    "is_missing",
    "lt",
    "le",
    "gt",
    "ge",
    "between",
    "at_least",
    "at_most",
    "is_true",
    "is_false",
    "before",
    "after",
    "on_or_before",
    "on_or_after",
    "within_last",
    "older_than",
    "has_any",
    "has_all",
    "has_none",
    "size_ge",
    "count_ge",
]


class Leaf(Table):
    """One criterion: a fact, an operator, and what it is compared with.

    `if_missing` says what an unknown fact counts as (R3.2). `cost` is how hard the fact is to
    change, `fixed` that it cannot be changed (R3.9). `scale` names the ordered enum when it is
    not the field's own.
    """

    id: str = Field(min_length=1)
    field: str = Field(min_length=1)
    op: LeafOp
    value: Any = None
    if_missing: Literal["pass", "fail", "unknown"] = "unknown"
    cost: int = Field(default=1, ge=0)
    fixed: bool = False
    scale: str = ""


class Group(Table):
    """Several criteria under `all`, `any`, `none`, or `at_least` with its `k`."""

    op: Literal["all", "any", "none", "at_least"]
    of: tuple[Criteria, ...] = Field(min_length=1)
    k: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _k_where_it_belongs(self) -> Group:
        if self.op != "at_least" and self.k:
            raise ValueError("k belongs to at_least only: take it away")
        if self.op == "at_least" and not 1 <= self.k <= len(self.of):
            raise ValueError(f"at_least needs k from 1 to {len(self.of)}, the number of criteria")
        return self


class Definition(Group):
    """The tree of a sales-ready lead; `expansion`, where it is there, judges customers instead."""

    expansion: Criteria | None = None


def _kind(data: Any) -> str:
    grouped = "of" in data if isinstance(data, dict) else isinstance(data, Group)
    return "#group" if grouped else "#leaf"


Criteria = Annotated[
    Annotated[Group, Tag("#group")] | Annotated[Leaf, Tag("#leaf")], Discriminator(_kind)
]
Group.model_rebuild()
Definition.model_rebuild()
Judging = Annotated[
    Annotated[Definition, Tag("#group")] | Annotated[Leaf, Tag("#leaf")], Discriminator(_kind)
]
"""What stands at the top of an agreement: the tree, perhaps with one for customers inside."""


def leaves(criteria: Group | Leaf) -> Iterator[Leaf]:
    """Yield every criterion of a tree in the order of the file."""
    if isinstance(criteria, Leaf):
        yield criteria
        return
    for child in criteria.of:
        yield from leaves(child)


def definition_hash(name: str, version: int, effective_from: date, criteria: Group | Leaf) -> str:
    """Hash a definition as it is written: SHA-256 of canonical JSON of these four (R3.5)."""
    body = {
        "name": name,
        "version": version,
        "effective_from": effective_from.isoformat(),
        "criteria": criteria.model_dump(mode="json", exclude_unset=True),
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()
