"""The part of an explanation that tells the company's own stage, by which criteria, since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmbridge.agreement.stages import name_of, named
from crmbridge.flows.explain.facts import Sources, with_sources
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.stages.enter import reading_of
from crmbridge.model.codec import instant
from crmbridge.model.event import Event, said
from crmbridge.model.payload import StageEntered
from crmbridge.policy.definition.tree import WORDS
from crmbridge.policy.stages.reading import divided, next_turn


def own_stage_told(
    scene: Scene, look: View, sources: Sources, entries: Sequence[Event]
) -> dict[str, Any]:
    """Return the lead's own stage, with the criteria of every part of its core stage.

    `id` is the part that it is in as it was last decided, empty outside of all parts; `name` what
    the company calls that, `core_name` the whole core stage. `since` is when it entered the part,
    and `under` by which version, both empty outside. `parts` are in the order of the file.
    `criteria_say` is the part by the criteria at this instant, which the next pass notes, `until`
    when waiting alone may change it. `entered` are all entries, the oldest first, `names` what the
    company calls core stages that it gives another name.
    """
    agreement, core = scene.company.agreement, look.life.stage.value
    part = look.state.part_in(core)
    reading = reading_of(scene, look)
    entered = [(event.at, one) for event in entries for one in said([event], StageEntered)]
    last = next((one for _, one in reversed(entered) if one.part == part), None) if part else None
    turn = None
    if divided(agreement, core):
        scored = (look.scores, look.facts)
        turn = next_turn(agreement, reading, look.case, scored, scene.now)
    return {
        "id": part,
        "name": name_of(agreement.stages, core, part),
        "core_name": name_of(agreement.stages, core),
        "since": look.state.part["at"] if part else "",
        "under": f"version {last.version}" if last else "",
        "names": {
            one: name for one, own, name in named(agreement.stages) if own is None and name != one
        },
        "criteria_say": reading.part,
        "until": instant(turn) if turn else "",
        "parts": [
            {
                "id": one.id,
                "name": one.name,
                "result": WORDS[verdict.result],
                "criteria": with_sources(verdict.explain(), sources),
            }
            for one, verdict in reading.tried
        ],
        "entered": [
            {
                "at": instant(at),
                "stage": one.core,
                "part": one.part,
                "name": one.name,
                "version": one.version,
                "cycle": one.cycle,
            }
            for at, one in entered
        ],
    }
