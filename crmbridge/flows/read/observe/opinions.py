"""What a record says of a word of its person, where two systems may say it in their own ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crmbridge.company import SIDES, other
from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.fit.form import is_form_of
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import FieldMap
from crmbridge.mapping.translate import said_in
from crmbridge.model.authority import KEEPING
from crmbridge.model.record import Value, is_blank
from crmbridge.model.state import SeenState
from crmbridge.policy.merge import (
    ABSENT,
    Absent,
    Conflict,
    Merged,
    Opinion,
    Stands,
    agree,
    merge,
    says_nothing,
)
from crmbridge.store.projection import RefEntry

Said = Mapping[str, Opinion]
"""What each side says of one word."""


def line_of(scene: Scene, entry: RefEntry, word: str) -> FieldMap | None:
    """The mapping's line for a word of a record; `None` where its table has none."""
    person = scene.company.mapping.side(entry.ref.system).person(entry.ref.obj)
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
    """What two records say, where one may hold the other's value only cut, or as another type.

    It then says the same, and not less, whichever of the two was read first.
    """
    if said["marketing"] == said["sales"]:
        return said
    fits, out = Fitting(scene=scene), dict(said)
    for side, entry in entries.items():
        whole = said[other(side)]
        line = line_of(scene, entry, word)
        if line is None or isinstance(whole, Absent) or says_nothing(said[side]):
            continue
        if line.read or line.rest:
            continue  # the field that we write to is not what says the word
        if is_form_of(fits, entry.ref, line, entry.seen.raw.get(line.field), whole):
            out[side] = whole
            break
    return out


def weighed(
    scene: Scene, lead: str, word: str, said: Said, at: Mapping[str, datetime | None]
) -> Merged | Conflict:
    """Merge what both sides say of a word, each with the stamp of its record."""
    state = scene.work.state(lead)
    fact = state.facts.get(word)
    return merge(
        base=state.agreed.get(word, ABSENT),
        marketing=said["marketing"],
        sales=said["sales"],
        authority=scene.company.rule(word),
        marketing_at=at["marketing"],
        sales_at=at["sales"],
        keeps=says_nothing(said["marketing"]) is not says_nothing(said["sales"])
        and _keeps(scene, word),
        stands=Stands(value=fact.value, at=fact.at) if fact else Stands(),
        zone=scene.company.zone,
    )


def is_agreed(scene: Scene, said: Said) -> Value | Absent:
    """The value on which both sides agree now; `ABSENT` where they do not."""
    one, two = (said[side] for side in SIDES)
    return one if agree(one, two, scene.company.zone) else ABSENT


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
