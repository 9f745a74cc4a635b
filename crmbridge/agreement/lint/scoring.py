"""What is doubtful or wrong in how an agreement scores: fit, touches, content, and its examples."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from crmbridge.agreement.content import EARLY, FREE_TO_ASK
from crmbridge.agreement.definition.facts import OPERATORS, type_name, value_fault
from crmbridge.agreement.finding import Finding, fatal, odd
from crmbridge.agreement.scoring.scores import FitRule
from crmbridge.agreement.shape import Agreement
from crmbridge.model.nearest import meant


def unknown_word(agreement: Agreement, word: str, where: str) -> Iterator[Finding]:
    """Find a fact that no lead has."""
    types = agreement.types
    if word and word not in types:
        hint = meant(word, types, "declare x_<name> facts under [fields]")
        yield fatal(f"{where}: unknown field {word!r}; {hint}")


def wrong_fit(agreement: Agreement) -> Iterator[Finding]:
    """Find fit rules on facts that no lead has, with operators or values that do not suit them."""
    for name, group in agreement.fit.groups.items() if agreement.fit else ():
        for number, rule in enumerate(group.rules, 1):
            where = f"fit.groups.{name} #{number}"
            yield from unknown_word(agreement, rule.field, where)
            yield from _wrong_rule(agreement, rule, where)


def _wrong_rule(agreement: Agreement, rule: FitRule, where: str) -> Iterator[Finding]:
    kind = agreement.types.get(rule.field)
    if kind is None:
        return
    name = type_name(kind)
    if rule.op not in OPERATORS[name] or rule.op == "count_ge":
        allowed = ", ".join(sorted(OPERATORS[name]))
        yield fatal(f"{where}: {rule.field} is {name}, which has no {rule.op}; it has {allowed}")
    elif fault := value_fault(rule.op, rule.value, kind):
        yield fatal(f"{where}: {rule.op} on {rule.field} {fault}")
    if not rule.points:
        yield odd(f"{where}: the rule on {rule.field} is worth 0 points: give it some, or drop it")


def idle_rules(agreement: Agreement) -> Iterator[Finding]:
    """Find touches that bring no points, no buying stage and no signal."""
    for number, rule in enumerate(agreement.scoring.rules, 1):
        if not rule.points and not rule.signal and not rule.stage:
            yield odd(
                f"engagement: rule {number} ({rule.kind} {rule.asset}) is worth 0 points and "
                "shows nothing else: give it points, or drop it"
            )


def unreachable_rules(agreement: Agreement) -> Iterator[Finding]:
    """Find rules that an earlier one always forestalls."""
    rules = agreement.scoring.rules
    for number, rule in enumerate(rules):
        before = [one for one in rules[:number] if one.kind == rule.kind]
        if any(one.asset in ("*", rule.asset) for one in before):
            yield odd(
                f"engagement: the rule for {rule.kind} {rule.asset} never counts, because an "
                "earlier one matches the same touches: put it first, or drop it"
            )


def nosy_forms(agreement: Agreement) -> Iterator[Finding]:
    """Find forms that ask too much of people who have only begun to look (R2.5)."""
    for entry in agreement.content:
        asked = sorted(set(entry.asks) - FREE_TO_ASK)
        if entry.stage in EARLY and asked:
            yield odd(
                f"content {entry.title!r} is for the stage {entry.stage}, and its form asks for "
                f"{', '.join(asked)}: before evaluation ask for a name, an e-mail address and "
                "topics only"
            )


def unknown_approvers(agreement: Agreement) -> Iterator[Finding]:
    """Find content approved by people who are no owners of their side."""
    for entry in agreement.content:
        for side in ("marketing", "sales"):
            names = agreement.owners.of(side)
            if names and getattr(entry.approved_by, side) not in names:
                yield odd(
                    f"content {entry.title!r}: who approved it for {side} is not among "
                    f"owners.{side}"
                )


def wrong_examples(agreement: Agreement) -> Iterator[Finding]:
    """Find examples with facts that no lead has, or criteria that the definition has not."""
    ids = set(agreement.criteria_ids)
    seen: set[str] = set()
    for example in agreement.tests:
        where = f"test {example.name!r}"
        if example.name in seen:
            yield fatal(f"two examples under [[test]] have the name {example.name!r}")
        seen.add(example.name)
        for word in example.facts:
            yield from unknown_word(agreement, word, where)
        for ident in example.failing:
            if ident not in ids:
                near = get_close_matches(ident, ids, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                yield fatal(f"{where}: failing names no criterion: {ident!r}{hint}")
