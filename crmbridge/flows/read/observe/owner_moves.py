"""A person of sales gives a lead to a rep of the next team, or of the team before: a hand-on."""

from __future__ import annotations

from crmbridge.agreement import Team
from crmbridge.flows.read.observe.at_sales import counts_here
from crmbridge.flows.reps.hand_on import handed_on, holder_before, settle_clocks
from crmbridge.flows.reps.unassign import unassign
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lead import Sighting
from crmbridge.model.lifecycle import OPEN_WORK, TAKEN_ON
from crmbridge.model.side import SALES


def owner_moved(scene: Scene, lead: str, sighting: Sighting, was: str) -> None:
    """Note that a record of sales has an owner of another team, where teams stand in a row.

    `was` is who had the lead before, by our rep id. A lead that nobody accepted yet is handed on
    by nobody: its owner is another, and that is all. It may be given back, though.
    """
    state = scene.work.state(lead)
    if state.owner == was or not was or not scene.company.stands(sighting.ref.system, SALES):
        return
    if not counts_here(scene, lead, sighting.ref):
        return
    look = view(scene, lead)
    team = scene.company.teams.team_of(state.owner)
    on = _way(scene, look, team, was) if team else ""
    if team is None or not on or look.life.stage not in (TAKEN_ON if on == "on" else OPEN_WORK):
        return
    if assigned := state.assigned:
        if assigned.get("on") and assigned["rep"] == state.owner:
            return  # our own write, whose answer is still to come
        unassign(scene, lead, "somebody in sales handed it on")
    at = max(sighting.changed_at or scene.now, *(one.at for one in state.life))
    settle_clocks(scene, lead)
    told = handed_on(scene, lead, team.id, state.owner, was, on, "override")
    key = f"handed_on:{sighting.ref}:{instant(at)}:{state.rev}"
    scene.observed(told, lead, key, at, source=str(sighting.ref))


def _way(scene: Scene, look: View, team: Team, was: str) -> str:
    """Whether a team gets a lead handed on, or back; empty where it stands in no such row."""
    teams = scene.company.teams
    before = teams.team((*holder_before(look), "")[0])
    cycle = look.life.current
    giving_back = cycle.goes_back is not None
    may_go_back = giving_back or cycle.was_handed_on
    if may_go_back and before is not None and before.id == team.id:
        return "back"
    giver = before if giving_back else teams.team_of(was)
    handing = giver is not None and giver.hands_on is not None and team.id in giver.hands_on.to
    return "on" if handing else ""
