"""Which fields of a record a person is still to settle: until then nothing is written over."""

from __future__ import annotations

from dataclasses import replace

from crmbridge.flows.owed.because import because
from crmbridge.flows.owed.changes import Change
from crmbridge.flows.read.observe.facts import standing
from crmbridge.flows.read.observe.identity import holder, stands
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap
from crmbridge.mapping.words import is_fact
from crmbridge.policy.merge import Conflict
from crmbridge.store.projection import RefEntry


def table_of(scene: Scene, side: str, obj: str) -> tuple[str, PersonMap] | None:
    """The table of people that describes an object, with its name; `None` where none does."""
    spec = scene.company.mapping.system(side)
    for table, person in zip(("lead", "contact"), spec.people, strict=False):
        if person.object == obj:
            return f"{side}.{table}", person
    return None


def undisputed(
    scene: Scene, view: View, entry: RefEntry, changes: dict[str, Change]
) -> dict[str, Change]:
    """Leave out what a person is to settle: until then no side's own value is written over.

    Of the others each says by which rule of [authority] it is written.
    """
    out: dict[str, Change] = {}
    for name, change in changes.items():
        word = change.word
        if not word or word == "opted_out" or not is_fact(word):
            out[name] = change  # a no is no question
        elif word != "email" or not _keeps_its_address(scene, view, entry):
            found = standing(scene, view.id, word)
            if not isinstance(found, Conflict):
                why = because(scene.company, word, found[0] if found else None)
                out[name] = replace(change, rule=f"{change.rule}{why}")
    return out


def _keeps_its_address(scene: Scene, view: View, entry: RefEntry) -> bool:
    """Whether a record has an address of its own that a person may still have to judge.

    It is another lead's, or the lead has two records in one system: which one is right is open.
    """
    own = holder(scene, entry.seen.values)
    if own != view.id:
        return bool(own)
    sides = [one.ref.system for one in scene.work.refs(view.id) if stands(one)]
    return len(sides) > len(set(sides))
