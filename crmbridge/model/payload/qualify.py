"""Whether leads are sales-ready, their scores, and the version of the agreement that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import Number, Part, Perhaps, Stamp, entry
from crmbridge.model.state import Happened


@entry
class _Judged(Step):
    """A verdict: the tree of criteria as it was told, and the numbers behind it."""

    verdict: Perhaps[Mapping[str, Any]]
    engagement: Perhaps[Number]
    engagement_since: Perhaps[Number]
    reentry: Perhaps[str]
    definition: Perhaps[str]


@entry
class Ready(_Judged):
    """A lead meets the definition, and waits for sales; `motion` is expansion for a customer."""

    type = "ready"
    motion: str = ""

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, kind=self.motion)


@entry
class Unready(_Judged):
    """A lead in the line does not meet the definition any more."""

    type = "unready"


@entry
class Score(Part):
    """What both systems are to hold of a lead's scores, in whole points.

    `given` is since when the hand-off stands with which they were told, if there was one.
    """

    grade: str
    rating: str
    engagement: int
    score_fit: int | None
    given: Stamp


@entry
class Scored(Payload):
    """Other scores are to be told."""

    type = "scored"
    score: Score


@entry
class AgreementInForce(Payload):
    """Another version of the agreement is in force; `before` is empty for the first one."""

    type = "agreement_in_force"
    version: int
    hash: str
    before: str
