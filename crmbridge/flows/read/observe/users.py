"""Salespeople as the vendors know them."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.company import digest
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.scene.scene import Reps, Scene, mark_of
from crmbridge.model.payload import UserSeen
from crmbridge.model.rep import VendorUser
from crmbridge.store import trail


def observe_users(scene: Scene, users: Sequence[VendorUser], counted: Counted) -> None:
    """Note new and changed users, and match them with the teams file again."""
    known = trail.get_users(scene.tx, [str(user.ref) for user in users])
    changed = False
    for user in users:
        row = known.get(str(user.ref))
        mark = mark_of(user.email) if user.email else ""
        if row and (row.email or "") == mark and row.active == user.active:
            counted.unchanged += 1
            continue
        changed = True
        counted.changed += 1
        told = UserSeen(ref=user.ref, email=mark, name=user.name, active=user.active)
        version = digest([told.to_json(), scene.now.isoformat()])
        scene.observed(told, "", f"user:{user.ref}:{version}", scene.now)
    if changed:
        scene.work.flush()
        scene.reps = Reps.load(scene.company, scene.tx)
