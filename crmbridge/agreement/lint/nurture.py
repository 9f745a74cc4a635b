"""What is doubtful or wrong in the rules of nurture: tracks with two owners, rules for nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmbridge.agreement.definition.criteria import leaves
from crmbridge.agreement.finding import Finding, fatal, odd
from crmbridge.agreement.lint.criteria import unknown_facts, wrong_criteria
from crmbridge.agreement.nurture import SUPPRESS, NurtureRule
from crmbridge.agreement.shape import Agreement


def shared_tracks(agreement: Agreement) -> Iterator[Finding]:
    """Find tracks that two rules would fill, or a rule and the recycle table."""
    owner: dict[str, str] = {}
    returns = {
        track: reason
        for reason, row in reversed(agreement.recycle.reasons.items())
        for track in (row.expansion_track, row.track)
        if track and row.class_ == "returns"
    }
    for rule in agreement.nurture:
        where = _where(rule)
        if rule.track in owner:
            yield fatal(
                f"{where}: the track {rule.track!r} is that of nurture {owner[rule.track]!r} too: "
                "give each rule a track of its own, or make one rule of both with `any`"
            )
        owner.setdefault(rule.track, rule.name)
        if rule.track in returns:
            yield fatal(
                f"{where}: the track {rule.track!r} is that of recycle.reasons."
                f"{returns[rule.track]} too: who was never ready needs a track of their own, "
                "since nobody could say which of both a person is on it for"
            )
        if rule.track == SUPPRESS:
            yield fatal(
                f"{where}: {SUPPRESS!r} is the track of people to whom nothing may be sent: name "
                "another one"
            )


def wrong_rules(agreement: Agreement) -> Iterator[Finding]:
    """Find rules with one name, with criteria that make no sense, or that nobody comes under."""
    names = Counter(rule.name for rule in agreement.nurture)
    for name in (name for name, many in names.items() if many > 1):
        yield fatal(f"two rules under [[nurture]] have the name {name!r}: give each its own")
    taken: dict[str, str] = {}
    for rule in agreement.nurture:
        yield from _criteria(agreement, rule)
        if all(stage in taken for stage in rule.stages):
            first = taken[rule.stages[0]]
            yield odd(
                f"{_where(rule)}: nobody comes under it, because {first!r} stands before it and "
                "takes everybody in its stages: put it first, or drop it"
            )
        if rule.when is None:
            taken |= {stage: rule.name for stage in rule.stages if stage not in taken}


def _criteria(agreement: Agreement, rule: NurtureRule) -> Iterator[Finding]:
    if rule.when is None:
        return
    where = f"{_where(rule)}: "
    ids = Counter(leaf.id for leaf in leaves(rule.when))
    for ident in (ident for ident, many in ids.items() if many > 1):
        yield fatal(f"{where}two criteria have the id {ident!r}: give each its own")
    yield from unknown_facts(agreement, rule.when, where)
    yield from wrong_criteria(agreement, rule.when, where)


def _where(rule: NurtureRule) -> str:
    return f"nurture {rule.name!r}"
