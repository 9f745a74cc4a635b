"""Opt-outs, heard from every record of a person, whatever becomes of the record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from crmbridge.flows.read.observe.identity import carried, follow, marks, share_address
from crmbridge.flows.read.observe.left_out import seek
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.mapping.consent import fields_of, says_no
from crmbridge.model.codec import instant
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import OptedOut, RecordSeen, Suppressed
from crmbridge.store import held

ADDRESS_TAKEN = "address_taken"
CONSENT_AGAIN = "consent_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was known of a record's consent before a look at it.

    `no` is what the record said, `None` for nothing; `live` that it was there, `out` that its lead
    was out.
    """

    no: bool | None = None
    live: bool = False
    lead: str = ""
    out: bool = False


def as_before(scene: Scene, ref: Ref) -> Before:
    """What is known of a record's consent now."""
    entry = scene.work.ref(ref)
    person = scene.company.mapping.person(ref.system, ref.obj)
    if entry is None or person is None:
        return Before()
    lead = follow(scene, entry.lead)
    out = bool(lead) and scene.work.state(lead).opted_out
    no = says_no(person, entry.seen.raw)
    return Before(no=no, live=entry.live, lead=lead, out=out)


def hear(scene: Scene, sighting: Sighting, before: Before | None = None) -> bool:
    """Take an opt-out in for everybody whom a record concerns; return whether it was news.

    A record concerns the lead that it belongs to, the one whose id it carries, and the one who
    has its address: while it is open whose it is, the strictest counts. Those of its addresses
    that are nobody's, and its id where it is nobody's record, are kept, as hashes, for when they
    are somebody's. `before` is what was known of the record, where this look was noted already.
    """
    if sighting.values.get("opted_out") is not True:
        return False
    before = before or as_before(scene, sighting.ref)
    concerned = _concerned(scene, sighting)
    concerned += [one for one in _with_address_of(scene, concerned) if one not in concerned]
    fresh = [one for one in concerned if not scene.work.state(one).opted_out]
    fresh = [one for one in fresh if counts(scene, one, sighting, before)]
    for lead in fresh:
        _out(scene, lead, sighting)
    if concerned and not any(scene.work.state(one).opted_out for one in concerned):
        return False  # they consented since
    return _keep(scene, sighting) or bool(fresh)


def _keep(scene: Scene, sighting: Sighting) -> bool:
    """Keep the no of a record for what of it is nobody's; return whether that was news."""
    entry = scene.work.ref(sighting.ref)
    found = [one for one in marks(sighting) if not scene.work.identity(one)]
    found += [] if entry and entry.lead else [record_mark(sighting.ref)]
    unheard = [one for one in found if one not in scene.work.suppressed]
    for one in unheard:
        _suppress(scene, sighting, one)
    return bool(unheard)


def _suppress(scene: Scene, sighting: Sighting, identity: str) -> None:
    told, at = Suppressed(identity=identity), sighting.changed_at or scene.now
    scene.observed(told, "", f"suppressed:{identity}", at, source=str(sighting.ref))


def counts(scene: Scene, lead: str, sighting: Sighting, before: Before) -> bool:
    """Whether a no of a record counts for a lead, who may have consented to mail since.

    A record that still shows the no which the consent came after says nothing new, nor does one
    of somebody else who was out before. Of a record that was never seen, or is shown once more
    after it was gone, the vendor's stamp decides.
    """
    given = scene.work.state(lead).consented_at
    if given is None:
        return True
    if before.no or (before.out and before.lead != lead):
        return False
    if before.no is False and before.live:
        return True
    return sighting.changed_at is None or sighting.changed_at > given


