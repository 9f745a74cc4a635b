"""Where consent that was given again is written, and where only a person can enter it."""

from __future__ import annotations

from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.consent import WORD, fields_with_no
from crmbridge.model.codec import instant
from crmbridge.model.record import Value
from crmbridge.model.state import LeadState
from crmbridge.registry import connector
from crmbridge.store import held
from crmbridge.store.projection import RefEntry

BY_HAND = "consent_by_hand"


def said_of(state: LeadState) -> bool | None:
    """What the systems are to be told of consent; `None` for nothing.

    A consent is never written for anybody but who gave it again, with evidence.
    """
    if state.opted_out:
        return True
    return False if state.consented_at else None


def may_lift(scene: Scene, entry: RefEntry, name: str) -> bool:
    """Whether a record says no in a field of which its vendor lets us take the no back."""
    side = scene.company.mapping.system(entry.ref.system)
    person = side.person(entry.ref.obj)
    if person is None or name not in fields_with_no(person, entry.seen.raw):
        return False
    line = person.fields.get(WORD)
    own = line is not None and line.field == name and line.writes
    return own and connector(side.connector).info.consent_back


def by_hand(scene: Scene, lead: str) -> dict[str, tuple[str, ...]]:
    """The records of somebody who consented again that say no, in fields that we cannot change."""
    state = scene.work.state(lead)
    if state.opted_out or not state.consented_at:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for entry in scene.work.refs(lead):
        person = scene.company.mapping.person(entry.ref.system, entry.ref.obj)
        if person is None or not entry.live or entry.seen.converted_to:
            continue
        names = fields_with_no(person, entry.seen.raw)
        if stay := tuple(name for name in names if not may_lift(scene, entry, name)):
            found[str(entry.ref)] = stay
    return found


def ask_by_hand(scene: Scene, lead: str) -> None:
    """Ask a person to enter a consent where no write can: once, until it is there."""
    found = by_hand(scene, lead)
    if not found or held.of_leads(scene.tx, [lead], [BY_HAND]):
        return
    given = scene.work.state(lead).consented_at
    where = "; ".join(f"{ref} ({', '.join(names)})" for ref, names in found.items())
    scene.hold(
        BY_HAND,
        lead,
        "",
        f"This person consented to mail again, and these records still say no: {where}. We cannot "
        "take it back there. Let the person subscribe again by a form or link of that system, or "
        "enter it there by hand; this ends by itself. Until then that system sends them nothing.",
        records=list(found),
        given_at=instant(given) if given else "",
    )


def lifts(word: str, said: Value) -> bool:
    """Whether a value that is written takes an opt-out back."""
    return word == WORD and said is False
