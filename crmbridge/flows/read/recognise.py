"""What a system can only hold in another form is known again: it is no edit of anybody's.

A text that was cut, the day of an instant, a number as text, choices in the vendor's order: read
back, they say what we know, and not less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.fit.form import is_form_of
from crmbridge.flows.read.observe.identity import follow, named
from crmbridge.flows.read.observe.people import preload
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap
from crmbridge.model.lead import Sighting
from crmbridge.model.record import Value
from crmbridge.system import Item


def recognised(scene: Scene, items: Sequence[Item]) -> Sequence[Item]:
    """Items in which people's values say what we know, where they are but a form of it."""
    people = [one for one in items if isinstance(one, Sighting) and not one.deleted]
    if not people:
        return items
    fits = Fitting(scene=scene)
    tables = {
        (side, one.object): one
        for side, spec in scene.company.mapping.systems()
        for one in spec.people
        if fits.fields(side, one.object)
    }
    if not any((one.ref.system, one.ref.obj) in tables for one in people):
        return items
    preload(scene, people)
    scene.work.load_leads(lead for one in people if (lead := _lead(scene, one)))
    return [_known(fits, tables, one) if isinstance(one, Sighting) else one for one in items]


def _known(fits: Fitting, tables: dict[tuple[str, str], PersonMap], one: Sighting) -> Sighting:
    person = tables.get((one.ref.system, one.ref.obj))
    if person is None or one.deleted or one.filtered:
        return one
    entry = fits.scene.work.ref(one.ref)
    lead = follow(fits.scene, _lead(fits.scene, one))
    facts = fits.scene.work.state(lead) if lead else None
    changed: dict[str, Value] = {}
    for word, value in one.values.items():
        line = person.fields[word]
        if not line.writes or line.read or line.rest or word in ("opted_out", "email"):
            continue  # what is written elsewhere is no form of what is read here
        known = [entry.seen.values[word]] if entry and word in entry.seen.values else []
        known += [facts.value(word)] if facts and word in facts.facts else []
        if value in known:
            continue
        raw = one.raw.get(line.field)
        ours = next((old for old in known if is_form_of(fits, one.ref, line, raw, old)), None)
        if ours is not None:
            changed[word] = ours
    return replace(one, values={**one.values, **changed}) if changed else one


def _lead(scene: Scene, one: Sighting) -> str:
    """The lead that a record is of, as far as it is known before it is observed."""
    entry = scene.work.ref(one.ref)
    if entry and entry.lead:
        return entry.lead
    return named(scene, one)
