"""Which nurture rule a lead at rest comes under, and when that turns by waiting alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crmbridge.agreement import Agreement
from crmbridge.agreement.nurture import NurtureRule
from crmbridge.model.record import Value
from crmbridge.policy.definition.evaluate import Verdict
from crmbridge.policy.prepared import Kept
from crmbridge.policy.qualify.judge import Case, Judged, verdict_on
from crmbridge.policy.qualify.may_rise import may_rise
from crmbridge.policy.qualify.turns_at import turns_at
from crmbridge.policy.scoring.all_scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A lead at rest with marketing, as it stands at one instant: its stage, scores and facts."""

    stage: str
    case: Case
    scores: Scores
    facts: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The rule that holds, `None` for none.

    `looked` are the rules of the lead's stage up to that one, each with its verdict: `None` for a
    rule without criteria.
    """

    rule: NurtureRule | None
    looked: tuple[tuple[NurtureRule, Verdict | None], ...] = ()


def choose(agreement: Agreement, lead: Resting, as_of: datetime) -> Chosen:
    """Return the first rule in the file's order that holds; what is unknown does not."""
    looked: list[tuple[NurtureRule, Verdict | None]] = []
    for rule in agreement.nurture:
        if lead.stage not in rule.stages:
            continue
        verdict = _verdict(agreement, rule, lead, as_of)
        looked.append((rule, verdict))
        if verdict is None or verdict.ready:
            return Chosen(rule=rule, looked=tuple(looked))
    return Chosen(rule=None, looked=tuple(looked))


def _verdict(
    agreement: Agreement, rule: NurtureRule, lead: Resting, as_of: datetime
) -> Verdict | None:
    if rule.when is None:
        return None
    return verdict_on(agreement, rule.when, lead.case, lead.facts, as_of)


def next_turn(
    agreement: Agreement, lead: Resting, chosen: Chosen, as_of: datetime
) -> datetime | None:
    """Return when another rule may hold without any event; `None` for never within ten years.

    A rule that holds may cease to, and one before it may begin to.
    """
    return min(_turns(agreement, lead, chosen, as_of), default=None)


def _turns(
    agreement: Agreement, lead: Resting, chosen: Chosen, as_of: datetime
) -> Iterator[datetime]:
    by_rule = _as_definitions(agreement)
    for rule, verdict in chosen.looked:
        if verdict is None:
            continue
        alone = by_rule[rule.name]
        if verdict.ready or may_rise(alone, lead.facts, lead.scores, as_of):
            judged = Judged(scores=lead.scores, facts=lead.facts, verdict=verdict)
            if at := turns_at(alone, lead.case, judged, as_of):
                yield at


def _definitions(agreement: Agreement) -> dict[str, Agreement]:
    """The agreement once for each rule, as if the rule's criteria were the definition."""
    return {
        rule.name: agreement.model_copy(update={"definition": rule.when})
        for rule in agreement.nurture
        if rule.when is not None
    }


_as_definitions = Kept[Agreement, dict[str, Agreement]](_definitions).of
