"""What a deal means for the people on it, and for those who left it: steps of their lifecycles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from crmbridge.agreement.recycle import MISSING_REASON
from crmbridge.flows.read.observe.at_sales import org_of
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.take_over import taken_over
from crmbridge.flows.scene.live_since import is_live
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import DELETED, OFF_DEAL, DealState
from crmbridge.model.evidence import Evidence
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import REASON_GIVEN, SIDES, Heard, LifeEvent, Stage, heard, standing
from crmbridge.model.payload import (
    DealLost,
    DealReopened,
    DealWithdrawn,
    DealWon,
    Opportunity,
    Qualified,
    Step,
)
from crmbridge.model.side import SALES
from crmbridge.model.state import Happened
from crmbridge.store.rows import DealRow

JUST_AFTER = timedelta(microseconds=1)
"""What a step or a period is dated by that the vendor stamps no later than the one before it
(R1.18)."""
IMPORTED = timedelta(days=1)
"""A deal that ended so long before it was entered is history that somebody imported."""


def load_on(scene: Scene, deals: Iterable[str]) -> None:
    """Load some deals and everybody on them, in a few statements."""
    wanted = list(dict.fromkeys(deals))
    hand = scene.work.deals
    hand.load(wanted)
    hand.load_on(wanted)
    scene.work.load_refs(person for one in wanted for person in hand.people_on(one))


def derive(scene: Scene, deals: Iterable[str], left: Iterable[Ref] = ()) -> None:
    """Bring the lifecycles of everybody on these deals up to what the deals say now.

    `left` are people who were on them: their trips go on without the deal.
    """
    gone = [lead for person in left if (lead := _lead_of(scene, person))]
    for ident in deals:
        row = scene.work.deals.get(ident)
        if row is None:
            continue
        if row.outside:
            qualify_converted(scene, ident)
            continue
        on = leads_on(scene, ident)
        for lead in on:
            catch_up(scene, lead, row)
            scene.work.due(lead, scene.now, "deal")
        off = dict.fromkeys(one for one in gone if one not in on)
        held = scene.work.holders([ident])[ident] if off else {}
        for lead in off:
            if lead not in held:  # they may be on it by weaker evidence still
                leave(scene, lead, row)
            scene.work.due(lead, scene.now, "deal")


def leads_on(scene: Scene, deal: str) -> list[str]:
    """The leads of whom somebody says that they are on a deal, each once."""
    found = (_lead_of(scene, one) for one in scene.work.deals.people_on(deal))
    return [lead for lead in dict.fromkeys(found) if lead]


def qualify_converted(scene: Scene, deal: str) -> None:
    """Whose lead sales converted, sales has qualified, though the deal is none that counts.

    It may lie outside the filter of the mapping, or where our user does not see it.
    """
    for role in scene.work.deals.roles_on(deal):
        if not role.live or role.evidence is not Evidence.CONVERSION:
            continue
        lead = _lead_of(scene, Ref.parse(role.person))
        if lead and scene.work.lifecycle(lead).stage in (Stage.HANDED, Stage.ACCEPTED):
            _qualify(scene, lead, deal)
            scene.work.due(lead, scene.now, "deal")


def _qualify(scene: Scene, lead: str, deal: str) -> None:
    """Whoever was put on a deal that is none of ours was qualified by it."""
    key = f"qualified:{lead}:{deal}:{scene.work.turn()}"
    org = org_of(scene, Ref.parse(deal).system)
    scene.observed(Qualified(system=org), lead, key, scene.now, source=deal)


def _lead_of(scene: Scene, person: Ref) -> str:
    entry = scene.work.ref(person)
    return follow(scene, entry.lead) if entry and entry.lead else ""


def catch_up(scene: Scene, lead: str, deal: DealRow, kind: str = "") -> None:
    """Write the steps from what the lead's lifecycle heard of a deal to what the deal is.

    `kind` is the evidence that puts the lead on the deal where that is a weak one.
    """
    known = on_deal(scene, lead, deal.id)
    state = "lost" if deal.state == DealState.DELETED else deal.state
    if not known.state and deal.state == DealState.DELETED:
        return
    if known.state == state:
        if state == "lost":
            _told_why(scene, lead, deal, known)
        return
    changed = deal.changed_at or scene.now
    told = known.newest
    if not known.state:
        found = state == "open" and not is_live(scene)
        if found and not kind and scene.work.lifecycle(lead).stage is not Stage.OPPORTUNITY:
            taken_over(scene, lead, _ref(deal), Stage.OPPORTUNITY)
        opened = Opportunity(deal=_ref(deal), kind=kind, system=org_of(scene, _ref(deal).system))
        at = scene.now if found else _opened_at(deal, changed)
        told = _life(scene, lead, deal, opened, at)
    elif known.state != "open":
        told = _reopened(scene, lead, deal, _after(changed, known.newest))
    if state != "open":
        at = _closed_at(scene, deal, changed)
        # within one look, steps of one instant are put in order by the fold itself
        at = _after(at, told) if known.state == "open" else max(at, told or at)
        if state == "won":
            _life(scene, lead, deal, DealWon(deal=_ref(deal)), at)
        else:
            _lost(scene, lead, deal, at, _reason(deal))


def _opened_at(deal: DealRow, changed: datetime) -> datetime:
    """When a deal began: with its end at the latest, where an import made it long after that.

    A day that is told without a time is its noon, so an end of the same day is no such case.
    """
    opened = deal.created_at or changed
    if deal.state not in (DealState.WON, DealState.LOST) or deal.closed_at is None:
        return opened
    return deal.closed_at if opened - deal.closed_at > IMPORTED else opened


def _closed_at(scene: Scene, deal: DealRow, changed: datetime) -> datetime:
    """When a deal ended: as the vendor says, but no later than it was seen to have ended."""
    if deal.state == DealState.DELETED or deal.closed_at is None:
        return changed
    return min(deal.closed_at, max(changed, scene.now))


def leave(scene: Scene, lead: str, deal: DealRow) -> None:
    """Somebody is no longer on a deal: for them it is as if it had been lost, for that reason."""
    known = on_deal(scene, lead, deal.id)
    if known.state not in ("open", "won"):
        return
    at = _after(scene.now, known.newest)
    if known.state == "won":
        _reopened(scene, lead, deal, at)
    _lost(scene, lead, deal, at, OFF_DEAL)


def _told_why(scene: Scene, lead: str, deal: DealRow, known: Heard) -> None:
    """Take up a reason that sales gives for a deal that was lost before; deleted is one."""
    reason = _reason(deal)
    if known.closed is None or reason == (known.reason or MISSING_REASON):
        return
    if reason == MISSING_REASON and known.reason not in (DELETED, OFF_DEAL):
        return
    if SIDES[scene.work.lifecycle(lead).stage] != SALES:
        _lost(scene, lead, deal, known.closed, reason, kind=REASON_GIVEN)


def _reason(deal: DealRow) -> str:
    if deal.state == DealState.DELETED:
        return DELETED
    return str(deal.data.get("reason") or MISSING_REASON)


def _after(at: datetime, newest: datetime | None) -> datetime:
    return at if newest is None or at > newest else newest + JUST_AFTER


def withdraw(scene: Scene, lead: str, deal: DealRow) -> None:
    """Take a lead off a deal that it was never on: all that it heard of it does not count.

    Whom sales put on it, sales had qualified, though the deal is none of ours.
    """
    weak = is_weak(scene, lead, deal.id)
    _life(scene, lead, deal, DealWithdrawn(deal=_ref(deal)), scene.now)
    if not weak and SIDES[scene.work.lifecycle(lead).stage] == SALES:
        _qualify(scene, lead, deal.id)


def on_deal(scene: Scene, lead: str, deal: str) -> Heard:
    """How a deal stands in a lead's lifecycle."""
    life = [
        LifeEvent(at=one.at, type=one.type, reason=one.reason, deal=deal, kind=one.kind, arrival=n)
        for n, one in enumerate(_steps(scene, lead, deal))
    ]
    return heard(life, deal)


