"""Records that were merged or deleted at a vendor, and the leads behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crmbridge.flows.read.observe.at_sales import counts_here, system_with
from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.read.observe.identity import follow, hold_two, make_known, stands
from crmbridge.flows.read.observe.owners import owner_of_user
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.lifecycle import SIDES
from crmbridge.model.payload import (
    Absorbed,
    LeadMerged,
    Linked,
    Merged,
    MergedAway,
    Recalled,
    RecordSeen,
)
from crmbridge.model.side import SALES
from crmbridge.store import leads

Believed = Callable[[Scene, str, Ref, datetime], None]


def absorb(scene: Scene, sighting: Sighting, lead: str) -> bool:
    """Take over the records that were merged into this one; return whether any was news."""
    fresh = [ref for ref in sighting.absorbed if not _taken(scene, ref, lead)]
    if not fresh:
        return False
    for ref in fresh:
        entry = scene.work.ref(ref)
        if entry and entry.lead and (loser := follow(scene, entry.lead)) != lead:
            join(scene, loser, lead, f"merged at the vendor: {ref} into {sighting.ref}")
    make_known(scene, lead, sighting)
    refs = tuple(sorted(fresh, key=str))
    key = f"absorbed:{sighting.ref}:{','.join(map(str, refs))}:{scene.work.turn()}"
    scene.observed(Absorbed(refs=refs), lead, key, scene.now, source=str(sighting.ref))
    return True


def _taken(scene: Scene, ref: Ref, lead: str) -> bool:
    entry = scene.work.ref(ref)
    return entry is not None and entry.lead == lead and not entry.live


def join(scene: Scene, loser: str, keeper: str, why: str) -> None:
    """Make two leads one: all that the loser had moves to the keeper, touches counted once."""
    work, loser = scene.work, follow(scene, loser)
    if loser == keeper:
        return  # they are one already
    work.flush()  # the loser's identities and touches must be readable from the ledger
    marks = tuple(row.hash for row in leads.identities_of(scene.tx, [loser]).get(loser, []))
    joined = LeadMerged(loser=loser, identities=marks, why=why)
    scene.observed(joined, keeper, f"join:{loser}:{keeper}", scene.now)
    scene.observed(MergedAway(into=keeper), loser, f"joined:{loser}:{keeper}", scene.now)
    scene.observed(Merged(), loser, f"merged:{loser}", scene.now)
    _name_rep(scene, keeper)
    hold_rivals(scene, keeper)
    for one in (loser, keeper):  # of the loser, what is held is looked at
        work.due(one, scene.now, "merged")


def _name_rep(scene: Scene, lead: str) -> None:
    """Let a lead that two were have the rep of the system that has it.

    Each may have been in another system of sales, and the trip that goes on is the one that began
    first.
    """
    system, company = system_with(scene, lead), scene.company
    rep = company.teams.rep(scene.work.state(lead).owner)
    here = rep is not None and company.mapping.works_in(rep) == system
    if len(company.mapping.on(SALES)) == 1 or SIDES[scene.work.lifecycle(lead).stage] != SALES:
        return
    entries = current(scene, lead, system) if system and not here else []
    person = company.mapping.person(system, entries[0].ref.obj) if entries else None
    user = entries[0].seen.raw.get(person.owner) if person and person.owner else None
    if user:
        told = RecordSeen(ref=entries[0].ref, owner=owner_of_user(scene, str(user), system))
        scene.observed(told, lead, f"owner:{lead}:{scene.work.turn()}", scene.now)


def hold_rivals(scene: Scene, lead: str) -> None:
    """Two live records of one system are this lead now: which one is kept is not ours to pick."""
    seen: dict[str, Ref] = {}
    for entry in filter(stands, scene.work.refs(lead)):
        first = seen.setdefault(entry.ref.system, entry.ref)
        if first != entry.ref:
            hold_two(scene, lead, entry.ref, first)


def deleted(scene: Scene, sighting: Sighting, believed: Believed) -> bool:
    """Note that a record is gone, or lives on as another one; return whether that was news.

    `believed` says what follows where nobody told why it is gone.
    """
    entry = scene.work.ref(sighting.ref)
    if entry is None or not entry.live:
        return False
    lead = follow(scene, entry.lead)
    if not lead:
        return False
    at = sighting.changed_at or scene.now
    scene.observed(
        RecordSeen(ref=sighting.ref, deleted=True),
        lead,
        f"gone:{sighting.ref}:{instant(at)}",
        at,
        source=str(sighting.ref),
    )
    # who became a contact before their lead was thrown away lives on as that contact
    if into := sighting.merged_into or sighting.converted_to:
        _moved(scene, lead, sighting.ref, into)
    else:
        believed(scene, lead, sighting.ref, at)
    scene.work.due(lead, scene.now, "deleted")
    return True


def _moved(scene: Scene, lead: str, loser: Ref, winner: Ref) -> None:
    entry = scene.work.ref(winner)
    keeper = follow(scene, entry.lead) if entry and entry.lead else ""
    if keeper and keeper != lead:
        join(scene, lead, keeper, f"merged at the vendor: {loser} into {winner}")
    elif not keeper:
        key = f"linked:{winner}:{lead}"
        scene.observed(Linked(ref=winner), lead, key, scene.now, source=str(loser))
        hold_rivals(scene, lead)  # what was merged away may have been a second record


def _elsewhere(scene: Scene, lead: str, gone: Ref) -> bool:
    """Whether its system has the lead in another live record, a second one too, in its place."""
    others = (one for one in scene.work.refs(lead) if one.ref != gone)
    return any(one.live and one.ref.system == gone.system for one in others)


def gone(scene: Scene, lead: str, ref: Ref, at: datetime) -> None:
    """Sales threw the record away: the trip to sales ends, and nothing is written back to life.

    A hand-off that a record took was before its end, whatever the two clocks say.
    """
    if not scene.company.stands(ref.system, SALES) or not counts_here(scene, lead, ref):
        return
    if not _elsewhere(scene, lead, ref):
        given = [one.at for one in scene.work.state(lead).life if one.type == "handed"]
        at = max([at, *given])
        key = f"recalled:{ref}:{instant(at)}"
        scene.observed(Recalled(reason="deleted"), lead, key, at, source=str(ref))
