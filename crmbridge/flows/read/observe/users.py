"""Salespeople as the vendors know them."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.company import digest
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.scene.reps import handle_mark
from crmbridge.flows.scene.scene import Reps, Scene, mark_of
from crmbridge.model.payload import UserSeen
from crmbridge.model.rep import VendorUser
from crmbridge.model.side import SALES
from crmbridge.store import leads, trail
from crmbridge.store.rows import UserRow


def observe_users(scene: Scene, users: Sequence[VendorUser], counted: Counted) -> None:
    """Note new and changed users, and match them with the teams file again."""
    known = trail.get_users(scene.tx, [str(user.ref) for user in users])
    changed = False
    for user in users:
        row = known.get(str(user.ref))
        mark = mark_of(user.email) if user.email else ""
        handle = handle_mark(user.handle)
        if row and _is_known(row, user, mark, handle):
            counted.unchanged += 1
            continue
        changed = True
        counted.changed += 1
        told = UserSeen(ref=user.ref, email=mark, name=user.name, active=user.active, handle=handle)
        version = digest([told.to_json(), scene.now.isoformat()])
        scene.observed(told, "", f"user:{user.ref}:{version}", scene.now)
    if changed:
        scene.work.flush()
        scene.reps = Reps.load(scene.company, scene.tx)
        _look_at_their_work(scene, users)


def _is_known(row: UserRow, user: VendorUser, mark: str, handle: str) -> bool:
    """Whether a user says what is known; a name counts where it is all that there is."""
    same = (row.email or "") == mark and row.active == user.active
    same = same and row.data.get("handle", "") == handle
    return same and bool(mark or row.data.get("name", "") == user.name)


def _look_at_their_work(scene: Scene, users: Sequence[VendorUser]) -> None:
    """Open work of owners who turn out to have left, or to be a queue, comes back at once."""
    theirs = [one.ref for one in users if scene.company.stands(one.ref.system, SALES)]
    named = {scene.reps.rep_of.get(str(ref), f"{ref.system}:{ref.id}") for ref in theirs}
    nobody = sorted(one for one in named if scene.reps.is_nobody(one))
    as_user = [f"{ref.system}:{ref.id}" for ref in theirs if str(ref) in scene.reps.rep_of]
    for lead in leads.open_work_of(scene.tx, [*nobody, *as_user]):
        scene.work.due(lead, scene.now, "its owner has changed")
    promised = {one.id for one in leads.assigned(scene.tx)} if nobody else set()
    scene.work.load_leads(promised)
    for lead in sorted(promised):
        if (scene.work.state(lead).assigned or {}).get("rep") in nobody:
            scene.work.due(lead, scene.now, "its rep has left")
