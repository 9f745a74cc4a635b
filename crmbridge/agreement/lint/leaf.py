"""What is wrong with one criterion, wherever in an agreement it stands."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement.definition.criteria import Leaf
from crmbridge.agreement.definition.facts import OPERATORS, type_name, value_fault
from crmbridge.agreement.finding import Finding, fatal
from crmbridge.agreement.lint.scoring import unknown_word
from crmbridge.agreement.shape import Agreement


def unknown_in(agreement: Agreement, leaf: Leaf, where: str) -> Iterator[Finding]:
    """Find that a criterion asks for a fact that no lead has."""
    for word in (leaf.field, leaf.scale):
        yield from unknown_word(agreement, word, where)


def wrong_in(agreement: Agreement, leaf: Leaf, where: str) -> Iterator[Finding]:
    """Find an operator that the fact's type does not have, or a value of the wrong kind."""
    kind = agreement.types.get(leaf.scale or leaf.field)
    if kind is None:
        return
    name = type_name(kind)
    if leaf.op not in OPERATORS[name]:
        allowed = ", ".join(sorted(OPERATORS[name]))
        yield fatal(f"{where}: {leaf.field} is {name}, which has no {leaf.op}; it has {allowed}")
    elif fault := value_fault(leaf.op, leaf.value, kind):
        yield fatal(f"{where}: {leaf.op} on {leaf.field} {fault}")
