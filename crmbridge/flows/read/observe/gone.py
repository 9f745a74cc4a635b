"""Records that stood for a touch or a role and were deleted: what they said counts no more."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.roles import load_roles, observe_roles
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Role
from crmbridge.model.lead import Ref
from crmbridge.model.payload import TouchGone
from crmbridge.model.touch import Gone


def observe_gone(scene: Scene, gone: Sequence[Gone], counted: Counted) -> None:
    """Take back the touches and roles of records that are no more; one never seen is no news."""
    load_roles(scene, (one.ref for one in gone))
    for one in gone:
        was_role = _end_role(scene, one, counted)
        news = _take_back(scene, one)
        counted.changed += news
        counted.unchanged += not news and not was_role


def _end_role(scene: Scene, gone: Gone, counted: Counted) -> bool:
    """End the role that a record stood for; return whether it stood for one."""
    role = scene.work.deals.role(str(gone.ref))
    if role is None:
        return False
    deal, person = Ref.parse(role.deal), Ref.parse(role.person)
    observe_roles(scene, [Role(ref=gone.ref, deal=deal, person=person, live=False)], counted)
    return True


def _take_back(scene: Scene, gone: Gone) -> bool:
    """Take back all touches of a record; return whether any counted."""
    rows = [row for row in scene.work.touches_from(str(gone.ref)) if not row.data.get("gone")]
    for row in rows:
        lead = follow(scene, row.lead) if row.lead else ""
        key = f"touch_gone:{row.id}:{scene.work.turn()}"
        at = gone.changed_at or scene.now
        scene.observed(TouchGone(id=row.id), lead, key, at, source=str(gone.ref))
        if lead:
            scene.work.due(lead, scene.now, "touch deleted")
    return bool(rows)
