"""The addresses of a record: which are news, and what follows where another lead has one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmbridge.flows.read.observe.consent import ADDRESS_TAKEN, address_shared, heard_before
from crmbridge.flows.read.observe.happenings import adopt
from crmbridge.flows.read.observe.identity import (
    are_apart,
    follow,
    left_behind,
    mark,
    marks,
    marks_of,
    stands,
)
from crmbridge.flows.read.observe.merges import join
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Sighting
from crmbridge.model.payload import Addressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a record's addresses mean: whose it is, and which of them are news.

    `main` is the mark of its main address where that is news, `more` those of the others; `taken`
    says that the main one is another lead's still. `joined` says that two leads became one.
    """

    lead: str
    main: str = ""
    more: tuple[str, ...] = ()
    taken: bool = False
    joined: bool = False

    @property
    def news(self) -> bool:
        """Whether anything follows from them."""
        return bool(self.main or self.more or self.joined)


def claim(scene: Scene, lead: str, sighting: Sighting) -> Claims:
    """Say what the addresses of a lead's record mean, and make one of two halves.

    An address that another lead has makes one of both, where neither has a live record in a system
    in which the other has one: sales or marketing corrected an address, or told a further one.
    Else a person is asked, and the address stays where it is.
    """
    joined, free, main_taken = False, [], False
    own = mark(sighting)
    for one in marks(sighting):
        other = follow(scene, scene.work.identity(one))
        if other == lead:
            continue
        if not other or left_behind(scene, other, one, sighting):
            free.append(one)
            if other:  # no mail is to reach the address, whoever it is filed under
                address_shared(scene, lead, other, sighting)
        elif scene.work.has(lead) and are_halves(scene, lead, other, sighting, one):
            lead, joined = _made_one(scene, lead, other, sighting), True
        else:
            main_taken |= one == own and not are_apart(scene, lead, other)
            _ask(scene, lead, other, sighting)
    return Claims(
        lead=lead,
        main=own if own in free else "",
        more=tuple(one for one in free if one != own),
        taken=main_taken,
        joined=joined,
    )


def take_further(scene: Scene, claims: Claims, sighting: Sighting) -> None:
    """Note the further addresses that are news, with all that waited for them."""
    if claims.more:
        told = Addressed(ref=sighting.ref, identities=claims.more)
        key = f"addressed:{sighting.ref}:{claims.more[0]}:{scene.work.turn()}"
        at = sighting.changed_at or scene.now
        scene.observed(told, claims.lead, key, at, source=str(sighting.ref))
    for one in (claims.main, *claims.more):
        if one:
            adopt(scene, claims.lead, one)
            heard_before(scene, claims.lead, sighting, one)


def are_halves(scene: Scene, lead: str, other: str, sighting: Sighting, one: str) -> bool:
    """Whether two leads that have an address are halves of one person, each in a system of its own.

    The other has the address now; one that it had once, before it was corrected, joins nobody.
    """
    if are_apart(scene, lead, other):
        return False
    theirs = [entry for entry in scene.work.refs(other) if stands(entry)]
    ours = {entry.ref.system for entry in scene.work.refs(lead) if stands(entry)}
    ours |= set() if sighting.converted_to else {sighting.ref.system}
    if ours & {entry.ref.system for entry in theirs}:
        return False
    return not theirs or any(one in marks_of(scene, entry) for entry in theirs)


def _made_one(scene: Scene, lead: str, other: str, sighting: Sighting) -> str:
    """Join two leads into the one that sales works, or that is known longer; return it."""
    keeper, loser = sorted((lead, other), key=lambda who: rank(scene, who))
    join(scene, loser, keeper, f"one address in both systems: {sighting.ref}")
    return keeper


def rank(scene: Scene, lead: str) -> tuple[bool, float, str]:
    """Which of several leads stays when they become one: the first by this order."""
    state = scene.work.state(lead)
    worked = state.assigned is not None or bool(state.handover)
    known: Iterable[float] = (one.at.timestamp() for one in state.life)
    return not worked, min(known, default=0.0), lead


def _ask(scene: Scene, lead: str, other: str, sighting: Sighting) -> None:
    """Two leads have one address: a person says whose it is, unless somebody did."""
    address_shared(scene, lead, other, sighting)
    if are_apart(scene, lead, other):
        return
    scene.hold(
        ADDRESS_TAKEN,
        lead,
        str(sighting.ref),
        f"{sighting.ref} has an e-mail address of another lead ({other[:8]}). Merge the two "
        "records, or correct the address; `crmbridge identity join "
        f'{lead[:8]} {other[:8]} --why "…"` makes one of both. '
        "Until then the address stays with the other lead.",
        record=str(sighting.ref),
        other=other,
    )
    scene.takers = None  # one more, from now on
