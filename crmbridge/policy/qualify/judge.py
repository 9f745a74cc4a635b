"""A lead judged at an instant: base facts and touches to scores, facts and a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from crmbridge.agreement.definition.criteria import Group, Leaf
from crmbridge.agreement.shape import Agreement
from crmbridge.model.record import Value
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.evaluate import Verdict, evaluate
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.definition.terms import terms
from crmbridge.policy.definition.tree import Origin
from crmbridge.policy.scoring.all_scores import Scores, score_facts, scores
from crmbridge.policy.scoring.fit import NO_FIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What does not change by waiting: facts without scores, touches, when the cycle began.

    `fixed` are facts that win over what follows from touches (an example's own).
    """

    facts: Mapping[str, Value]
    touches: Sequence[Touch]
    opened: datetime
    zone: tzinfo
    exchange: Exchange
    origins: Mapping[str, Origin] = field(default_factory=dict)
    fixed: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Scores, all facts, and the verdict that follows."""

    scores: Scores
    facts: dict[str, Value]
    verdict: Verdict


def facts_at(agreement: Agreement, case: Case, as_of: datetime) -> tuple[Scores, dict[str, Value]]:
    """Score a case at an instant; return the scores, and all facts with them."""
    past = [touch for touch in case.touches if touch.at <= as_of]
    found = scores(agreement, case.facts, past, as_of, case.opened, zone=case.zone)
    return found, facts_with(found, case, len(past))


def facts_with(found: Scores, case: Case, touches: int) -> dict[str, Value]:
    """Return all facts of a case whose scores are known; `touches` is how many counted."""
    return {**case.facts, **score_facts(found, touches), **case.fixed}


def scored_alike(agreement: Agreement, one: Case, other: Case) -> bool:
    """Whether two cases of the same touches have the same scores at every instant.

    So it is while the same cycle goes on and nothing that fit asks for changed: scores follow from
    no more than these.
    """
    words = terms(agreement).fitting | {NO_FIT}
    return one.opened == other.opened and all(
        one.facts.get(word) == other.facts.get(word) for word in words
    )


def judge_at(agreement: Agreement, case: Case, as_of: datetime) -> Judged:
    """Judge a case by an agreement at an instant; pure, and the same for the same input."""
    found, facts = facts_at(agreement, case, as_of)
    verdict = verdict_on(agreement, agreement.judging(facts), case, facts, as_of)
    return Judged(scores=found, facts=facts, verdict=verdict)


def verdict_on(
    agreement: Agreement,
    tree: Group | Leaf,
    case: Case,
    facts: Mapping[str, Value],
    as_of: datetime,
) -> Verdict:
    """Judge a case by any criteria of an agreement; `facts` are all of them, as of that instant."""
    return evaluate(
        tree,
        facts,
        terms(agreement).types,
        as_of,
        case.zone,
        origins=case.origins,
        touches=case.touches,
        exchange=case.exchange,
    )
