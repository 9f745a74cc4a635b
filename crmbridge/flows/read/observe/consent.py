"""Opt-outs, heard from every record of a person, whatever becomes of the record."""

from __future__ import annotations

from collections.abc import Collection

from crmbridge.flows.read.observe.identity import carried, follow, marks, share_address
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Sighting
from crmbridge.model.payload import OptedOut, Suppressed
from crmbridge.store import held

ADDRESS_TAKEN = "address_taken"


def hear(scene: Scene, sighting: Sighting) -> bool:
    """Take an opt-out in for everybody whom a record concerns; return whether it was news.

    A record concerns the lead that it belongs to, the one whose id it carries, and the one who
    has its address: while it is open whose it is, the strictest counts. Where it concerns nobody
    whom we know, the address is kept, as a hash, for when its owner appears.
    """
    if sighting.values.get("opted_out") is not True:
        return False
    concerned = _concerned(scene, sighting)
    concerned += [one for one in _with_address_of(scene, concerned) if one not in concerned]
    fresh = [one for one in concerned if not scene.work.state(one).opted_out]
    for lead in fresh:
        _out(scene, lead, sighting)
    unheard = [one for one in marks(sighting) if one not in scene.work.suppressed]
    if concerned or not unheard:
        return bool(fresh)
    at = sighting.changed_at or scene.now
    for one in unheard:
        told = Suppressed(identity=one)
        scene.observed(told, "", f"suppressed:{one}", at, source=str(sighting.ref))
    return True


def address_shared(scene: Scene, lead: str, holder: str, sighting: Sighting) -> None:
    """Opt a lead out whose record took the address of somebody who is out already."""
    if scene.work.state(holder).opted_out and not scene.work.state(lead).opted_out:
        _out(scene, lead, sighting)


def _with_address_of(scene: Scene, leads: Collection[str]) -> list[str]:
    """The leads of which a record has the address of one of these: a person is asked whose it is.

    No mail is to reach the address, whoever it is filed under.
    """
    return [one for lead in leads for one in takers_of(scene, lead)]


def takers_of(scene: Scene, lead: str) -> list[str]:
    """The leads of which a record has an address of this one's, and a person is asked whose.

    Those too of whom a person said that they are somebody else.
    """
    if scene.takers is None:
        scene.takers = {}
        for row in held.find(scene.tx, kind=ADDRESS_TAKEN):
            scene.takers.setdefault(follow(scene, row.detail["other"]), []).append(row.lead)
    found = [follow(scene, one) for one in scene.takers.get(lead, ())]
    apart = (follow(scene, one) for one in scene.work.state(lead).apart)
    return [*found, *(one for one in apart if share_address(scene, lead, one))]


def heard_before(scene: Scene, lead: str, sighting: Sighting, identity: str) -> None:
    """Opt a lead out who did so while it was nobody's, by an address that it has now."""
    if identity in scene.work.suppressed and not scene.work.state(lead).opted_out:
        _out(scene, lead, sighting)


def _out(scene: Scene, lead: str, sighting: Sighting) -> None:
    at, key = sighting.changed_at or scene.now, f"opted_out:{sighting.ref}:{lead}"
    scene.observed(OptedOut(), lead, key, at, source=str(sighting.ref))
    scene.work.due(lead, scene.now, "opted out")


def _concerned(scene: Scene, sighting: Sighting) -> list[str]:
    entry = scene.work.ref(sighting.ref)
    own = entry.lead if entry else ""
    named = (own, carried(scene, sighting), *map(scene.work.identity, marks(sighting)))
    return list(dict.fromkeys(follow(scene, one) for one in named if one))
