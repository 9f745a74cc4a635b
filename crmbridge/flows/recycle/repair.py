"""Leads that come back because something is wrong with them: who repairs what, and when it is done.

R5.1, class fix_data: they go straight on once a fact was corrected, a twin merged, or the deal
that they belong to is over; or once a person says so with `crmbridge held resolve`.
"""

from __future__ import annotations

from datetime import datetime

from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.payload import DataFixed
from crmbridge.model.state import LeadState, Return
from crmbridge.store import held

FIX = "fix_data"
"""Kind of the held work."""
NO_REPAIR = frozenset({"opted_out", "owner", "source"})
"""Facts whose change repairs nothing that sales found wrong."""
ADVICE = {
    "repair": (
        "Sales says that this lead's data is wrong. Correct it in either system; the lead goes on "
        "as soon as a fact changes. `crmbridge held resolve` sends it on as it is."
    ),
    "merge": (
        "Sales says that this lead is a duplicate. Merge the two records in the system that has "
        "both; the lead goes on then. `crmbridge held resolve` says that it is none."
    ),
    "attach": (
        "Sales says that there is a deal with this lead's account already. Put the person on that "
        "deal in the CRM, so that their touches count for it; they wait while it is open. "
        "`crmbridge held resolve` says that it is over."
    ),
}
"""What a person does, by the track of the recycle row."""


def ask(scene: Scene, lead: str, row: Return) -> None:
    """Set a lead aside that somebody must repair; a row that needs nobody asks nobody."""
    if row.klass == FIX and row.track in ADVICE:
        scene.hold(FIX, lead, row.reason, ADVICE[row.track], reason=row.reason, rep=row.rep)


def notice(scene: Scene, look: View) -> bool:
    """Note that a lead was repaired since it came back; return whether that is news."""
    last, state = look.bound, look.state
    if last is None or last.klass != FIX or fixed(state, last) is not None:
        return False
    words = _corrected(state, last.at) if last.track == "repair" else []
    if last.track == "merge" and merged(state, last):
        words = ["merged"]
    elif last.track == "attach" and (look.life.open_deals or _dealt(state, last)):
        words = ["deal"]
    if not words:
        return False
    key = f"data_fixed:{look.id}:{instant(last.at)}:{last.reason}"
    scene.decided(DataFixed(words=tuple(words)), look.id, key)
    held.end(scene.tx, look.id, [FIX], scene.now)
    return True


def _corrected(state: LeadState, since: datetime) -> list[str]:
    """Facts that changed after a lead came back; what came with the return itself is none."""
    return sorted(
        word for word, fact in state.facts.items() if fact.at > since and word not in NO_REPAIR
    )


def fixed(state: LeadState, last: Return) -> datetime | None:
    """When what was wrong at a return was last repaired; `None` while nobody has."""
    at = state.data_fixed_at
    return at if at is not None and at >= last.at else None


def merged(state: LeadState, last: Return) -> bool:
    """Whether another record was merged into this lead since a return, or it needs none."""
    joined = state.joined_at is not None and state.joined_at >= last.at
    return joined or fixed(state, last) is not None


def deal_open(look: View, last: Return) -> bool:
    """Whether a lead waits for a deal: one it is on, or one that nobody has named yet."""
    if look.life.open_deals:
        return True
    return not _dealt(look.state, last) and fixed(look.state, last) is None


def _dealt(state: LeadState, last: Return) -> bool:
    """Whether a lead was on a deal since a return."""
    return any(one.deal and one.at >= last.at for one in state.life)


def resolved(scene: Scene, lead: str, ident: str) -> None:
    """A person says that what was wrong is repaired."""
    key = f"data_fixed:{lead}:{ident}:{instant(scene.now)}"
    scene.decided(DataFixed(words=(), held=ident), lead, key)
    scene.work.due(lead, scene.now, "data fixed")
