"""Whose record is this: the lead behind a vendor's record, found or made, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.mapping.addresses import each
from crmbridge.mapping.translate import further
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import Known
from crmbridge.model.record import Value
from crmbridge.policy.definition.values import fold
from crmbridge.store.projection import RefEntry

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


def marks(sighting: Sighting) -> tuple[str, ...]:
    """The identity hashes of all addresses of a sighting, its main one first."""
    main = mark(sighting)
    more = [mark_of(one) for one in sighting.more]
    return tuple(dict.fromkeys([main, *more] if main else more))


def holder(scene: Scene, values: Mapping[str, Value]) -> str:
    """The lead that has the address among a record's values; empty when nobody has."""
    found = mark_in(values)
    return follow(scene, scene.work.identity(found)) if found else ""


def marks_of(scene: Scene, entry: RefEntry) -> tuple[str, ...]:
    """The marks of the addresses that a record has now, as far as it was seen."""
    person = scene.company.mapping.person(entry.ref.system, entry.ref.obj)
    if person is None:
        return ()
    raw, line = entry.seen.raw, person.fields.get("email")
    main = mark_in(entry.seen.values)
    if not main and line:  # of a second record no words are kept
        main = next((mark_of(one) for one in each(raw.get(line.field))), "")
    more = [mark_of(address) for address in further(person, raw)]
    return tuple(dict.fromkeys([main, *more] if main else more))


def are_apart(scene: Scene, one: str, other: str) -> bool:
    """Whether a person said that two leads are two people, whatever address they share."""
    said = [(who, other) for who in scene.work.state(one).apart]
    said += [(who, one) for who in scene.work.state(other).apart]
    return any(follow(scene, who) == lead for who, lead in said)


def share_address(scene: Scene, lead: str, other: str) -> bool:
    """Whether live records of two leads have one address."""
    one, two = (
        {mark for entry in scene.work.refs(who) if entry.live for mark in marks_of(scene, entry)}
        for who in (lead, other)
    )
    return not one.isdisjoint(two)


def follow(scene: Scene, lead: str) -> str:
    """The lead that this one lives on as, after any merges."""
    while lead and (survivor := scene.work.state(lead).merged_into):
        lead = survivor
    return lead


def resolve(scene: Scene, sighting: Sighting) -> str | None:
    """Find the lead of a record, or the id of a new one; `None` when a person must decide.

    In this order: the record is known; a record that was merged into it is; it carries our id, and
    nothing speaks against that; one of its addresses is known. An address never joins two live
    records of one system: which of two contacts is the lead is not ours to pick.
    """
    if lead := _by_record(scene, sighting):
        lead = follow(scene, lead)
        if rival := _stands_in(scene, lead, sighting):
            hold_two(scene, lead, sighting.ref, rival)
            return None
        return lead
    candidate = named(scene, sighting)
    if not candidate:
        return lead_id(scene.company.name, sighting.ref)
    if rival := rival_of(scene, candidate, sighting):
        hold_two(scene, candidate, sighting.ref, rival)
        return None
    return candidate


def named(scene: Scene, sighting: Sighting) -> str:
    """The lead that a record names by our id or an address of it; empty when it names none."""
    if lead := carried(scene, sighting):
        return lead
    for one in marks(sighting):
        found = follow(scene, scene.work.identity(one))
        if found and not left_behind(scene, found, one, sighting):
            return found
    return ""


def left_behind(scene: Scene, lead: str, one: str, sighting: Sighting) -> bool:
    """Whether a lead had an address once, and the record that shows it now is of somebody else.

    Somebody may have typed a customer's address into another record for a day. So an address that
    no live record of its lead has any more finds the lead only where the names do not speak
    against it.
    """
    if any(entry.live and one in marks_of(scene, entry) for entry in scene.work.refs(lead)):
        return False
    last, first = _names_agree(scene, lead, sighting)
    return first is False or (first is None and last is False)


