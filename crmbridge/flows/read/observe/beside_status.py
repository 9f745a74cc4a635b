"""What a record of sales says beside its status: who set it, and whether it was converted."""

from __future__ import annotations

from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap
from crmbridge.model.lead import Sighting, StatusType
from crmbridge.model.state import SeenState


def is_automatic(scene: Scene, sighting: Sighting, before: SeenState) -> bool:
    """Whether an automation is known to have set the status, and no person.

    Vendors tell who saved a record last, and not who set which field. Where the look shows another
    field changed beside the status, or a reason, the last to save may have set only that.
    """
    if not scene.reps.is_automation(sighting.changed_by):
        return False
    status, person = sighting.status, person_of(scene, sighting)
    if status is None or person is None or person.status is None:
        return False
    if any(sighting.raw.get(name) for name in person.status.reason.fields):
        return False
    told = {
        name
        for name, value in sighting.raw.items()
        # of a record that we made, what is empty was never looked at
        if before.raw.get(name) != value and (name in before.raw or value not in (None, False, ""))
    }
    return not before.raw or told <= {person.status.field, *person.status.reason.fields}


def person_of(scene: Scene, sighting: Sighting) -> PersonMap | None:
    """The table of the mapping that describes a record; `None` where none does."""
    return scene.company.mapping.person(sighting.ref.system, sighting.ref.obj)


def is_qualified(scene: Scene, sighting: Sighting) -> bool:
    """Whether a record is open work that somebody qualified, and no conversion."""
    status, person = sighting.status, person_of(scene, sighting)
    if status is None or status.type is not StatusType.WON or sighting.converted_to is not None:
        return False
    flag = person.converted.flag if person and person.converted else ""
    return not flag or sighting.raw.get(flag) is not True
