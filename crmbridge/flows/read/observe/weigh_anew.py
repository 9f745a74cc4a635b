"""Facts weighed anew where a rule, or who a lead is, changed since they were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crmbridge.flows.read.observe.facts import everywhere, hold_conflict, stands_now
from crmbridge.flows.read.observe.opinions import opinion
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.payload import RecordSeen
from crmbridge.policy.merge import Absent, Conflict, Merged, agree
from crmbridge.store import held
from crmbridge.store.projection import RefEntry


def weigh_anew(scene: Scene, lead: str) -> None:
    """Let the rules decide what holds of words that several systems tell, not who was read last.

    A field that is shared since the mapping was changed, or two halves of a person that became
    one, were never weighed against each other. Of an address who is who decides, and of consent
    the no.
    """
    entries = everywhere(scene, lead)
    if not entries or _is_open(scene, lead):
        return
    state = scene.work.state(lead)
    for word in scene.company.shared:
        if _is_read_elsewhere(scene, entries, word):
            continue
        ours = state.value(word)
        if all(opinion(scene, entry, word) == ours for entry in entries.values()):
            continue
        found = stands_now(scene, lead, word, entries)
        if isinstance(found, Conflict):
            _ask_once(scene, lead, word)
        elif found[0].by != "agreed" and not agree(found[0].value, ours, scene.company.zone):
            take(scene, lead, word, *found)


def _is_open(scene: Scene, lead: str) -> bool:
    """Whether a lead has several records in one system, as after a merge in another.

    What was agreed was agreed with one of them, and which of them stays is still to be seen.
    """
    standing = (one for one in scene.work.refs(lead) if one.live and not one.seen.double)
    sides = Counter(one.ref.system for one in standing if not one.seen.converted_to)
    return any(many > 1 for many in sides.values())


def _is_read_elsewhere(scene: Scene, entries: Mapping[str, RefEntry], word: str) -> bool:
    """Whether a system tells a word by another field than the one that it is written to.

    What we write there is never told back: the systems need not agree on it.
    """
    people = [scene.company.mapping.person(side, e.ref.obj) for side, e in entries.items()]
    lines = [one.fields.get(word) for one in people if one is not None]
    return any(line is not None and line.read for line in lines)


def _ask_once(scene: Scene, lead: str, word: str) -> None:
    """Ask a person of a dispute that no look at a record brought up, if nobody was asked yet."""
    rows = held.find(scene.tx, state=None, kind="conflict", lead=lead)
    if all(row.op != word for row in rows):
        hold_conflict(scene, lead, word)


def take(scene: Scene, lead: str, word: str, merged: Merged, by: Ref) -> None:
    """Let a word of a record hold for its lead, a first value since its record was changed."""
    if isinstance(merged.value, Absent):
        return
    entry = scene.work.ref(by) if merged.why == "first" else None
    at = entry.seen.changed_at if entry else None
    turn = f"{scene.work.state(lead).rev}:{len(scene.work.pending)}"
    told = RecordSeen(ref=by, facts={word: merged.value})
    scene.observed(told, lead, f"won:{by}:{word}:{turn}", at or scene.now, source=str(by))