def carried(scene: Scene, sighting: Sighting) -> str:
    """The lead whose id a record carries, where that can be believed; empty for none.

    A record may be a copy of another, or come from a table whose column of ids slipped. So the id
    counts where the record has an address of the lead, where it is the lead's record already, or
    where its name is the lead's and no other record stands for the lead there. An address that is
    another lead's speaks against it, whatever the name. A record without any address is believed
    unless its name is another.
    """
    if not sighting.key or not scene.work.has(sighting.key):
        return ""
    lead = follow(scene, sighting.key)
    entry = scene.work.ref(sighting.ref)
    if entry and entry.lead and not entry.seen.double and follow(scene, entry.lead) == lead:
        return lead
    own = marks(sighting)
    theirs = {follow(scene, scene.work.identity(one)) for one in own}
    if lead in theirs:
        return lead
    if any(theirs):
        return ""
    named_alike = _same_name(scene, lead, sighting)
    if not own or not has_address(scene, lead):
        return "" if named_alike is False else lead
    return lead if named_alike and not rival_of(scene, lead, sighting) else ""


def has_address(scene: Scene, lead: str) -> bool:
    """Whether a lead is known by an address."""
    return bool(scene.work.state(lead).value("email"))


def _same_name(scene: Scene, lead: str, sighting: Sighting) -> bool | None:
    """Whether a record has the lead's name: both parts, as far as both are known.

    `None` where there is nothing to compare.
    """
    told = [one for one in _names_agree(scene, lead, sighting) if one is not None]
    return all(told) if told else None


def _names_agree(scene: Scene, lead: str, sighting: Sighting) -> tuple[bool | None, bool | None]:
    """Whether last and first name of a record are the lead's; `None` where one has none.

    A short first name is the long one's: `Jo` and `J` are `Johanna`.
    """
    state, told = scene.work.state(lead), sighting.values

    def both(word: str) -> tuple[str, str]:
        return fold(str(state.value(word) or "")), fold(str(told.get(word) or ""))

    ours, theirs = both("last_name")
    last = ours == theirs if ours and theirs else None
    ours, theirs = both("first_name")
    alike = ours.startswith(theirs.rstrip(".")) or theirs.startswith(ours.rstrip("."))
    return last, alike if ours and theirs else None


def _by_record(scene: Scene, sighting: Sighting) -> str:
    for ref in (sighting.ref, *sighting.absorbed):
        entry = scene.work.ref(ref)
        if entry and entry.lead and not entry.seen.double:
            return entry.lead
    return ""


def _stands_in(scene: Scene, lead: str, sighting: Sighting) -> Ref | None:
    """The record that is this lead since the one that comes back now was deleted."""
    entry = scene.work.ref(sighting.ref)
    return rival_of(scene, lead, sighting) if entry and not entry.live else None


def rival_of(scene: Scene, lead: str, sighting: Sighting) -> Ref | None:
    """Another live record of the same system that is this lead already.

    A record that became another one stands for nobody: neither is the other's rival.
    """
    if sighting.converted_to:
        return None
    for entry in scene.work.refs(lead):
        if entry.ref.system != sighting.ref.system or entry.ref == sighting.ref:
            continue
        if stands(entry) and entry.ref not in sighting.absorbed:
            return entry.ref
    return None


def stands(entry: RefEntry) -> bool:
    """Whether a record stands for its lead: live, no second one, and turned into no other."""
    return entry.live and not entry.seen.double and not entry.seen.converted_to


def _how_to_join(scene: Scene, one: Ref, two: Ref) -> str:
    """How two records become one: by merging, or those of two objects by converting the lead."""
    if one.obj == two.obj:
        return f"Merge them in {one.system}"
    lead = scene.company.mapping.system(one.system).lead.object
    first, second = (one, two) if one.obj == lead else (two, one)
    return f"Convert {first} into {second} in {one.system}, for two objects cannot be merged"


def hold_two(scene: Scene, lead: str, one: Ref, two: Ref) -> None:
    """Ask a person about two live records of one lead in one system; a pair is one question."""
    first, second = sorted((one, two))
    scene.hold(
        "two_records",
        lead,
        f"{first} {second}",
        f"{second} and {first} are one person: they have the same e-mail address, or are to carry "
        f"the same lead id. {_how_to_join(scene, first, second)}; the next look picks it up. If "
        "they are two people, change the address of one, or part them: `crmbridge identity split "
        f'{lead[:8]} {second} --why "…"`. Until then the one without our lead id gets an opt-out '
        "alone.",
        record=str(second),
        other=str(first),
    )
