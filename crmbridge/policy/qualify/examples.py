"""Runs the examples inside an agreement, and says which criteria they leave untried (R3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmbridge.agreement.definition.examples import Example
from crmbridge.agreement.finding import Finding, fatal, odd
from crmbridge.agreement.shape import Agreement
from crmbridge.model.lead import Ref
from crmbridge.model.record import Value
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.definition.tree import LeafNode, Node
from crmbridge.policy.qualify.judge import Case, Judged, judge_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of an example; `why` is empty when it came out as expected.

    `held` and `failed` are the criteria that stood as they should and those that did not.
    """

    name: str
    expect: str
    why: str
    held: frozenset[str]
    failed: frozenset[str]
    judged: Judged

    @property
    def passed(self) -> bool:
        """Whether it came out as expected."""
        return not self.why


def try_all(agreement: Agreement, currency: str = "") -> list[Tried]:
    """Run every example of an agreement, in the order of the file.

    `currency` is the company's, for criteria on money.
    """
    return [_try(agreement, one, currency) for one in agreement.tests]


def _try(agreement: Agreement, example: Example, currency: str) -> Tried:
    judged = judge_at(agreement, _case(agreement, example, currency), example.instant(agreement.tz))
    results = dict(_results(judged.verdict.tree, wanted=True))
    failed = frozenset(name for name, fine in results.items() if not fine)
    return Tried(
        name=example.name,
        expect=example.expect,
        why=_why(example, judged, frozenset(hindering(judged.verdict.tree))),
        held=frozenset(results) - failed,
        failed=failed,
        judged=judged,
    )


BASE: dict[str, Value] = {
    "email": "someone@somewhere.example",
    "opted_out": False,
    "internal": False,
    "open_deal": False,
    "customer": False,
    "no_fit": False,
    "stage": "engaged",
    "cycle": 1,
}
"""What an example's lead is unless it says otherwise: somebody new who may be written to."""


def _case(agreement: Agreement, example: Example, currency: str) -> Case:
    at, zone = example.instant(agreement.tz), agreement.tz
    facts = {**BASE, **{word: _value(one) for word, one in example.facts.items()}}
    facts.setdefault("motion", "expansion" if facts["customer"] is True else "new")
    address = facts.get("email")
    if isinstance(address, str) and "@" in address:
        facts.setdefault("email_domain", address.rsplit("@", 1)[1])
    touches = [
        Touch(
            ref=Ref(system="test", obj="touch", id=f"{number:04}"),
            at=example.at(one, zone),
            kind=one.kind,
            asset=one.asset,
            value=one.value,
        )
        for number, one in enumerate(example.touches)
    ]
    return Case(
        facts=facts,
        touches=touches,
        opened=min([at, *(one.at for one in touches)]),
        zone=zone,
        exchange=Exchange(currency=currency, rates=agreement.rates, zone=zone),
        fixed={word: _value(one) for word, one in example.facts.items()},
    )


def _value(given: object) -> Value:
    if given == "":  # TOML has no null: an empty text stands for what nobody knows
        return None
    return tuple(given) if isinstance(given, list) else given  # type: ignore[return-value]


def _why(example: Example, judged: Judged, hinders: frozenset[str]) -> str:
    ready = judged.verdict.ready
    if ready != (example.expect == "ready"):
        if ready:
            return "expected not, but the lead is ready"
        return f"expected ready, but these keep it back: {', '.join(sorted(hinders))}"
    if example.failing and set(example.failing) != hinders:
        return (
            f"expected to fail by {', '.join(sorted(example.failing))}, but it fails by "
            f"{', '.join(sorted(hinders))}"
        )
    return ""


def hindering(node: Node, *, wanted: bool = True) -> Iterator[str]:
    """Yield the criteria on whose account a tree does not come out as wanted."""
    if node.result is wanted:
        return
    if isinstance(node, LeafNode):
        yield node.id
        return
    for child in node.of:
        yield from hindering(child, wanted=wanted is not (node.op == "none"))


def _results(node: Node, *, wanted: bool) -> Iterator[tuple[str, bool]]:
    """Yield every criterion, and whether it stands as its place in the tree would have it."""
    if isinstance(node, LeafNode):
        yield node.id, node.result is wanted
        return
    for child in node.of:
        yield from _results(child, wanted=wanted is not (node.op == "none"))


def faults(agreement: Agreement, currency: str = "") -> list[Finding]:
    """Find examples that do not come out as expected; `currency` is the company's."""
    return [
        fatal(f"version {agreement.version}: test {one.name!r}: {one.why}")
        for one in try_all(agreement, currency)
        if not one.passed
    ]


def uncovered(agreement: Agreement) -> list[Finding]:
    """Find criteria that no example passes, or that none fails."""
    tried = try_all(agreement)
    if not tried:
        return [odd(f"version {agreement.version} has no example: add some under [[test]]")]
    held = frozenset().union(*(one.held for one in tried))
    failed = frozenset().union(*(one.failed for one in tried))
    found = []
    for ident in agreement.criteria_ids:
        lacks = [word for word, seen in (("passes", held), ("fails", failed)) if ident not in seen]
        if lacks:
            found.append(
                odd(f"criterion {ident!r}: no example under [[test]] {' or '.join(lacks)} it")
            )
    return found
