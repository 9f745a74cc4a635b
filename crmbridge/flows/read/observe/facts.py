"""What a record's changed values mean for the lead: three-way merge, and sticky opt-outs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crmbridge.company import SIDES, other
from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.read.observe.consent import Before, counts
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.record import Value
from crmbridge.policy.merge import ABSENT, Absent, Conflict, Merged, merge, says_nothing
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
    for word, value in changed.items():
        if word == "opted_out":
            if value is not True or counts(scene, lead, sighting, before):
                _opt_out(out, value=value, before=state.opted_out)
            continue
        theirs = _said_by(scene, others, word, value)
        if isinstance(theirs, Absent):
            out.facts[word] = value
        else:
            _merge_word(scene, lead, sighting, word, (value, theirs), out)
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
    scene: Scene, lead: str, sighting: Sighting, word: str, said: tuple[Value, Value], out: News
) -> None:
    side = sighting.ref.system
    value, theirs = said
    told = {side: value, other(side): theirs}
    at = {one: _at(scene, lead, sighting, one) for one in SIDES}
    merged = _merged(scene, lead, word, told, at)
    if isinstance(merged, Conflict):
        if word != "email" or "email" in scene.work.state(lead).agreed:
            _hold(scene, lead, word)
        # else they are two addresses of one person from before we came: each side keeps its own
        return
    if not isinstance(merged.value, Absent):
        out.facts[word] = merged.value
    if value == theirs:
        out.agreed[word] = value


def _merged(
    scene: Scene,
    lead: str,
    word: str,
    said: Mapping[str, Value | Absent],
    at: Mapping[str, datetime | None],
) -> Merged | Conflict:
    """Merge what both sides say of a word, each with the stamp of its record."""
    return merge(
        base=scene.work.state(lead).agreed.get(word, ABSENT),
        marketing=said["marketing"],
        sales=said["sales"],
        authority=scene.company.mapping.authority.get(word, "hold"),
        marketing_at=at["marketing"],
        sales_at=at["sales"],
        keeps=says_nothing(said["marketing"]) is not says_nothing(said["sales"])
        and _keeps(scene, word),
    )


def _keeps(scene: Scene, word: str) -> bool:
    """Whether a word is never emptied across: the address, and what a new record must have."""
    if word == "email":
        return True
    fits = Fitting(scene=scene)
    return any(
        line.default is not None or (line.writes and fits.wants(side, person.object, line.field))
        for side, spec in scene.company.mapping.systems()
        for person in spec.people
        if (line := person.fields.get(word))
    )


def _said_by(scene: Scene, entries: Sequence[RefEntry], word: str, value: Value) -> Value | Absent:
    """What the other side says of this word, if its mapping reads it and it has a live record.

    Of several records one that agrees with `value` counts, then the first.
    """
    said = [
        entry.seen.values[word]
        for entry in entries
        if word in entry.seen.values and scene.company.reads(entry.ref.system, word)
    ]
    if not said:
        return ABSENT
    return value if value in said else said[0]


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
    found = {side: current(scene, lead, side) for side in SIDES}
    if not all(found.values()) or not all(scene.company.reads(side, word) for side in SIDES):
        return None
    seen = {side: entries[0].seen for side, entries in found.items()}
    said = {side: one.values.get(word, ABSENT) for side, one in seen.items()}
    merged = _merged(scene, lead, word, said, {side: one.changed_at for side, one in seen.items()})
    if isinstance(merged, Conflict):
        return merged
    return merged, found["marketing" if merged.by == "marketing" else "sales"][0].ref


def _at(scene: Scene, lead: str, sighting: Sighting, side: str) -> datetime | None:
    if sighting.ref.system == side:
        return sighting.changed_at
    entries = current(scene, lead, side)
    return entries[0].seen.changed_at if entries else None


def _hold(scene: Scene, lead: str, word: str) -> None:
    scene.hold(
        "conflict",
        lead,
        word,
        f"Marketing and sales both changed {word!r} and differ. Make them equal in either system, "
        f'or name a winner in mapping.toml: [authority] {word} = "marketing", "sales" or "latest".',
        field=word,
    )
