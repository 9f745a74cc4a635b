"""Who is looked at anew after a posting: the leads whose records say what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.words import CREDITED
from crmbridge.store import book_looks


def wake(scene: Scene, posted: Mapping[str, Collection[str]]) -> None:
    """Make the leads due that have a stake in posted deals, or had one until now.

    `posted` are deals, each with the leads that have a stake in it from now on; those of before
    stand in the ledger still. Nothing where the mapping sends nothing of the books out.
    """
    if not posted or not any(scene.company.writes(word) for word in CREDITED):
        return
    found = {lead for people in posted.values() for lead in people}
    for people in book_looks.holders_of(scene.tx, posted).values():
        found.update(people)
    for lead in sorted(found):
        scene.work.due(lead, scene.now, "credit")
