"""Records that wait for another one of their person: which they are, and how they look again."""

from __future__ import annotations

from datetime import datetime

from crmbridge.flows.read.observe.consent import takers_of
from crmbridge.flows.read.observe.identity import (
    are_apart,
    follow,
    hold_two,
    marks_of,
    named,
    resolve,
    rival_of,
)
from crmbridge.flows.read.observe.merges import join
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.translate import sighting
from crmbridge.model.lead import Sighting
from crmbridge.model.payload import Doubled
from crmbridge.model.record import Record
from crmbridge.store import events
from crmbridge.store.projection import RefEntry


def waiting_for(scene: Scene, lead: str) -> list[RefEntry]:
    """The live records that wait for one of a lead: its second ones, and those with its address."""
    doubles = [one for one in scene.work.refs(lead) if one.live and one.seen.double]
    taken = [
        entry
        for other in takers_of(scene, lead)
        for entry in scene.work.refs(other)
        if entry.live and not entry.seen.double and _has_its_address(scene, entry, lead)
    ]
    return [*doubles, *taken]


def _has_its_address(scene: Scene, entry: RefEntry, lead: str) -> bool:
    held = (scene.work.identity(one) for one in marks_of(scene, entry))
    return any(follow(scene, one) == lead for one in held if one)


def whose(scene: Scene, lead: str, seen: Sighting) -> str | None:
    """The lead of a record that waited for one of `lead`; `None` while a person must decide."""
    entry = scene.work.ref(seen.ref)
    if entry is None or not entry.seen.double:
        return resolve(scene, seen)
    became = {one.seen.converted_to for one in scene.work.refs(lead)}
    rival = rival_of(scene, lead, seen)
    if str(seen.ref) in became or rival is None:
        return lead
    hold_two(scene, lead, seen.ref, rival)  # another one than before, perhaps
    return None


def as_kept(scene: Scene, entry: RefEntry) -> Sighting | None:
    """A record as it was last seen; `None` where no table of the mapping is about it any more."""
    person = scene.company.mapping.person(entry.ref.system, entry.ref.obj)
    if person is None:
        return None
    side = scene.company.mapping.system(entry.ref.system)
    record = Record(
        obj=entry.ref.obj,
        id=entry.ref.id,
        values=entry.seen.raw,
        changed_at=entry.seen.changed_at or _doubled_at(scene, entry),
    )
    return sighting(entry.ref.system, person, record, side.rep.object if side.rep else "")


def _doubled_at(scene: Scene, entry: RefEntry) -> datetime | None:
    """The vendor's stamp of a second record: the entry that says so is of that instant."""
    last = next(
        (
            one
            for one in reversed(scene.work.pending)
            if isinstance(told := one.payload, Doubled) and told.ref == entry.ref
        ),
        None,
    )
    if last is None:
        last = events.by_seqs(scene.tx, [entry.seen.heard]).get(entry.seen.heard)
    return last.at if last and last.type == Doubled.type else None


def one_with(scene: Scene, lead: str, seen: Sighting) -> str:
    """The lead of a record that another one became, or was merged into, before it was seen.

    The vendor said that both are one person. So where the record turns out to be somebody whom we
    know, by our id or an address, the two leads become one.
    """
    entry = scene.work.ref(seen.ref)
    if entry is None or not entry.lead or entry.seen.raw or entry.seen.double:
        return lead
    other = named(scene, seen)
    if not other or other == lead or not scene.work.has(lead) or are_apart(scene, lead, other):
        return lead
    join(scene, lead, other, f"another record became {seen.ref} at the vendor")
    return other
