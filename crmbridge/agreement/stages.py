"""What a company calls the stages of a lead, and into which parts it divides them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.definition.criteria import Criteria
from crmbridge.agreement.signing import Side

CoreStage = Literal[
    "known",
    "engaged",
    "nurture",
    "ready",
    "handed",
    "accepted",
    "qualified",
    "opportunity",
    "customer",
    "disqualified",
]
ORDER: tuple[CoreStage, ...] = get_args(CoreStage)
"""The core stages that somebody can be in, in the order in which people read them."""
OUT = "disqualified"

PartId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Called = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Calls = dict[Side, Called]
"""Side -> the value by which that system's own field calls a stage."""


class StagePart(Table):
    """A part of a core stage: a lead that meets `when` is in it, unless a later part has it too.

    `id` is for files and reports, `name` for people. `calls` is as in `OwnStage`. A `when` of one
    line that has no id of its own has the part's.
    """

    id: PartId
    name: Called
    when: Criteria
    calls: Calls = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_line_needs_no_id(cls, data: Any) -> Any:
        when = data.get("when") if isinstance(data, dict) else None
        if not isinstance(when, dict) or "id" in when or "of" in when or "id" not in data:
            return data
        return data | {"when": {"id": data["id"], **when}}


class OwnStage(Table):
    """What the company makes of one core stage.

    `name` is what people see, the core's own word when empty. `calls` is what a system calls it,
    in the place of what the mapping's line `stage` says. `parts` stand from the earliest to the
    furthest; of those that a lead meets the last counts, and who meets none is in the rest, which
    has the stage's own name.
    """

    name: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    calls: Calls = Field(default_factory=dict)
    parts: tuple[StagePart, ...] = ()


Stages = dict[CoreStage, OwnStage]
Given = Mapping[CoreStage, OwnStage]
_NOTHING = OwnStage()


def own_of(stages: Given, core: str) -> OwnStage:
    """Return what the company makes of a core stage: nothing, where it says nothing of it."""
    return next((one for name, one in stages.items() if name == core), _NOTHING)


def named(
    stages: Given,
) -> Iterator[tuple[CoreStage, StagePart | None, str]]:
    """Yield every stage as the company divides it, in order: core, part or `None`, name."""
    for core in ORDER:
        own = own_of(stages, core)
        yield core, None, own.name or core
        for part in own.parts:
            yield core, part, part.name


def called(
    stages: Given,
) -> Iterator[tuple[CoreStage, StagePart | None, str, str]]:
    """Yield every name of a system's that the file gives: core, part or `None`, side, name."""
    for core, part, _ in named(stages):
        source = part if part is not None else own_of(stages, core)
        for side, word in source.calls.items():
            yield core, part, side, word


def place_of(core: str, part: StagePart | None) -> str:
    """Where a stage stands in the file, as findings name it."""
    return f"stages.{core}" + (f".parts {part.id!r}" if part is not None else "")


def part_of(stages: Given, core: str, ident: str) -> StagePart | None:
    """Return a part of a core stage by its id; `None` where the version has none of that id."""
    return next((one for one in own_of(stages, core).parts if one.id == ident), None)


def name_of(stages: Given, core: str, ident: str = "") -> str:
    """Return what people see: a part's name, else the core stage's, else its word.

    A part that the version does not have is shown by the stage that it was a part of.
    """
    if ident and (part := part_of(stages, core, ident)) is not None:
        return part.name
    return own_of(stages, core).name or core
