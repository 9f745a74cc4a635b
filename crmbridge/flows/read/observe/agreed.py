"""What each system last agreed on of a word: what its next change is told from."""

from __future__ import annotations

from collections.abc import Mapping

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.record import Value
from crmbridge.model.side import PAIR
from crmbridge.model.state import LeadState
from crmbridge.policy.merge import ABSENT, Absent, Opinion, agree


def base_of(state: LeadState, word: str, system: str) -> Opinion:
    """The value of a word that a system last agreed on; `ABSENT` before it ever did."""
    own: Opinion = state.agreed.get(kept_as(word, system), ABSENT)
    if isinstance(own, Absent) and system in PAIR:
        return state.agreed.get(word, ABSENT)
    return own


def kept_as(word: str, system: str) -> str:
    """Under what a system's own agreed value of a word is kept."""
    return f"{word}@{system}"


def is_agreed(
    scene: Scene, lead: str, word: str, said: Mapping[str, Opinion], now: Opinion = ABSENT
) -> dict[str, Value]:
    """What the systems agree on now of a word, as the lead keeps it; empty where they do not.

    They do when all those that are written to say the same, and it is the value that holds `now`
    (not asked of two systems). What one says that is never written to is kept as what it said
    then: it is news again when it changes. Two systems of a company that has no more keep one
    value for both.
    """
    company, zone = scene.company, scene.company.zone
    told = {name: one for name, one in said.items() if not isinstance(one, Absent)}
    pair = [told.get(name, ABSENT) for name in PAIR]
    if len(company.names) == len(PAIR):
        return {word: told[PAIR[0]]} if agree(pair[0], pair[1], zone) else {}
    kept = [one for name, one in told.items() if _is_kept(scene, name, word)]
    if len(told) < 2 or isinstance(now, Absent) or not all(agree(one, now, zone) for one in kept):
        return {}
    found = {kept_as(word, name): one for name, one in told.items()}
    if not any(isinstance(one, Absent) for one in pair):
        found[word] = now
    agreed = scene.work.state(lead).agreed
    return {key: one for key, one in found.items() if agreed.get(key, ABSENT) != one}


def _is_kept(scene: Scene, system: str, word: str) -> bool:
    """Whether a system is to have what holds of a word: it is written to, or one of the pair."""
    lines = (person.fields.get(word) for person in scene.company.mapping.system(system).people)
    return system in PAIR or any(line is not None and line.writes for line in lines)
