"""What is wrong with a tree of criteria: unknown facts, and operators that do not suit them."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement.definition.criteria import Group, Leaf, leaves
from crmbridge.agreement.finding import Finding
from crmbridge.agreement.lint.leaf import unknown_in, wrong_in
from crmbridge.agreement.shape import Agreement


def unknown_facts(agreement: Agreement, tree: Group | Leaf, where: str) -> Iterator[Finding]:
    """Find criteria on facts that no lead has; `where` stands before what is told of each."""
    for leaf in leaves(tree):
        yield from unknown_in(agreement, leaf, f"{where}criterion {leaf.id!r}")


def wrong_criteria(agreement: Agreement, tree: Group | Leaf, where: str) -> Iterator[Finding]:
    """Find operators that a fact's type does not have, and values of the wrong kind."""
    for leaf in leaves(tree):
        yield from wrong_in(agreement, leaf, f"{where}criterion {leaf.id!r}")
