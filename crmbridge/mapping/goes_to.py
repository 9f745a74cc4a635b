"""Rules by which leads go to one of several systems of sales, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from crmbridge.agreement.definition.criteria import Criteria, leaves
from crmbridge.agreement.definition.facts import OPERATORS, type_name, value_fault
from crmbridge.mapping.tables.base import Shape
from crmbridge.mapping.words import is_fact
from crmbridge.model.lead import FIELDS
from crmbridge.model.nearest import meant
from crmbridge.model.side import SALES, Side


class GoesTo(Shape):
    """A rule by which leads go to a system of sales; without `when` all that are left do.

    `when` is a tree of criteria as a definition has it. What is unknown fulfils none.
    """

    id: str = Field(min_length=1)
    system: str
    when: Criteria | None = None


def faults_of_rules(rules: Sequence[GoesTo], sides: Mapping[str, Side]) -> Iterator[str]:
    """Yield what is wrong with rules: systems, facts and ids that are not, rules never reached."""
    of_sales = [name for name, side in sides.items() if side is SALES]
    if rules and len(of_sales) == 1:
        yield (
            f"[[goes_to]] chooses among systems of sales, and there is one, {of_sales[0]}: take "
            "the rules out, or add the table of another one"
        )
        return
    for ident, many in Counter(one.id for one in rules).items():
        if many > 1:
            yield f"{many} rules of [[goes_to]] have the id {ident!r}: give each its own"
    every = ""
    for rule in rules:
        yield from _system(rule, sides, of_sales)
        yield from _facts(rule)
        if every:
            yield (
                f"[[goes_to]] {rule.id!r} is never reached: {every!r} before it has no when and "
                "takes every lead; put that rule last"
            )
        elif rule.when is None:
            every = rule.id


def _system(rule: GoesTo, sides: Mapping[str, Side], of_sales: Sequence[str]) -> Iterator[str]:
    known = ", ".join(of_sales)
    if rule.system not in sides:
        hint = meant(rule.system, of_sales, f"of sales there are: {known}")
        yield f"[[goes_to]] {rule.id!r}: no system {rule.system!r}; {hint}"
    elif sides[rule.system] is not SALES:
        yield (
            f"[[goes_to]] {rule.id!r}: {rule.system!r} stands on the side of {sides[rule.system]}, "
            f"and leads go to sales: name one of {known}"
        )


def _facts(rule: GoesTo) -> Iterator[str]:
    for leaf in leaves(rule.when) if rule.when else ():
        for word in (leaf.field, *([leaf.scale] if leaf.scale else [])):
            if not is_fact(word):
                hint = meant(word, FIELDS, f"there are: {', '.join(FIELDS)}, and your own x_<name>")
                yield (
                    f"[[goes_to]] {rule.id!r}, criterion {leaf.id!r}: {word!r} is no fact that a "
                    f"system tells of a lead; {hint}"
                )


def wrong_criteria(
    rules: Sequence[GoesTo], types: Mapping[str, str | tuple[str, ...]]
) -> Iterator[str]:
    """Yield criteria with an operator, or a value, that does not suit the fact's type.

    `types` are those of the agreement in force; a company's own fact that it lacks is one too.
    """
    for rule in rules:
        for leaf in leaves(rule.when) if rule.when else ():
            where = f"mapping.toml: goes_to {rule.id!r}, criterion {leaf.id!r}"
            kind = types.get(leaf.scale or leaf.field)
            if kind is None:
                hint = meant(leaf.field, types, "declare it under [fields] of agreement.toml")
                yield f"{where}: unknown fact {leaf.field!r}; {hint}"
            elif leaf.op not in OPERATORS[type_name(kind)]:
                can = ", ".join(sorted(OPERATORS[type_name(kind)]))
                what = f"{leaf.field} is {type_name(kind)}, which has no {leaf.op}"
                yield f"{where}: {what}; it has {can}"
            elif fault := value_fault(leaf.op, leaf.value, kind):
                yield f"{where}: {leaf.op} on {leaf.field} {fault}"
