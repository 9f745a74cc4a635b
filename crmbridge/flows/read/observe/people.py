"""People as a system shows them now: linked to a lead, merged into its facts, moved by status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from crmbridge.flows.read.observe.addresses import Claims, claim, take_further
from crmbridge.flows.read.observe.aside import put_aside
from crmbridge.flows.read.observe.at_sales import counts_here, system_of
from crmbridge.flows.read.observe.belongs import leave_account, load_accounts, note_account
from crmbridge.flows.read.observe.beside_status import person_of
from crmbridge.flows.read.observe.consent import (
    Before,
    as_before,
    doubt,
    hear,
    heard_before,
    heard_of_addresses,
    heard_of_record,
    note_consent,
    pass_on,
    record_mark,
)
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.doubles import as_kept, one_with, waiting_for, whose
from crmbridge.flows.read.observe.facts import News, news
from crmbridge.flows.read.observe.first_sight import asked_of, first_look, take_new, unknown
from crmbridge.flows.read.observe.guess import note_gone
from crmbridge.flows.read.observe.identity import (
    follow,
    known_since,
    lead_id,
    make_known,
    mark,
    marks,
    marks_of,
    named,
    resolve,
)
from crmbridge.flows.read.observe.left_out import seek
from crmbridge.flows.read.observe.merges import absorb, deleted, hold_rivals
from crmbridge.flows.read.observe.owner_moves import owner_moved
from crmbridge.flows.read.observe.owners import held_by
from crmbridge.flows.read.observe.roles import load_joins
from crmbridge.flows.read.observe.status import note_given, status_moves
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import Doubled, RecordSeen
from crmbridge.model.record import Value
from crmbridge.model.side import SALES
from crmbridge.model.state import SeenState
from crmbridge.store.lean import Asked


def observe_people(
    scene: Scene, sightings: Sequence[Sighting], counted: Counted, *, alone: bool = False
) -> None:
    """Observe a page of person records, those that a filter leaves out too.

    `alone` says that nothing else is observed in this transaction, so that those whom nobody knows
    can go by the short way.
    """
    preload(scene, sightings)
    new = unknown(scene, sightings) if alone else frozenset()
    asked: dict[tuple[str, str], Asked] = {}
    for sighting in sightings:
        fields = asked_of(scene, sighting, asked) if sighting.ref in new else None
        # a record that waited may have claimed the address while this page was observed
        if fields and not ((own := mark(sighting)) and scene.work.identity(own)):
            take_new(scene, sighting, fields)
            _count(counted, changed=True)
        else:
            observe_person(scene, sighting, counted)


def preload(scene: Scene, sightings: Sequence[Sighting]) -> None:
    """Load what a page of sightings will ask for, in a few statements."""
    work = scene.work
    refs = [ref for one in sightings for ref in (one.ref, *one.absorbed)]
    refs += [one.converted_to for one in sightings if one.converted_to]
    work.load_refs(refs)
    found = [mark for one in sightings for mark in marks(one)]
    work.load_identities(found)
    fresh = [record_mark(one.ref) for one in sightings if work.ref(one.ref) is None]
    work.suppressed.load([*found, *fresh])
    work.load_orphans(one for one in found if not work.identity(one))
    work.load_leads(one.key for one in sightings if one.key)
    work.load_leads(
        lead_id(scene.company.name, one.ref) for one in sightings if work.ref(one.ref) is None
    )
    load_accounts(scene, sightings)
    load_joins(scene, sightings)
    known = [entry.lead for ref in refs if (entry := work.ref(ref)) and entry.lead]
    keys = [one.key for one in sightings if one.key and work.has(one.key)]
    work.load_refs_of([*known, *keys, *(lead for mark in found if (lead := work.identity(mark)))])


def observe_person(scene: Scene, sighting: Sighting, counted: Counted) -> None:
    """Observe one person record; unchanged ones leave no trace."""
    if sighting.filtered:
        _passed_over(scene, sighting)
    elif sighting.deleted:
        _gone(scene, sighting, counted)
    elif put_aside(scene, sighting):
        _count(counted, changed=False)
    elif (lead := resolve(scene, sighting)) is None:
        _double(scene, sighting)
        counted.held += 1
    else:
        _theirs(scene, one_with(scene, lead, sighting), sighting, counted)


def _gone(scene: Scene, sighting: Sighting, counted: Counted) -> None:
    told = hear(scene, sighting)
    pass_on(scene, sighting)
    gone = deleted(scene, sighting, _believed)
    if gone and (known := scene.work.ref(sighting.ref)):
        lead = follow(scene, known.lead)
        leave_account(scene, lead, sighting.ref, _told_at(scene, sighting))
        seen_again(scene, lead, counted)
    _count(counted, changed=gone or told)


def _believed(scene: Scene, lead: str, ref: Ref, at: datetime) -> None:
    """What is gone at sales is asked about later; of marketing nothing follows."""
    if scene.company.stands(ref.system, SALES):
        note_gone(scene, ref, at)


def seen_again(scene: Scene, lead: str, counted: Counted) -> None:
    """Look again at records that waited for another one of a lead, as the ledger keeps them."""
    for entry in waiting_for(scene, lead):
        sighting = as_kept(scene, entry)
        found = whose(scene, lead, sighting) if sighting else None
        if sighting and found:
            _theirs(scene, found, sighting, counted)
            hold_rivals(scene, follow(scene, found))


def _theirs(scene: Scene, lead: str, sighting: Sighting, counted: Counted) -> None:
    """Observe a record of which it is clear whose it is."""
    entry = scene.work.ref(sighting.ref)
    former = entry.lead if entry else ""
    before = entry.seen.copy() if entry else SeenState()
    consent = as_before(scene, sighting.ref)
    was_out = scene.work.has(lead) and scene.work.state(lead).opted_out
    had = scene.work.state(lead).owner if scene.work.has(lead) else ""
    revived = entry is not None and not entry.live and bool(before.raw)
    linked = entry is not None and follow(scene, entry.lead) == lead and entry.live
    linked = linked and not before.double
    merged = absorb(scene, sighting, lead)
    claims = claim(scene, lead, sighting)
    lead = claims.lead
    raw = {name: value for name, value in sighting.raw.items() if before.raw.get(name) != value}
    if linked and not raw and not merged and not claims.news:
        note_given(scene, lead, sighting)
        # the account may be told by a line of the mapping that is new, of a field that is not
        _count(counted, changed=note_account(scene, lead, sighting))
        return
    if scene.work.has(lead) or entry is not None or sighting.converted_to:
        make_known(scene, lead, sighting)
        _note(scene, claims, sighting, (before, consent), raw)
    else:
        _note_first(scene, lead, sighting)
    take_further(scene, claims, sighting)
    if entry is None:
        heard_of_record(scene, lead, sighting)
    for one in sighting.absorbed:
        heard_before(scene, lead, sighting, record_mark(one))
        leave_account(scene, lead, one, scene.now)
    note_account(scene, lead, sighting)
    hear(scene, sighting, consent)  # it may concern others than the lead that it belongs to
    doubt(scene, lead, sighting, consent)
    if scene.work.state(lead).opted_out and (claims.news or not was_out):
        seek(scene, lead)
    first = entry is None or not before.raw or before.double
    status_moves(scene, lead, sighting, before, first=first, revived=revived)
    owner_moved(scene, follow(scene, lead), sighting, had)
    if merged or sighting.converted_to or _is_moved(sighting, before):
        seen_again(scene, follow(scene, lead), counted)
    if former and follow(scene, former) != lead:
        scene.work.due(former, scene.now, "a record is another's")
    scene.work.due(lead, scene.now, "changed")
    _count(counted, changed=True)


def _is_moved(sighting: Sighting, before: SeenState) -> bool:
    """Whether a record has another address than before: whoever waits for it may be the person."""
    told = sighting.values
    return bool(before.raw) and "email" in told and told["email"] != before.values.get("email")


def _passed_over(scene: Scene, sighting: Sighting) -> None:
    """A record that a filter leaves out: it makes no lead and tells no fact, but an opt-out.

    Where it is of a person whom we know, it stays in sight, so that their opt-out reaches it.
    """
    entry, before = scene.work.ref(sighting.ref), as_before(scene, sighting.ref)
    if sighting.deleted:
        hear(scene, sighting)
    elif (entry is None or entry.seen.double) and named(scene, sighting):
        _double(scene, sighting)
    elif not (before.lead and put_aside(scene, sighting)):
        note_consent(scene, before, sighting)
        hear(scene, sighting, before)
    pass_on(scene, sighting)


def _count(counted: Counted, *, changed: bool) -> None:
    counted.changed += changed
    counted.unchanged += not changed


def _note_first(scene: Scene, lead: str, sighting: Sighting) -> None:
    """Emit the first look at somebody whom nobody knew, in one entry."""
    told = first_look(scene, sighting)
    scene.observed(told, lead, "", known_since(scene, sighting), source=str(sighting.ref))


def _note(
    scene: Scene,
    claims: Claims,
    sighting: Sighting,
    known: tuple[SeenState, Before],
    raw: dict[str, Value],
) -> None:
    """Emit the sighting with all that follows from it, so that a rebuild needs no mapping.

    Where its address made one of two leads, all that it says is weighed anew against the other.
    """
    lead, (before, consent) = claims.lead, known
    values = {
        word: value
        for word, value in sighting.values.items()
        if claims.joined or (word == "email" and claims.main) or before.values.get(word) != value
    }
    found = news(scene, lead, sighting, values, consent)
    if claims.taken:
        found.facts.pop("email", None)
    has_owner = _owner_counts(scene, lead, sighting, raw)
    told = RecordSeen(
        ref=sighting.ref,
        raw=raw,
        values=values,
        status=sighting.status.label if sighting.status else "",
        changed_at=sighting.changed_at,
        facts=_others(values, found) or None,
        kept=tuple(sorted(word for word in values if word not in found.facts)),
        agreed=found.agreed or None,
        opted_out=found.opted_out,
        identity=claims.main,
        converted_to=sighting.converted_to,
        owner=held_by(scene, lead, sighting) if has_owner else None,
        changed_by=sighting.changed_by,
    )
    rev, turn = scene.work.state(lead).rev, len(scene.work.pending)
    key = f"seen:{sighting.ref}:{rev}:{turn}"
    scene.observed(told, lead, key, _told_at(scene, sighting), source=str(sighting.ref))


def _owner_counts(scene: Scene, lead: str, sighting: Sighting, raw: Mapping[str, Value]) -> bool:
    """Whether a record says who has the lead; `raw` is what is new in it.

    Of several systems of sales that does which has the lead. While none does, it is the one that
    speaks for it, or one where somebody just touched the record's owner or its status.
    """
    if not sighting.owner or sighting.converted_to:
        return False
    ref, person = sighting.ref, person_of(scene, sighting)
    if not scene.company.stands(ref.system, SALES) or person is None:
        return True
    if not counts_here(scene, lead, ref):
        return False
    lines = {person.owner, person.status.field if person.status else ""}
    new = not lines.isdisjoint(raw) or not scene.work.state(lead).owner
    return new or system_of(scene, lead) == ref.system


def _others(values: dict[str, Value], found: News) -> dict[str, Value]:
    """What holds for the lead now, where it is not simply what the record says."""
    return {w: v for w, v in found.facts.items() if w not in values or values[w] != v}


def _double(scene: Scene, sighting: Sighting) -> None:
    """A second record of one person: kept in sight, so that an opt-out passes to it and from it."""
    before = as_before(scene, sighting.ref)
    entry = scene.work.ref(sighting.ref)
    lead = named(scene, sighting) or (follow(scene, entry.lead) if entry else "")
    known, addresses = entry.seen.raw if entry else {}, marks_of(scene, entry) if entry else ()
    if entry is None or not entry.seen.double or known != sighting.raw:
        turn = f"{scene.work.state(lead).rev}:{len(scene.work.pending)}"
        scene.observed(
            Doubled(ref=sighting.ref, raw=sighting.raw),
            lead,
            f"doubled:{sighting.ref}:{turn}",
            _told_at(scene, sighting),
            source=str(sighting.ref),
        )
        scene.work.due(lead, scene.now, "doubled")
    hear(scene, sighting, before)
    if entry is None:
        heard_of_record(scene, lead, sighting)
    heard_of_addresses(scene, lead, sighting, addresses)
    doubt(scene, lead, sighting, before)


def _told_at(scene: Scene, sighting: Sighting) -> datetime:
    return sighting.changed_at or scene.now
