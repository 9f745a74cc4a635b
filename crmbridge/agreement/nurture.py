"""The rules that put people on a nurture track who were never ready, and take them off again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.definition.criteria import Criteria
from crmbridge.model.lifecycle.stage import Stage as Lifecycle
from crmbridge.model.nearest import meant

RESTING = ("known", "engaged", "nurture", "customer")
"""Stages in which marketing has somebody at rest (R1.3): whom a rule may put on a track."""
SUPPRESS = "suppress"
"""The track of people to whom nothing may be sent; it is nobody's to nurture on."""

Stage = Annotated[str, Field(json_schema_extra={"enum": list(RESTING)})]


class NurtureRule(Table):
    """Who is on a track: whoever rests in one of `stages` and meets the criteria of `when`.

    Without `when` that is everybody in these stages. What is unknown does not hold. `past` lets
    people in who have done nothing since the company went live.
    """

    name: str = Field(min_length=1)
    track: str = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    when: Criteria | None = None
    past: bool = False

    @field_validator("stages")
    @classmethod
    def _somebody_rests_there(cls, stages: tuple[str, ...]) -> tuple[str, ...]:
        for stage in stages:
            if stage not in RESTING:
                some = f"name some of {', '.join(RESTING)}"
                hint = some if stage in list(Lifecycle) else meant(stage, RESTING, some)
                raise ValueError(f"nobody rests with marketing in the stage {stage!r}; {hint}")
        if len(set(stages)) < len(stages):
            raise ValueError("a stage stands there twice: name each once")
        return stages
