"""What a record's changed values mean for the lead: three-way merge, and sticky opt-outs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmbridge.company import SIDES, other
from crmbridge.flows.read.observe.consent import Before, counts
from crmbridge.flows.read.observe.opinions import Said, in_one_form, is_agreed, opinion, weighed
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.authority import KEEPING
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.record import Value
from crmbridge.policy.merge import ABSENT, Absent, Conflict, Merged, Opinion, agree
from crmbridge.store.projection import RefEntry


@dataclass(slots=True, kw_only=True)
class News:
    """What changed for the lead: facts that now hold, and values on which both sides agree."""

    facts: dict[str, Value] = field(default_factory=dict)
    agreed: dict[str, Value] = field(default_factory=dict)
    opted_out: bool = False


def news(
    scene: Scene, lead: str, sighting: Sighting, changed: dict[str, Value], before: Before
) -> News:
    """Merge a record's changed values into the lead's facts; a real conflict is held.

    `before` is what was known of the record's consent.
    """
    out = News()
    state = scene.work.state(lead)
    others = current(scene, lead, other(sighting.ref.system))
    shown = _as_shown(scene, sighting)
    for word, value in changed.items():
        if word == "opted_out":
            if value is not True or counts(scene, lead, sighting, before):
                _opt_out(out, value=value, before=state.opted_out)
            continue
        entry, theirs = _said_by(scene, others, word, value)
        if isinstance(theirs, Absent) and scene.company.rule(word) not in KEEPING:
            out.facts[word] = value
        else:
            _merge_word(scene, lead, shown, word, (entry, theirs), out)
    known = {word: fact.value for word, fact in state.facts.items()}
    out.facts = {
        word: value for word, value in out.facts.items() if known.get(word, ABSENT) != value
    }
    return out


def _opt_out(out: News, *, value: Value, before: bool) -> None:
    """Once out, a person stays out: a system that says otherwise is told, not heard."""
    if value is True and not before:
        out.opted_out = True
        out.facts["opted_out"] = True
    elif not before:
        out.facts["opted_out"] = value


def _merge_word(
    scene: Scene,
    lead: str,
    shown: RefEntry,
    word: str,
    theirs: tuple[RefEntry | None, Opinion],
    out: News,
) -> None:
    """Weigh what a record shows of a word against the other side's record, if it has one."""
    side = shown.ref.system
    entries = {side: shown}
    told = {side: opinion(scene, shown, word), other(side): theirs[1]}
    if theirs[0] is not None:
        entries[other(side)] = theirs[0]
    said, merged = _weighed(scene, lead, word, entries, told)
    if isinstance(merged, Conflict):
        if word != "email" or "email" in scene.work.state(lead).agreed:
            hold_conflict(scene, lead, word)
        # else they are two addresses of one person from before we came: each side keeps its own
        return
    if not isinstance(merged.value, Absent):
        out.facts[word] = merged.value
    if not isinstance(value := is_agreed(scene, said), Absent):
        out.agreed[word] = value


def _as_shown(scene: Scene, sighting: Sighting) -> RefEntry:
    """A record as a sighting shows it, with what we know of it from before."""
    known = scene.work.ref(sighting.ref) or RefEntry(ref=sighting.ref)
    seen = replace(
        known.seen,
        raw={**known.seen.raw, **sighting.raw},
        values={**known.seen.values, **sighting.values},
        changed_at=sighting.changed_at,
    )
    return RefEntry(ref=sighting.ref, lead=known.lead, seen=seen)


def _said_by(
    scene: Scene, entries: Sequence[RefEntry], word: str, value: Value
) -> tuple[RefEntry | None, Opinion]:
    """What the other side says of this word, if its mapping reads it and it has a live record.

    Of several records one that agrees with `value` counts, then the first that says anything.
    """
    told = [(entry, opinion(scene, entry, word)) for entry in entries]
    some = [one for one in told if not isinstance(one[1], Absent)]
    agreeing = (one for one in some if agree(one[1], value, scene.company.zone))
    first = some[0] if some else (entries[0] if entries else None, ABSENT)
    return next(agreeing, first)


def current(scene: Scene, lead: str, side: str) -> list[RefEntry]:
    """A lead's live records on one side, the one that counts first (a contact before its lead)."""
    live = [
        entry
        for entry in scene.work.refs(lead)
        if entry.ref.system == side and entry.live and entry.seen.raw and not entry.seen.double
    ]
    return sorted(live, key=lambda entry: (bool(entry.seen.converted_to), entry.ref))


def standing(scene: Scene, lead: str, word: str) -> tuple[Merged, Ref] | Conflict | None:
    """What both sides' records make of a word now, and the record that says so.

    `None` where one of the sides has no say, or no record.
    """
    if not scene.company.shares(word):
        return None
    entries = both(scene, lead)
    return stands_now(scene, lead, word, entries) if entries else None


def both(scene: Scene, lead: str) -> dict[str, RefEntry]:
    """The record of a lead that counts on each side; empty where one side has none."""
    found = {side: current(scene, lead, side) for side in SIDES}
    return {side: some[0] for side, some in found.items()} if all(found.values()) else {}


def stands_now(
    scene: Scene, lead: str, word: str, entries: dict[str, RefEntry]
) -> tuple[Merged, Ref] | Conflict:
    """The same of a word that both sides tell, where the two records are in hand."""
    told = {side: opinion(scene, one, word) for side, one in entries.items()}
    _, merged = _weighed(scene, lead, word, entries, told)
    if isinstance(merged, Conflict):
        return merged
    return merged, entries["marketing" if merged.by == "marketing" else "sales"].ref


def _weighed(
    scene: Scene, lead: str, word: str, entries: Mapping[str, RefEntry], told: Said
) -> tuple[Said, Merged | Conflict]:
    """What the two sides say of a word, in one form, and what follows; a side may lack a record."""
    said = told if word == "email" else in_one_form(scene, entries, word, told)
    at = {side: entries[side].seen.changed_at if side in entries else None for side in SIDES}
    return said, weighed(scene, lead, word, said, at)


def hold_conflict(scene: Scene, lead: str, word: str) -> None:
    """Ask a person about a word that both sides changed, and that has no rule to decide it."""
    scene.hold(
        "conflict",
        lead,
        word,
        f"Marketing and sales both changed {word!r} and differ. Make them equal in either system, "
        f'or name a winner in mapping.toml: [authority] {word} = "marketing", "sales" or "latest".',
        field=word,
    )
