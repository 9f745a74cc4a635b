"""What a write that is owed counts as under the company's limits; see `policy.limits.judge`."""

from __future__ import annotations

from crmbridge.company import channel_of
from crmbridge.flows.fit import described
from crmbridge.flows.owed.changes import Change
from crmbridge.flows.owed.write import Write
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap
from crmbridge.model.side import MARKETING
from crmbridge.policy.limits.judge import Altered, goes_back, kinds_of


def counted(scene: Scene, write: Write) -> tuple[str, ...]:
    """What a write counts as, in one pass over its fields; a message to people as nothing."""
    if channel_of(write.side):
        return ()
    values = scene.company.mapping.track_values
    if write.action == "enroll":
        # of a track that has a value too, the property is what counts: it starts the workflow
        added = write.extra.get("add")
        return kinds_of((), enrols=bool(added) and added not in values)
    person = scene.company.mapping.person(write.side, write.obj)
    altered = [
        _altered(scene, write, person, name, change)
        for name, change in write.changes.items()
        if change.word != "opted_out"
    ]
    starts = any(
        one.word == "track" and one.said in values.values() for one in write.changes.values()
    )
    return kinds_of(altered, creates=not write.id, enrols=starts and _marketings(scene, write))


def _marketings(scene: Scene, write: Write) -> bool:
    return scene.company.stands(write.side, MARKETING)


def _altered(
    scene: Scene, write: Write, person: PersonMap | None, name: str, change: Change
) -> Altered:
    stage = change.word == "stage" and _marketings(scene, write)
    owner = person is not None and bool(person.owner) and name == person.owner
    return Altered(
        before=change.before,
        after=change.after,
        lost=change.lost,
        role="stage" if stage else "owner" if owner else "",
        backward=stage and _backward(scene, write, person, change),
    )


def _backward(scene: Scene, write: Write, person: PersonMap | None, change: Change) -> bool:
    line = person.fields.get("stage") if person else None
    if line is None:
        return False
    known = described.of(scene, write.side)
    field = known.fields.get(write.obj, {}).get(line.field) if known else None
    return goes_back(
        str(change.before or ""),
        str(change.after or ""),
        line.values,
        field.choices if field else (),
        scene.company.own_names[write.side],
    )
