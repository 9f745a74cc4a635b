"""Decides in which of the company's own stages a lead is, and when to look at it again.

Only who comes into a part of a stage, or leaves one, has an entry: where a lead stands otherwise
follows from its steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.agreement.stages import name_of
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import StageEntered
from crmbridge.model.state import LeadState
from crmbridge.policy.stages.reading import Reading, divided, next_turn, read


def reading_of(scene: Scene, lead: View) -> Reading:
    """Read a lead's own stage by the version in force at the scene's instant."""
    agreement = scene.company.agreement
    return read(agreement, lead.life.stage.value, lead.case, lead.facts, scene.now)


def own_name(scene: Scene, state: LeadState) -> str:
    """What the company calls the stage of a lead, as it was last decided."""
    return name_of(scene.company.agreement.stages, state.stage, state.part_in(state.stage))


def enter_stage(scene: Scene, lead: View) -> None:
    """Note that a lead is in another part of a stage than before; and look when waiting turns it.

    When another version begins, all leads are looked at anew (`agreement_in_force`).
    """
    core, before = lead.life.stage.value, lead.state.part
    if not divided(scene.company.agreement, core) and not before:
        return
    reading = reading_of(scene, lead)
    if _is_another(reading, before):
        told = StageEntered(
            core=core,
            part=reading.part,
            name=reading.name,
            version=scene.company.agreement.version,
            cycle=max(1, lead.life.cycle),
        )
        scene.decided(told, lead.id, _key(lead, reading))
    scored = (lead.scores, lead.facts)
    at = next_turn(scene.company.agreement, reading, lead.case, scored, scene.now)
    if at is not None:
        scene.work.due(lead.id, at, "own stage turns")


def _is_another(reading: Reading, before: Mapping[str, Any]) -> bool:
    """Whether a lead came into a part or left one; an id may be of another stage than before."""
    if not reading.part:
        return bool(before)
    return (reading.core, reading.part) != (before.get("core"), before.get("id"))


def _key(lead: View, reading: Reading) -> str:
    return f"{StageEntered.type}:{lead.id}:{lead.state.rev}:{reading.part}"
