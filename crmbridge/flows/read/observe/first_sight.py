"""Records of people whom nobody knows: most of a first read, and the short way for them.

The short way writes what the general one writes, to the byte; it leaves out the questions whose
answer is known beforehand. Whoever may be known, or says more than who they are, goes the general
way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crmbridge.flows.read.observe.consent import record_mark
from crmbridge.flows.read.observe.identity import known_since, lead_id, mark, marks
from crmbridge.flows.read.observe.owners import owner_of
from crmbridge.flows.read.observe.take_over import SHOWS_NOTHING
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.event import Event, Kind
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import FirstSeen, first_seen
from crmbridge.store.lean import Asked, FirstLook


def unknown(scene: Scene, sightings: Sequence[Sighting]) -> frozenset[Ref]:
    """Return the records of a page whose people nobody knows; what the page asks for is loaded.

    Two records of the page with one address, or of which one names the other, are not among them.
    """
    work = scene.work
    many = Counter(one.ref for one in sightings)
    many_of = Counter(map(mark, sightings))
    named = {
        ref
        for one in sightings
        for ref in (*one.absorbed, one.converted_to, one.merged_into)
        if ref
    }
    keys = {one.key for one in sightings if one.key}
    further = {found for one in sightings if one.more for found in marks(one)}
    found = []
    for one in sightings:
        if many[one.ref] > 1 or one.ref in named or not _plain(one) or work.ref(one.ref):
            continue
        own = mark(one)
        if scene.work.suppressed.loaded(record_mark(one.ref)):
            continue
        if own and (many_of[own] > 1 or own in further or not work.nobodys(own)):
            continue
        lead = lead_id(scene.company.name, one.ref)
        if lead not in keys and not work.has(lead):
            found.append(one.ref)
    return frozenset(found)


def _plain(sighting: Sighting) -> bool:
    """Whether a record says who somebody is, and no more than that."""
    return not (
        sighting.filtered
        or sighting.deleted
        or sighting.key
        or sighting.status
        or sighting.absorbed
        or sighting.converted_to
        or sighting.more
        or sighting.account
        or sighting.stage not in SHOWS_NOTHING
        or sighting.values.get("opted_out") is True
    )


def take_new(scene: Scene, sighting: Sighting, asked: Asked) -> None:
    """Note a record of somebody whom nobody knows, and make them due."""
    owner = owner_of(scene, sighting) if sighting.owner else None
    lead = lead_id(scene.company.name, sighting.ref)
    scene.work.take_new(
        Event(
            kind=Kind.OBSERVED,
            content=FirstLook(sighting, asked, owner),
            at=known_since(scene, sighting),
            recorded_at=scene.now,
            key="",
            lead=lead,
            source=str(sighting.ref),
        )
    )
    scene.work.due(lead, scene.now, "changed")


def asked_of(scene: Scene, sighting: Sighting, known: dict[tuple[str, str], Asked]) -> Asked | None:
    """What the mapping asks of a record, as far as `known` by system and object, or looked up.

    `None` where the record holds more than that: it goes the general way.
    """
    ref = sighting.ref
    where = (ref.system, ref.obj)
    if where not in known:
        person = scene.company.mapping.person(ref.system, ref.obj)
        known[where] = Asked.of(person.held, person.words) if person else Asked.of((), {})
    asked = known[where]
    return asked if sighting.raw.keys() <= asked.names else None


def first_look(scene: Scene, sighting: Sighting) -> FirstSeen:
    """What the first look at a record says."""
    person = scene.company.mapping.person(sighting.ref.system, sighting.ref.obj)
    words, fields = (person.words, person.held) if person else ({}, ())
    return first_seen(
        sighting.ref,
        sighting.raw,
        sighting.values,
        words,
        fields,
        status=sighting.status.label if sighting.status else "",
        changed_at=sighting.changed_at,
        owner=owner_of(scene, sighting) if sighting.owner else None,
        changed_by=sighting.changed_by,
    )
