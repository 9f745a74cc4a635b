"""What a system's field is to call a lead's stage, where the agreement has a name of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.outward import Wanted
from crmbridge.mapping.own_stages import call_of


def by_own_names(
    scene: Scene, view: View, side: str, targets: Mapping[str, Wanted]
) -> dict[str, Wanted]:
    """Return what a record should hold, its stage by the agreement's name for it.

    The line `stage` of the mapping says in which field it stands; a stage without a name of its
    own there is called as the line says.
    """
    return {
        field: _called(scene, view, side, one) if one.word == "stage" else one
        for field, one in targets.items()
    }


def _called(scene: Scene, view: View, side: str, target: Wanted) -> Wanted:
    core = str(target.said)
    word, place = call_of(
        scene.company.agreement, scene.company.mapping.sides[side], core, view.state.part_in(core)
    )
    if not word:
        return target
    return replace(target, value=word, rule=f"agreement.toml {place}.calls.{side}", own=True)
