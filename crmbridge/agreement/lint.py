"""What is doubtful or wrong in an agreement beyond its shape."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement.criteria import Group, Leaf, leaves
from crmbridge.agreement.facts import OPERATORS, type_name, value_fault
from crmbridge.agreement.finding import Finding, fatal
from crmbridge.agreement.lint_scoring import (
    idle_rules,
    nosy_forms,
    unknown_approvers,
    unknown_word,
    unreachable_rules,
    wrong_examples,
    wrong_fit,
)
from crmbridge.agreement.recycle import USED_BY_US
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.teams import Teams

GATES = {
    "opted_out": "permission",
    "email": "a reachable address",
    "internal": "no person of our own",
    "open_deal": "no open opportunity",
}
"""Facts on which every definition must rest, and what for (R3.4)."""


def lint(agreement: Agreement, teams: Teams) -> list[Finding]:
    """Return all findings of the agreement and its teams, fatal ones first."""
    found = [
        *unknown_facts(agreement),
        *wrong_criteria(agreement),
        *missing_gates(agreement),
        *missing_rows(agreement),
        *wrong_fit(agreement),
        *idle_rules(agreement),
        *unreachable_rules(agreement),
        *nosy_forms(agreement),
        *unknown_approvers(agreement),
        *wrong_examples(agreement),
        *odd_teams(teams),
    ]
    return sorted(found, key=lambda finding: not finding.fatal)


def unknown_facts(agreement: Agreement) -> Iterator[Finding]:
    """Find criteria on facts that no lead has."""
    for leaf in leaves(agreement.definition):
        for word in (leaf.field, leaf.scale):
            yield from unknown_word(agreement, word, f"criterion {leaf.id!r}")


def wrong_criteria(agreement: Agreement) -> Iterator[Finding]:
    """Find operators that a fact's type does not have, and values of the wrong kind."""
    types = agreement.types
    for leaf in leaves(agreement.definition):
        kind = types.get(leaf.scale or leaf.field)
        if kind is None:
            continue
        name = type_name(kind)
        if leaf.op not in OPERATORS[name]:
            allowed = ", ".join(sorted(OPERATORS[name]))
            yield fatal(
                f"criterion {leaf.id!r}: {leaf.field} is {name}, which has no {leaf.op}; "
                f"it has {allowed}"
            )
        elif fault := value_fault(leaf.op, leaf.value, kind):
            yield fatal(f"criterion {leaf.id!r}: {leaf.op} on {leaf.field} {fault}")


def missing_gates(agreement: Agreement) -> Iterator[Finding]:
    """Find hard gates that the definition lacks (R3.4)."""
    held = set(_gates(agreement.definition, wanted=True))
    for field, what in GATES.items():
        if field == "open_deal" and agreement.motion == "expansion":
            continue
        if field not in held:
            yield fatal(
                f"definition: nothing at its top demands {what}; add a criterion on {field!r} "
                "directly under the outer `all`"
            )


def _gates(criteria: Group | Leaf, *, wanted: bool) -> Iterator[str]:
    """Yield facts without whose right value the tree cannot come out as wanted."""
    if isinstance(criteria, Leaf):
        if _is_gate(criteria, wanted=wanted):
            yield criteria.field
    elif criteria.op in ("all", "none") and wanted:
        for child in criteria.of:
            yield from _gates(child, wanted=criteria.op == "all")


def _is_gate(leaf: Leaf, *, wanted: bool) -> bool:
    if leaf.field == "email":
        return leaf.op != "is_missing" if wanted else leaf.op == "is_missing"
    return leaf.op == ("is_false" if wanted else "is_true")


def missing_rows(agreement: Agreement) -> Iterator[Finding]:
    """Find reasons that crmbridge gives itself and that the recycle table lacks."""
    for reason in USED_BY_US:
        if reason not in agreement.reasons:
            yield fatal(f"recycle.reasons: no row for {reason!r}, which crmbridge itself gives")


def odd_teams(teams: Teams) -> Iterator[Finding]:
    """Find limits and weights that hand out nothing, or nearly all to one rep."""
    working = [rep for rep in teams.reps if rep.on]
    if not sum(rep.open_limit for rep in working):
        yield _odd("no rep is on with an open_limit above 0, so every lead will wait")
    for rep in working:
        if rep.open_limit > 500:
            yield _odd(f"rep {rep.id!r} may hold {rep.open_limit} open leads; is that meant?")
    weights = [rep.weight for rep in working]
    if weights and max(weights) > 20 * min(weights):
        yield _odd("the heaviest rep has more than 20 times the weight of the lightest")


def _odd(text: str) -> Finding:
    return Finding(text=f"teams.toml: {text}", fatal=False)
