"""What a record says of a word of its person, where systems may say it in their own ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.fit.form import is_form_of
from crmbridge.flows.read.observe.agreed import base_of
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import FieldMap
from crmbridge.mapping.translate import said_in
from crmbridge.model.authority import KEEPING
from crmbridge.model.record import is_blank
from crmbridge.model.side import Side
from crmbridge.model.state import SeenState
from crmbridge.policy.merge import (
    ABSENT,
    Absent,
    Conflict,
    Merged,
    Opinion,
    Stands,
    Voice,
    merge_all,
    says_nothing,
)
from crmbridge.store.projection import RefEntry

Said = Mapping[str, Opinion]
"""What each system says of one word, by its name."""


def line_of(scene: Scene, entry: RefEntry, word: str) -> FieldMap | None:
    """The mapping's line for a word of a record; `None` where its table has none."""
    person = scene.company.mapping.person(entry.ref.system, entry.ref.obj)
    return person.fields.get(word) if person else None


def opinion(scene: Scene, entry: RefEntry, word: str) -> Opinion:
    """What a record says of a word; `ABSENT` where it is not asked, or tells nothing.

    A field that only went out before the mapping was changed says what stands in it.
    """
    line = line_of(scene, entry, word)
    if line is None or not line.reads:
        return ABSENT
    if stands_in(entry.seen, line) and scene.company.rule(word) in KEEPING:
        return ABSENT
    raw, kept = entry.seen.raw.get(line.field), entry.seen.values.get(word, ABSENT)
    if line.read or line.rest:
        # no single field holds the word; an empty one that we do not write to clears nothing
        return ABSENT if line.read and not isinstance(kept, Absent) and is_blank(kept) else kept
    try:
        told = ABSENT if raw is None else said_in(line, raw)
    except ValueError:
        return kept
    if isinstance(kept, Absent) or isinstance(told, Absent) or told == kept:
        return told if isinstance(kept, Absent) else kept
    # else we know it in a fuller form than the field can hold, or it was not asked for its word
    ours = entry.seen.wrote.get(line.field) == raw
    ours = ours or is_form_of(Fitting(scene=scene), entry.ref, line, raw, kept)
    return kept if ours else told


def stands_in(seen: SeenState, line: FieldMap) -> bool:
    """Whether a field holds our own default, which stands for nothing until somebody fills it."""
    default = line.default
    written = default is not None and seen.wrote.get(line.field) == default
    return written and seen.raw.get(line.field) == default


def in_one_form(scene: Scene, entries: Mapping[str, RefEntry], word: str, said: Said) -> Said:
    """What records say, where one may hold another's value only cut, or as another type.

    It then says the same, and not less, whichever of them was read first.
    """
    first, *others = said.values()
    if all(one == first for one in others):
        return said
    fits, out = Fitting(scene=scene), dict(said)
    for system, entry in entries.items():
        line = line_of(scene, entry, word)
        if line is None or line.read or line.rest or says_nothing(said[system]):
            continue  # of the last two: the field that we write to is not what says the word
        raw = entry.seen.raw.get(line.field)
        for other, whole in said.items():
            cut = other == system or out[other] != whole  # itself, or cut too
            if cut or isinstance(whole, Absent):
                continue
            if is_form_of(fits, entry.ref, line, raw, whole):
                out[system] = whole
                break
    return out


def weighed(
    scene: Scene, lead: str, word: str, said: Said, at: Mapping[str, datetime | None]
) -> Merged | Conflict:
    """Merge what the systems say of a word, each with the stamp of its record."""
    state, company = scene.work.state(lead), scene.company
    fact = state.facts.get(word)
    voices = [
        Voice(
            system=name,
            side=side,
            says=said[name],
            base=base_of(state, word, name),
            at=at[name],
        )
        for side in Side
        for name in company.mapping.on(side)
        if name in said
    ]
    blank = {says_nothing(one) for one in said.values()}
    return merge_all(
        voices,
        company.rule(word),
        keeps=len(blank) > 1 and _keeps(scene, word),
        stands=Stands(value=fact.value, at=fact.at) if fact else Stands(),
        zone=company.zone,
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