def doubt(scene: Scene, lead: str, sighting: Sighting, before: Before) -> None:
    """Ask a person about a record that said no and does not any more, of somebody who is out.

    They stay out in all systems, for nobody knows who took it back: once a person.
    """
    lead = follow(scene, lead)
    state = scene.work.state(lead)
    told = sighting.values.get("opted_out", True)
    if not before.no or told is True or not state.opted_out:
        return
    fact = state.facts.get("opted_out")
    scene.hold(
        CONSENT_AGAIN,
        lead,
        "",
        f"{sighting.ref} says no more that this person opted out. They stay opted out in all "
        "systems. If they gave consent again, and you can show it: `crmbridge consent "
        f'{lead[:8]} --given --evidence "…"`. If not, `crmbridge held resolve`: they stay out.',
        no_by=fact.by if fact else "",
        no_at=instant(fact.at) if fact else "",
        yes_by=str(sighting.ref),
        yes_at=instant(sighting.changed_at or scene.now),
    )


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


def record_mark(ref: Ref) -> str:
    """The mark by which the no of a record is kept that is nobody's."""
    return mark_of(f"record:{ref}")


def heard_of_record(scene: Scene, lead: str, sighting: Sighting) -> None:
    """Opt a lead out by a record that said no while a filter left it out, whatever it says now."""
    heard_before(scene, follow(scene, lead), sighting, record_mark(sighting.ref))


def heard_of_addresses(scene: Scene, lead: str, sighting: Sighting, known: Collection[str]) -> None:
    """Opt a lead out whose second record has an address that said no; `known` it had before."""
    for one in marks(sighting):
        if one not in known:
            heard_before(scene, lead, sighting, one)


def pass_on(scene: Scene, sighting: Sighting) -> None:
    """Let a no that was kept of a record be that of the record in which it lives on.

    A filter left the record out, so it is nobody's; sales merged or converted it since.
    """
    entry, into = scene.work.ref(sighting.ref), sighting.merged_into or sighting.converted_to
    own = record_mark(sighting.ref)
    if into is None or (entry and entry.lead) or own not in scene.work.suppressed:
        return
    heir = scene.work.ref(into)
    lead = follow(scene, heir.lead) if heir and heir.lead else ""
    if not lead and record_mark(into) not in scene.work.suppressed:
        _suppress(scene, sighting, record_mark(into))
    elif lead and counts(scene, lead, sighting, Before()):
        heard_before(scene, lead, sighting, own)


def _out(scene: Scene, lead: str, sighting: Sighting) -> None:
    at, key = sighting.changed_at or scene.now, f"opted_out:{sighting.ref}:{lead}"
    if given := scene.work.state(lead).consented_at:
        key = f"{key}:{instant(given)}"  # said again, after a consent that came between
    scene.observed(OptedOut(), lead, key, at, source=str(sighting.ref))
    seek(scene, lead)
    scene.work.due(lead, scene.now, "opted out")


def _concerned(scene: Scene, sighting: Sighting) -> list[str]:
    entry = scene.work.ref(sighting.ref)
    own = entry.lead if entry else ""
    heirs = (sighting.merged_into, sighting.converted_to, *sighting.absorbed)
    entries = (scene.work.ref(one) for one in heirs if one)
    became = [one.lead for one in entries if one]
    named = (own, carried(scene, sighting), *became, *map(scene.work.identity, marks(sighting)))
    return list(dict.fromkeys(follow(scene, one) for one in named if one))


def note_consent(scene: Scene, before: Before, sighting: Sighting) -> None:
    """Note what a record that a filter leaves out says of consent, and nothing else of it."""
    person = scene.company.mapping.person(sighting.ref.system, sighting.ref.obj)
    entry = scene.work.ref(sighting.ref)
    if person is None or entry is None or not entry.live or not before.lead:
        return
    told = {one: sighting.raw[one] for one in fields_of(person) if one in sighting.raw}
    if all(entry.seen.raw.get(name) == value for name, value in told.items()):
        return
    said = sighting.values.get("opted_out")
    news = said is True and not before.out and counts(scene, before.lead, sighting, before)
    seen = RecordSeen(
        ref=sighting.ref,
        raw=told,
        values={"opted_out": said},
        kept=() if news else ("opted_out",),
        opted_out=news,
    )
    key, at = f"seen:{sighting.ref}:{scene.work.turn()}", sighting.changed_at or scene.now
    scene.observed(seen, before.lead, key, at, source=str(sighting.ref))
    scene.work.due(before.lead, scene.now, "consent")
    doubt(scene, before.lead, sighting, before)
