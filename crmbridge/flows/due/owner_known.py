"""A lead whose owner the teams file did not know gets the rep's name once it does."""

from __future__ import annotations

from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.read.observe.owners import owner_of_user
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import RecordSeen
from crmbridge.model.side import SALES


def name_owner(scene: Scene, lead: str) -> None:
    """Note the rep whom a lead's owner turns out to be, if it is one.

    Its open work counts for the rep from then on, and its news reach them.
    """
    owner = scene.work.state(lead).owner
    system, _, user = owner.partition(":")
    if not user or not scene.company.stands(system, SALES):
        return  # a rep of ours; else how we know an owner only as the vendor's user
    rep = owner_of_user(scene, user, system)
    entries = current(scene, lead, system)
    if rep == owner or not entries:
        return
    key = f"owner:{lead}:{rep}:{scene.work.state(lead).rev}"
    scene.observed(RecordSeen(ref=entries[0].ref, owner=rep), lead, key, scene.now)
