"""Whose a record is: the rep whom its owner is, the vendor's user as text, or nobody."""

from __future__ import annotations

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Sighting
from crmbridge.model.side import SALES


def owner_of(scene: Scene, sighting: Sighting) -> str:
    """Our rep id for the record's owner, or the vendor's user as text for one we do not know."""
    return owner_of_user(scene, str(sighting.owner), sighting.ref.system)


def owner_of_user(scene: Scene, user: str, system: str) -> str:
    """Our rep id for a vendor's user or queue, or its id as text for one we do not know.

    Of a user of marketing the home of sales is asked: both may know people by the same objects.
    """
    of_sales = scene.company.stands(system, SALES)
    sales = system if of_sales else scene.company.home(SALES)
    spec = scene.company.mapping.system(sales)
    tables = [one.object for one in (spec.rep, spec.queue) if one is not None]
    found = (scene.reps.rep_of.get(f"{system}:{obj}:{user}") for obj in tables)
    return next((rep for rep in found if rep), f"{sales}:{user}")


def held_by(scene: Scene, lead: str, sighting: Sighting) -> str:
    """Whose a lead is by its record: as `owner_of`, but for what assignment rules gave out.

    Whom they give a lead to that we handed to them, and who is no rep, has it for them.
    """
    owner, before = owner_of(scene, sighting), scene.work.state(lead).owner
    theirs = before in scene.reps.rules and owner not in scene.reps.rep_of.values()
    return before if theirs else owner


def is_nobodys(scene: Scene, sighting: Sighting) -> bool:
    """Whether a record is owned by a queue that is no rep, or by a user who has left."""
    return bool(sighting.owner) and scene.reps.is_nobody(owner_of(scene, sighting))
