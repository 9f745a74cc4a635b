"""What a record's changed values mean for the lead: three-way merge, and sticky opt-outs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmbridge.flows.read.observe.agreed import is_agreed
from crmbridge.flows.read.observe.consent import Before, counts
from crmbridge.flows.read.observe.opinions import Said, in_one_form, opinion, weighed
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.authority import KEEPING
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.record import Value
from crmbridge.model.side import SALES
from crmbridge.policy.merge import ABSENT, Absent, Conflict, Merged, Opinion, agree
from crmbridge.store.projection import RefEntry


@dataclass(slots=True, kw_only=True)
class News:
    """What changed for the lead: facts that now hold, and values on which its systems agree."""

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
    others = elsewhere(scene, lead, sighting.ref.system)
    shown = _as_shown(scene, sighting)
    for word, value in changed.items():
        if word == "opted_out":
            if value is not True or counts(scene, lead, sighting, before):
                _opt_out(out, value=value, before=state.opted_out)
            continue
        theirs = {name: _said_by(scene, some, word, value) for name, some in others.items()}
        alone = all(isinstance(said, Absent) for _, said in theirs.values())
        if alone and scene.company.rule(word) not in KEEPING:
            out.facts[word] = value
        else:
            _merge_word(scene, lead, shown, word, theirs, out)
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
    theirs: Mapping[str, tuple[RefEntry | None, Opinion]],
    out: News,
) -> None:
    """Weigh what a record shows of a word against the other systems' records, if there are any."""
    entries = {shown.ref.system: shown}
    entries |= {name: entry for name, (entry, _) in theirs.items() if entry is not None}
    told = {shown.ref.system: opinion(scene, shown, word)}
    told |= {name: said for name, (_, said) in theirs.items()}
    said, merged = _weighed(scene, lead, word, entries, told)
    if isinstance(merged, Conflict):
        if word != "email" or "email" in scene.work.state(lead).agreed:
            hold_conflict(scene, lead, word)
        # else they are two addresses of one person from before we came: each side keeps its own
        return
    if not isinstance(merged.value, Absent):
        out.facts[word] = merged.value
    out.agreed |= is_agreed(scene, lead, word, said, merged.value)


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
    """What another system says of this word, if its mapping reads it and it has a live record.

    Of several records one that agrees with `value` counts, then the first that says anything.
    """
    told = [(entry, opinion(scene, entry, word)) for entry in entries]
    some = [one for one in told if not isinstance(one[1], Absent)]
    agreeing = (one for one in some if agree(one[1], value, scene.company.zone))
    first = some[0] if some else (entries[0] if entries else None, ABSENT)
    return next(agreeing, first)


def elsewhere(scene: Scene, lead: str, system: str) -> dict[str, list[RefEntry]]:
    """A lead's live records in all systems but one, by system, empty where it has none there."""
    names = (name for name in scene.company.names if name != system)
    return {name: current(scene, lead, name) for name in names}


def current(scene: Scene, lead: str, system: str) -> list[RefEntry]:
    """A lead's live records in a system, the one that counts first (a contact before its lead)."""
    live = [
        entry
        for entry in scene.work.refs(lead)
        if entry.ref.system == system and entry.live and entry.seen.raw and not entry.seen.double
    ]
    return sorted(live, key=lambda entry: (bool(entry.seen.converted_to), entry.ref))


def standing(scene: Scene, lead: str, word: str) -> tuple[Merged, Ref] | Conflict | None:
    """What the systems' records make of a word now, and the record that says so.

    `None` where fewer than two systems have a say, or a record.
    """
    if not scene.company.shares(word):
        return None
    entries = everywhere(scene, lead)
    return stands_now(scene, lead, word, entries) if entries else None


def everywhere(scene: Scene, lead: str) -> dict[str, RefEntry]:
    """The record of a lead that counts in each system; empty where fewer than two have one."""
    found = {name: current(scene, lead, name) for name in scene.company.names}
    some = {name: own[0] for name, own in found.items() if own}
    return some if len(some) > 1 else {}


def stands_now(
    scene: Scene, lead: str, word: str, entries: dict[str, RefEntry]
) -> tuple[Merged, Ref] | Conflict:
    """The same of a word that several systems tell, where their records are in hand."""
    told = {name: opinion(scene, one, word) for name, one in entries.items()}
    _, merged = _weighed(scene, lead, word, entries, told)
    if isinstance(merged, Conflict):
        return merged
    return merged, _speaker(scene, entries, merged.by).ref


def _speaker(scene: Scene, entries: Mapping[str, RefEntry], by: str) -> RefEntry:
    """The record that says what holds; where several do, that of sales."""
    if by in entries:
        return entries[by]
    sales = [name for name in scene.company.mapping.on(SALES) if name in entries]
    return entries[sales[0]] if sales else next(iter(entries.values()))


def _weighed(
    scene: Scene, lead: str, word: str, entries: Mapping[str, RefEntry], told: Said
) -> tuple[Said, Merged | Conflict]:
    """What the systems say of a word, in one form, and what follows; one may lack a record."""
    said = told if word == "email" else in_one_form(scene, entries, word, told)
    at = {name: entries[name].seen.changed_at if name in entries else None for name in said}
    return said, weighed(scene, lead, word, said, at)


def hold_conflict(scene: Scene, lead: str, word: str) -> None:
    """Ask a person about a word that several systems changed, and that no rule decides."""
    scene.hold(
        "conflict",
        lead,
        word,
        f"{_who_changed(scene)} changed {word!r} and differ. Make them equal in {_one(scene)}, "
        f'or name a winner in mapping.toml: [authority] {word} = "marketing", "sales" or "latest".',
        field=word,
    )


def _who_changed(scene: Scene) -> str:
    return "Marketing and sales both" if len(scene.company.names) == 2 else "Several systems"


def _one(scene: Scene) -> str:
    return "either system" if len(scene.company.names) == 2 else "any of them"
