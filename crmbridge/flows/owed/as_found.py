"""What stays as it was found: stages and stamps from before crmbridge, until the lead moves.

A stage never goes back because history was read, and what an earlier ledger wrote of a trip is not
wiped by a ledger that was not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crmbridge.flows.owed.changes import Change
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.live_since import live_since
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap
from crmbridge.mapping.stages import means
from crmbridge.model.lifecycle import FOR_MARKETING, Stage
from crmbridge.model.record import is_blank
from crmbridge.store.projection import RefEntry

OF_A_TRIP = frozenset(
    {
        *("outcome", "reason", "loops", "trips", "cycle", "track", "definition"),
        *("first_touch", "last_touch", "sourced", "first_campaign", "headline_campaign"),
        *("ready_at", "handed_at", "accepted_at", "returned_at", "cool_off_until"),
        "handed_on_at",
    }
)
"""Words that say what came of a trip; an earlier ledger may know more of the past."""
MOVES_NOBODY = frozenset(
    {"adopted", "known", "engaged", "ready", "unready", "queue_expired", "merged"}
)
"""Events that say nothing of sales: after them alone a lead stands where it was found."""


def as_found(
    scene: Scene, view: View, entry: RefEntry, person: PersonMap, changes: Mapping[str, Change]
) -> dict[str, Change]:
    """Leave out the changes that would take back what was there before crmbridge moved the lead."""
    free = moved(scene, view)
    tended = bool(view.state.stays)
    return {
        name: change
        for name, change in changes.items()
        if not _stays(
            scene, entry, person, name, change, free=free or (tended and change.word == "track")
        )
    }


def moved(scene: Scene, view: View) -> bool:
    """Whether anything happened between the lead and sales since the company went live.

    What was not allowed where it came (R1.5) did not happen to the lead.
    """
    if view.state.assigned is not None:
        return True
    since = live_since(scene)
    told = Counter((one.at, one.type) for one in view.state.life)
    told.subtract((one.at, one.type) for one in view.life.ignored)
    return any(
        n > 0 and at > since and type_ not in MOVES_NOBODY for (at, type_), n in told.items()
    )


def _stays(
    scene: Scene, entry: RefEntry, person: PersonMap, name: str, change: Change, *, free: bool
) -> bool:
    if change.word == "stage":
        return _stage_stays(scene, entry, person, name, change, free=free)
    if free or change.word not in OF_A_TRIP or name in entry.seen.wrote:
        return False
    return not is_blank(entry.seen.raw.get(name))


def _stage_stays(
    scene: Scene, entry: RefEntry, person: PersonMap, name: str, change: Change, *, free: bool
) -> bool:
    """Whether a record's own stage is left: it says the same, or says more.

    One that the mapping does not know may say anything. Where the agreement has a name of its own
    for the stage there, the record gets it, unless it shows a word of theirs for the same.
    """
    there = entry.seen.raw.get(name)
    if is_blank(there):
        return False
    ours, theirs = str(change.said or ""), means(person.fields["stage"], str(there))
    if theirs and theirs == ours:
        return _says_enough(scene, entry, person, change)
    return not free and name not in entry.seen.wrote and not _forward(theirs, ours)


def _says_enough(scene: Scene, entry: RefEntry, person: PersonMap, change: Change) -> bool:
    """Whether a value that means the stage already is left.

    Not where it is a name that the agreement gives, or gave, to this or another part of the stage;
    and where the agreement has a name now, only a word of theirs for the same is left.
    """
    there = str(change.before)
    if there in scene.company.own_names[entry.ref.system]:
        return False
    return not change.own or there in person.fields["stage"].adopt


def _forward(theirs: str, ours: str) -> bool:
    """Whether a stage is later than another; that somebody is out is neither."""
    if Stage.DISQUALIFIED in (theirs, ours) or not {theirs, ours} <= set(FOR_MARKETING):
        return False
    return FOR_MARKETING.index(Stage(ours)) > FOR_MARKETING.index(Stage(theirs))
