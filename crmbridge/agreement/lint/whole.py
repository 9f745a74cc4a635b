"""What is doubtful or wrong in an agreement beyond its shape."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from crmbridge.agreement.definition.criteria import Group, Leaf, leaves
from crmbridge.agreement.finding import Finding, fatal, odd
from crmbridge.agreement.lint.criteria import unknown_facts, wrong_criteria
from crmbridge.agreement.lint.nurture import shared_tracks, wrong_rules
from crmbridge.agreement.lint.revenue import idle_models, odd_headline, wrong_targets
from crmbridge.agreement.lint.routing import odd_teams, unknown_team_facts
from crmbridge.agreement.lint.scoring import (
    idle_rules,
    nosy_forms,
    unknown_approvers,
    unreachable_rules,
    wrong_examples,
    wrong_fit,
)
from crmbridge.agreement.lint.stages import criteria_of_parts, wrong_stages
from crmbridge.agreement.recycle import USED_BY_US
from crmbridge.agreement.routing.teams import Teams
from crmbridge.agreement.shape import Agreement

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
        *unknown_facts(agreement, agreement.definition, ""),
        *wrong_criteria(agreement, agreement.definition, ""),
        *_expansion(agreement),
        *missing_gates(agreement),
        *missing_rows(agreement),
        *barred_returns(agreement),
        *shared_tracks(agreement),
        *wrong_rules(agreement),
        *wrong_fit(agreement),
        *wrong_stages(agreement),
        *wrong_targets(agreement),
        *odd_headline(agreement),
        *idle_models(agreement),
        *idle_rules(agreement),
        *unreachable_rules(agreement),
        *nosy_forms(agreement),
        *unknown_approvers(agreement),
        *wrong_examples(agreement),
        *unknown_team_facts(agreement, teams),
        *odd_teams(teams),
    ]
    return sorted(found, key=lambda finding: not finding.fatal)


def missing_gates(agreement: Agreement) -> Iterator[Finding]:
    """Find hard gates that a definition lacks (R3.4); a customer may have an open deal."""
    trees: list[tuple[str, Group | Leaf, bool]] = [
        ("definition", agreement.definition, agreement.motion == "expansion")
    ]
    if agreement.expansion is not None:
        trees.append(("definition.expansion", agreement.expansion, True))
    for where, tree, sold_again in trees:
        held = set(_gates(tree, wanted=True))
        for field, what in GATES.items():
            if field not in held and not (field == "open_deal" and sold_again):
                yield fatal(
                    f"{where}: nothing at its top demands {what}; add a criterion on {field!r} "
                    "directly under the outer `all`"
                )


def _expansion(agreement: Agreement) -> Iterator[Finding]:
    """Find what is wrong with the definition of customers, and customers whom it never lets in."""
    tree = agreement.expansion
    if tree is None:
        return
    yield from unknown_facts(agreement, tree, "definition.expansion: ")
    yield from wrong_criteria(agreement, tree, "definition.expansion: ")
    if "customer" in _gates(tree, wanted=True):
        yield fatal(
            "definition.expansion: it judges customers alone, and a criterion on 'customer' keeps "
            "all of them back: take that criterion out"
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
    if leaf.field in ("opted_out", "email") and leaf.if_missing == ("pass" if wanted else "fail"):
        return False  # who may be written to, and where, has to be known (R3.2)
    if leaf.field == "email":
        return leaf.op != "is_missing" if wanted else leaf.op == "is_missing"
    return leaf.op == ("is_false" if wanted else "is_true")


def strange_money(agreement: Agreement, currency: str) -> list[Finding]:
    """Find criteria on money for which there is no rate; `currency` is the company's."""
    known = {currency, *(rate.currency for rate in agreement.rates)}
    found = []
    both = [one for one in (agreement.definition, agreement.expansion) if one is not None]
    trees = [*both, *(one.when for one in agreement.nurture if one.when)]
    asked = [(f"criterion {one.id!r}", one) for tree in trees for one in leaves(tree)]
    for where, leaf in (*asked, *criteria_of_parts(agreement)):
        values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
        for one in values:
            word = one.get("currency") if isinstance(one, dict) else None
            if word and word not in known:
                found.append(
                    odd(
                        f"{where}: no line under [[rates]] for {word}, so that no "
                        f"amount in {currency} can be compared with it: add one"
                    )
                )
    return found


def missing_rows(agreement: Agreement) -> Iterator[Finding]:
    """Find reasons that crmbridge gives itself and that the recycle table lacks."""
    for reason in USED_BY_US:
        if reason not in agreement.reasons:
            near = get_close_matches(reason, agreement.reasons, n=1)
            hint = f"; is {near[0]!r} meant to be it?" if near else ""
            yield fatal(
                f"recycle.reasons: no row for {reason!r}, which crmbridge itself gives: add a "
                f"line for it{hint}"
            )


def barred_returns(agreement: Agreement) -> Iterator[Finding]:
    """Find reasons whose leads are said to come back, and never can (R5.3)."""
    for reason, row in agreement.recycle.reasons.items():
        if row.class_ == "returns" and row.counts_loop and not row.max_loops:
            yield odd(
                f"recycle.reasons.{reason}: max_loops is 0, so the first return is one too many "
                "and only a person sends the lead again: set max_loops, or make it class out"
            )
