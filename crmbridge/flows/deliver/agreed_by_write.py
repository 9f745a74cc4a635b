"""What systems agree on once one of them took a write, where a company has more than two."""

from __future__ import annotations

from collections.abc import Mapping

from crmbridge.flows.read.observe.agreed import is_agreed, kept_as
from crmbridge.flows.read.observe.facts import everywhere
from crmbridge.flows.read.observe.opinions import opinion
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.payload import RecordSeen
from crmbridge.model.record import Value
from crmbridge.model.side import PAIR


def agreed_by(scene: Scene, lead: str, ref: Ref, words: Mapping[str, Value]) -> dict[str, Value]:
    """Return what is agreed on of some words once a record takes them; empty for two systems.

    The record's system agrees with it. The others do once the last of them that is written to has
    it: until then a change elsewhere is one against what they had before, and no rule is passed
    by. It is asked before the write is noted.
    """
    found: dict[str, Value] = {}
    if len(scene.company.names) == len(PAIR):
        return found
    entries = everywhere(scene, lead)
    agreed = scene.work.state(lead).agreed
    for word, value in words.items():
        if not scene.company.shares(word):
            continue
        said = {name: opinion(scene, entry, word) for name, entry in entries.items()}
        all_of_them = is_agreed(scene, lead, word, {**said, ref.system: value}, value)
        if not all_of_them:
            before = {kept_as(word, name): agreed[word] for name in PAIR if word in agreed}
            found |= {key: one for key, one in before.items() if key not in agreed}
        found |= all_of_them or {kept_as(word, ref.system): value}
    return found


def note_agreed(scene: Scene, lead: str, ref: Ref, agreed: dict[str, Value], key: str) -> None:
    """Note what a write led to, beside the write itself."""
    if agreed:
        scene.settled(RecordSeen(ref=ref, agreed=agreed), lead, f"agreed:{key}")
