"""Open work that nobody has: its owner has left, or put it into a queue; it comes back at once."""

from __future__ import annotations

from crmbridge.agreement.recycle import IN_QUEUE, OWNER_LEFT
from crmbridge.flows.reps.unassign import unassign
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Notice, Scene
from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.model.payload import Recalled
from crmbridge.model.side import SALES, named_in_entry
from crmbridge.store import leads


def give_up(scene: Scene, view: View) -> bool:
    """Take back what nobody has; return whether that happened now.

    A hand-off that is on its way to somebody who has left goes to another. Work on an open deal
    stays: the deal has an owner of its own.
    """
    if _promised_to_nobody(scene, view):
        unassign(scene, view.id, "the rep is no active user of the sales system any more")
        return True
    if _promised_to_no_system(scene, view):
        unassign(scene, view.id, "its system of sales is named no more")
        return True
    if _promised_elsewhere(scene, view):
        unassign(scene, view.id, "the rep works in another system of sales by now")
        return True
    owner = view.state.owner
    if view.life.stage not in OPEN_WORK or not scene.reps.is_nobody(owner):
        return False
    if view.passes_on:
        return False  # their part is done: the lead waits for the next team, and goes on
    reason = IN_QUEUE if owner in scene.reps.queues else OWNER_LEFT
    key = f"recalled:{view.id}:{view.life.cycle}:{view.state.rev}"
    if reason == OWNER_LEFT:
        _tell(scene, view, owner)
    scene.decided(Recalled(reason=reason, back=_goes_back(scene, reason)), view.id, key)
    return True


def _goes_back(scene: Scene, reason: str) -> bool:
    """Whether a lead that a team handed on goes back to it; such a reason may lack a row."""
    rows = scene.company.agreement.recycle.reasons
    row = rows.get(reason) or rows.get("stale_untouched")
    return row is not None and row.handed_on == "back"


def _promised_to_nobody(scene: Scene, view: View) -> bool:
    assigned = view.state.assigned
    return assigned is not None and str(assigned["rep"]) in scene.reps.gone


def _promised_to_no_system(scene: Scene, view: View) -> bool:
    """Whether a hand-off waits for a system of sales that the mapping names no more."""
    assigned = view.state.assigned or {}
    return bool(assigned) and not scene.company.stands(
        named_in_entry(assigned.get("system", "")), SALES
    )


def _promised_elsewhere(scene: Scene, view: View) -> bool:
    """Whether a hand-off waits for a rep whom the teams file has in another system by now."""
    assigned, company = view.state.assigned, scene.company
    rep = company.teams.rep(str(assigned["rep"])) if assigned else None
    if assigned is None or rep is None:
        return False
    return company.mapping.works_in(rep) != named_in_entry(assigned.get("system", ""))


def _tell(scene: Scene, view: View, owner: str) -> None:
    """Tell the manager that somebody has left, once for all that they had open."""
    if owner in scene.left:
        return
    scene.left.add(owner)
    name = scene.name_of(owner) or owner
    many = len(leads.open_work_of(scene.tx, [owner]))
    what = "One lead" if many == 1 else f"{many} leads"
    scene.notices.append(
        Notice(
            lead=view.id,
            key=f"left:{view.id}:{view.life.cycle}",
            rep=owner,
            subject=f"{name} is no active user of the sales system any more",
            text=(
                f"{what} that were open with them come back at once and are given to others by the "
                "usual rules. `crmbridge capacity show` tells who has room; take the rep out of "
                "teams.toml, or have the user made active again."
            ),
            of_rep=True,
        )
    )
