"""A lead whose owner the teams file did not know gets the rep's name once it does."""

from __future__ import annotations

from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.read.observe.status import owner_of_user
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import RecordSeen

OF_THE_VENDOR = "sales:"
"""How the owner begins whom we know only as the vendor's user."""


def name_owner(scene: Scene, lead: str) -> None:
    """Note the rep whom a lead's owner turns out to be, if it is one.

    Its open work counts for the rep from then on, and its news reach them.
    """
    owner = scene.work.state(lead).owner
    if not owner.startswith(OF_THE_VENDOR):
        return
    rep = owner_of_user(scene, owner.removeprefix(OF_THE_VENDOR))
    entries = current(scene, lead, "sales")
    if rep == owner or not entries:
        return
    key = f"owner:{lead}:{rep}:{scene.work.state(lead).rev}"
    scene.observed(RecordSeen(ref=entries[0].ref, owner=rep), lead, key, scene.now)
