"""Whose record is this: the lead behind a vendor's record, found or made, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import Known
from crmbridge.model.record import Value

_SPACE = UUID("6f5f9a35-3f0a-4b86-9d0a-1a3b0c7e9d11")


@lru_cache(maxsize=4096)
def lead_id(company: str, ref: Ref) -> str:
    """The id of the lead that a record makes; the same for the same record, after a crash too."""
    return uuid5(_SPACE, f"{company}:{ref}").hex


def known_since(scene: Scene, sighting: Sighting) -> datetime:
    """Since when the person of a record is known: since the vendor made it, if it says so."""
    return min(sighting.created_at or scene.now, scene.now)


def make_known(scene: Scene, lead: str, sighting: Sighting) -> None:
    """Make a lead of a record, where there is none yet."""
    if not scene.work.has(lead):
        at = known_since(scene, sighting)
        scene.observed(Known(), lead, f"known:{lead}", at, source=str(sighting.ref))


def mark(sighting: Sighting) -> str:
    """The identity hash of a sighting's e-mail address; empty when it has none."""
    return mark_in(sighting.values)


def mark_in(values: Mapping[str, Value]) -> str:
    """The identity hash of the e-mail address among a record's values; empty when it has none."""
    address = values.get("email")
    return mark_of(address) if isinstance(address, str) and address else ""


def holder(scene: Scene, values: Mapping[str, Value]) -> str:
    """The lead that has the address among a record's values; empty when nobody has."""
    found = mark_in(values)
    return follow(scene, scene.work.identity(found)) if found else ""


def follow(scene: Scene, lead: str) -> str:
    """The lead that this one lives on as, after any merges."""
    while lead and (survivor := scene.work.state(lead).merged_into):
        lead = survivor
    return lead


def resolve(scene: Scene, sighting: Sighting) -> str | None:
    """Find the lead of a record, or the id of a new one; `None` when a person must decide.

    In this order: the record is known; a record that was merged into it is; it carries our id;
    its e-mail address is known. An address never joins two live records of one object: which of
    two contacts is the lead is not ours to pick.
    """
    if lead := _by_record(scene, sighting):
        lead = follow(scene, lead)
        if rival := _stands_in(scene, lead, sighting.ref):
            hold_two(scene, lead, sighting.ref, rival)
            return None
        return lead
    candidate = named(scene, sighting)
    if not candidate:
        return lead_id(scene.company.name, sighting.ref)
    if rival := _rival(scene, candidate, sighting.ref):
        hold_two(scene, candidate, sighting.ref, rival)
        return None
    return candidate


def named(scene: Scene, sighting: Sighting) -> str:
    """The lead that a record names by our id or its e-mail address; empty when it names none."""
    candidate = sighting.key if sighting.key and scene.work.has(sighting.key) else ""
    if not candidate and (found := mark(sighting)):
        candidate = scene.work.identity(found)
    return follow(scene, candidate)


def _by_record(scene: Scene, sighting: Sighting) -> str:
    for ref in (sighting.ref, *sighting.absorbed):
        entry = scene.work.ref(ref)
        if entry and entry.lead and not entry.seen.double:
            return entry.lead
    return ""


def _stands_in(scene: Scene, lead: str, ref: Ref) -> Ref | None:
    """The record that is this lead since the one that comes back now was deleted."""
    entry = scene.work.ref(ref)
    return _rival(scene, lead, ref) if entry and not entry.live else None


def _rival(scene: Scene, lead: str, ref: Ref) -> Ref | None:
    """Another live record of the same object that is this lead already."""
    for entry in scene.work.refs(lead):
        same = entry.ref.system == ref.system and entry.ref.obj == ref.obj
        if entry.seen.double or entry.seen.converted_to or not entry.live:
            continue
        if same and entry.ref != ref:
            return entry.ref
    return None


def hold_two(scene: Scene, lead: str, one: Ref, two: Ref) -> None:
    """Ask a person about two live records of one lead in one system; a pair is one question."""
    first, second = sorted((one, two))
    scene.hold(
        "two_records",
        lead,
        str(second),
        f"{second} and {first} are one person: they have the same e-mail address, or are to carry "
        f"the same lead id. Merge them in {first.system}, or change the address of one; the next "
        "look picks it up. Until then the one without our lead id gets an opt-out alone.",
        record=str(second),
        other=str(first),
    )
