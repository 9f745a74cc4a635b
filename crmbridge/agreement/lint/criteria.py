"""What is wrong with a tree of criteria: unknown facts, and operators that do not suit them."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement.definition.criteria import Group, Leaf, leaves
from crmbridge.agreement.definition.facts import OPERATORS, type_name, value_fault
from crmbridge.agreement.finding import Finding, fatal
from crmbridge.agreement.lint.scoring import unknown_word
from crmbridge.agreement.shape import Agreement


def unknown_facts(agreement: Agreement, tree: Group | Leaf, where: str) -> Iterator[Finding]:
    """Find criteria on facts that no lead has; `where` stands before what is told of each."""
    for leaf in leaves(tree):
        for word in (leaf.field, leaf.scale):
            yield from unknown_word(agreement, word, f"{where}criterion {leaf.id!r}")


def wrong_criteria(agreement: Agreement, tree: Group | Leaf, where: str) -> Iterator[Finding]:
    """Find operators that a fact's type does not have, and values of the wrong kind."""
    types = agreement.types
    for leaf in leaves(tree):
        kind = types.get(leaf.scale or leaf.field)
        if kind is None:
            continue
        name = type_name(kind)
        if leaf.op not in OPERATORS[name]:
            allowed = ", ".join(sorted(OPERATORS[name]))
            yield fatal(
                f"{where}criterion {leaf.id!r}: {leaf.field} is {name}, which has no {leaf.op}; "
                f"it has {allowed}"
            )
        elif fault := value_fault(leaf.op, leaf.value, kind):
            yield fatal(f"{where}criterion {leaf.id!r}: {leaf.op} on {leaf.field} {fault}")
