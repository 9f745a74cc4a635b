"""Which system of sales has a lead, or would get it, and the lead's records there."""

from __future__ import annotations

from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.side import SALES
from crmbridge.store.projection import RefEntry


def system_of(scene: Scene, lead: str) -> str:
    """The system of sales that has a lead, or would get it."""
    del lead
    return scene.company.home(SALES)


def at_sales(scene: Scene, lead: str) -> list[RefEntry]:
    """A lead's records in the system of sales that has it, but for those that became another."""
    entries = current(scene, lead, system_of(scene, lead))
    return [one for one in entries if not one.seen.converted_to]