def is_weak(scene: Scene, lead: str, deal: str) -> bool:
    """Whether nothing but weak evidence ever put a lead on a deal."""
    opened = [one.kind for one in _steps(scene, lead, deal) if one.type == Opportunity.type]
    return bool(opened) and all(opened)


def _steps(scene: Scene, lead: str, deal: str) -> list[Happened]:
    return standing(one for one in scene.work.state(lead).life if one.deal == deal)


def _ref(deal: DealRow) -> Ref:
    return Ref.parse(deal.id)


def _reopened(scene: Scene, lead: str, deal: DealRow, at: datetime) -> datetime:
    org = org_of(scene, _ref(deal).system)
    return _life(scene, lead, deal, DealReopened(deal=_ref(deal), system=org), at)


def _lost(
    scene: Scene, lead: str, deal: DealRow, at: datetime, reason: str, kind: str = ""
) -> None:
    out = reason in scene.company.agreement.out_reasons
    _life(scene, lead, deal, DealLost(deal=_ref(deal), kind=kind, reason=reason, out=out), at)


def _life(scene: Scene, lead: str, deal: DealRow, step: Step, at: datetime) -> datetime:
    """Emit one step and return its instant."""
    count = sum(1 for one in scene.work.state(lead).life if one.deal == deal.id)
    key = f"{step.type}:{lead}:{deal.id}:{count}"
    scene.observed(step, lead, key, at, source=deal.id)
    return at
