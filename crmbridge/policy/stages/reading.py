"""In which of the company's own stages a lead is, by its core stage, its facts and its touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from crmbridge.agreement.definition.criteria import leaves
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.stages import StagePart, name_of
from crmbridge.model.record import Value
from crmbridge.policy.definition.evaluate import Verdict
from crmbridge.policy.prepared import Kept
from crmbridge.policy.qualify.judge import Case, Judged, facts_at, verdict_on
from crmbridge.policy.qualify.turns_at import GRADED, turns_at
from crmbridge.policy.scoring.all_scores import Scores

SCORED = frozenset({"engagement", "engagement_since", *GRADED})
"""Facts that follow from the engagement score, and may rise while a penalty fades."""

Scored = tuple[Scores, Mapping[str, Value]]
"""The scores of a lead at one instant, and all its facts then."""
_Asked = Mapping[str, tuple[tuple[StagePart, Agreement], ...]]
"""Core stage -> its parts, each with an agreement whose definition is the part's criteria."""


def _asked(agreement: Agreement) -> _Asked:
    return {
        core: tuple(
            (part, agreement.model_copy(update={"definition": part.when})) for part in own.parts
        )
        for core, own in agreement.stages.items()
    }


_asks = Kept[Agreement, _Asked](_asked).of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """In which stage a lead is: `part` is an id, empty for the rest of the core stage.

    `tried` are the core's parts in the order of the file, each with whether the lead meets it.
    """

    core: str
    part: str
    name: str
    tried: tuple[tuple[StagePart, Verdict], ...] = ()


def divided(agreement: Agreement, core: str) -> bool:
    """Whether a core stage has parts."""
    return bool(_asks(agreement).get(core))


def read(
    agreement: Agreement, core: str, case: Case, facts: Mapping[str, Value], as_of: datetime
) -> Reading:
    """Read in which stage a lead is; of the parts that it meets the last counts.

    `facts` are all of them, scores too, as of that instant. What nobody knows is not met, as in the
    definition.
    """
    tried = tuple(
        (part, verdict_on(agreement, part.when, case, facts, as_of))
        for part, _ in _asks(agreement).get(core, ())
    )
    part = next((one.id for one, verdict in reversed(tried) if verdict.ready), "")
    return Reading(core=core, part=part, name=name_of(agreement.stages, core, part), tried=tried)


def read_at(agreement: Agreement, case: Case, as_of: datetime) -> tuple[Reading, Scored]:
    """Score a case at an instant and read its stage; its facts name the core stage."""
    scored = facts_at(agreement, case, as_of)
    return read(agreement, core_of(case), case, scored[1], as_of), scored


def core_of(case: Case) -> str:
    """The core stage of a case, as its facts have it."""
    return str(case.facts.get("stage") or "known")


def next_turn(
    agreement: Agreement,
    reading: Reading,
    case: Case,
    scored: Scored,
    as_of: datetime,
) -> datetime | None:
    """Return when waiting alone may move a lead to another stage; `None` for never.

    `scored` are its scores and facts. It is the first whole second at which the part that it is in,
    or a later one, comes out otherwise. An earlier one changes nothing until then. As with the
    definition, the answer is at most a day away where a penalty fades and criteria ask for a score.
    """
    return min(_turns(agreement, reading, case, scored, as_of), default=None)


def _turns(
    agreement: Agreement,
    reading: Reading,
    case: Case,
    scored: Scored,
    as_of: datetime,
) -> Iterator[datetime]:
    asked = {part.id: asking for part, asking in _asks(agreement).get(reading.core, ())}
    found, facts = scored
    for part, verdict in reversed(reading.tried):
        judged = Judged(scores=found, facts=dict(facts), verdict=verdict)
        rises = any(leaf.field in SCORED for leaf in leaves(part.when))
        at = turns_at(asked[part.id], case, judged, as_of, scored=rises)
        if at is not None:
            yield at
        if part.id == reading.part:
            return
