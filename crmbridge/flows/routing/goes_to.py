"""To which system of sales a lead goes with its next trip, and by which rule of the mapping."""

from __future__ import annotations

from crmbridge.agreement import Teams
from crmbridge.flows.read.observe.at_sales import system_with
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.goes_to import GoesTo
from crmbridge.model.side import SALES
from crmbridge.policy.routing.goes_to import chosen


def rule_of(scene: Scene, look: View) -> GoesTo | None:
    """The rule by which a lead goes where it goes; `None` where none does: then to the home."""
    company = scene.company
    if not company.mapping.goes_to:
        return None
    return chosen(
        company.mapping.goes_to,
        look.facts,
        company.agreement.types,
        scene.now,
        company.zone,
        company.exchange,
    )


def next_system(scene: Scene, look: View) -> str:
    """The system of sales that has a lead; while none does, the one that gets it next."""
    if found := system_with(scene, look.id):
        return found
    rule = rule_of(scene, look)
    return rule.system if rule is not None else scene.company.home(SALES)


def rule_for(scene: Scene, lead: str, system: str) -> str:
    """The id of the rule by which a lead goes to a system; empty where none says so."""
    rule = rule_of(scene, view(scene, lead)) if scene.company.mapping.goes_to else None
    return rule.id if rule is not None and rule.system == system else ""


def elsewhere(scene: Scene, look: View, teams: Teams) -> frozenset[str]:
    """Reps of other systems of sales than the one that a lead goes to: they cannot have it."""
    if len(scene.company.mapping.on(SALES)) == 1:
        return frozenset()
    here = next_system(scene, look)
    mapping = scene.company.mapping
    return frozenset(one.id for one in teams.reps if mapping.works_in(one) != here)
