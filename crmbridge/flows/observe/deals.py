"""Deals and the people on them: opportunities opened, won, lost, reopened and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crmbridge.agreement.recycle import MISSING_REASON
from crmbridge.company import digest
from crmbridge.flows.observe.counted import Counted
from crmbridge.flows.observe.identity import follow
from crmbridge.flows.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.lifecycle import REASON_GIVEN, SIDES
from crmbridge.store.rows import DealRow


def observe_roles(scene: Scene, roles: Sequence[Role], counted: Counted) -> None:
    """Note who is on which deal, and what that means for them."""
    for role in roles:
        known = {ref for ref in scene.work.people_of(str(role.deal))}
        if role.live == (role.person in known):
            counted.unchanged += 1
            continue
        counted.changed += 1
        _note_role(scene, role.ref, role.deal, role.person, live=role.live)
        derive(scene, [str(role.deal)])


def join_deal(scene: Scene, lead: str, sighting: Sighting, contact: Ref) -> None:
    """Put a converted person on the deal that the conversion made (R6.1)."""
    deal_map = scene.company.mapping.sales.deal
    if deal_map is None:
        return
    deal = Ref(system="sales", obj=deal_map.object, id=sighting.converted_deal)
    conversion = Ref(system="sales", obj="conversion", id=f"{sighting.ref.id}.{deal.id}")
    _note_role(scene, conversion, deal, contact, live=True)
    derive(scene, [str(deal)])


def _note_role(scene: Scene, ref: Ref, deal: Ref, person: Ref, *, live: bool) -> None:
    data = {"id": str(ref), "deal": str(deal), "person": str(person), "live": live}
    key = f"role:{digest([data, instant(scene.now)])}"
    scene.observed("role", "", key, scene.now, source=str(ref), **data)


def observe_deals(scene: Scene, deals: Sequence[Deal], counted: Counted) -> None:
    """Note new and changed deals, and what they mean for the people on them."""
    scene.work.load_deals([str(deal.ref) for deal in deals])
    changed = []
    for deal in deals:
        data = _data(deal)
        row = scene.work.deal(str(deal.ref))
        if deal.state is DealState.DELETED and row is not None:
            data |= {"amount_minor": row.amount_minor, "currency": row.currency}
        if (row is None and deal.state is DealState.DELETED) or (row and _same(row, data)):
            counted.unchanged += 1
            continue
        counted.changed += 1
        at = deal.changed_at or scene.now
        key = f"deal:{deal.ref}:{digest([data, instant(scene.now)])}"
        scene.observed("deal", "", key, at, source=str(deal.ref), **data)
        for person in deal.people:
            role = Ref(system=deal.ref.system, obj="on", id=f"{deal.ref.id}.{person.id}")
            _note_role(scene, role, deal.ref, person, live=True)
        changed.append(str(deal.ref))
    derive(scene, changed)


def _data(deal: Deal) -> dict[str, Any]:
    return {
        "id": str(deal.ref),
        "state": deal.state.value,
        "amount_minor": deal.value.minor if deal.value else None,
        "currency": deal.value.currency if deal.value else "",
        "created_at": instant(deal.created_at) if deal.created_at else "",
        "closed_at": instant(deal.closed_at) if deal.closed_at else "",
        "changed_at": instant(deal.changed_at) if deal.changed_at else "",
        "reason": deal.reason or ("missing_reason" if deal.state is DealState.LOST else ""),
        "precision": deal.precision,
    }


def _same(row: DealRow, data: dict[str, Any]) -> bool:
    """Whether a deal says what it said; its stamp alone is no news."""
    return bool(
        row.state == data["state"]
        and row.amount_minor == data["amount_minor"]
        and row.currency == data["currency"]
        and (instant(row.closed_at) if row.closed_at else "") == data["closed_at"]
        and row.data.get("reason") == data["reason"]
    )


def derive(scene: Scene, deals: Iterable[str]) -> None:
    """Bring the lifecycles of everybody on these deals up to what the deals say now."""
    for ident in deals:
        row = scene.work.deal(ident)
        if row is None:
            continue
        for person in scene.work.people_of(ident):
            entry = scene.work.ref(person)
            if entry and entry.lead:
                lead = follow(scene, entry.lead)
                _catch_up(scene, lead, row)
                scene.work.due(lead, scene.now, "deal")


def _catch_up(scene: Scene, lead: str, deal: DealRow) -> None:
    """Emit what a lead's lifecycle lacks to agree with a deal's state."""
    told = _told(scene, lead, deal.id)
    opened = deal.created_at or deal.changed_at or scene.now
    if told == "":
        if deal.state == DealState.DELETED:
            return
        _life(scene, lead, deal, "opportunity", opened)
    wanted = {"open": "opportunity", "won": "deal_won"}.get(deal.state, "deal_lost")
    told = _told(scene, lead, deal.id)
    if told in (wanted, f"{wanted}s"):
        _told_why(scene, lead, deal)
        return
    changed = deal.changed_at or scene.now
    if told in ("deal_won", "deal_lost"):
        _life(scene, lead, deal, "deal_reopened", changed)
    if wanted != "opportunity":
        reason = "deleted" if deal.state == DealState.DELETED else deal.data.get("reason", "")
        closed = max(deal.closed_at or changed, _last(scene, lead, deal.id))
        _life(scene, lead, deal, wanted, closed, reason if wanted == "deal_lost" else "")


def _told_why(scene: Scene, lead: str, deal: DealRow) -> None:
    """Take up a reason that sales gives for a deal that was lost before."""
    reason = str(deal.data.get("reason") or MISSING_REASON)
    heard = [one for one in scene.work.state(lead).life if one.deal == deal.id]
    if deal.state != DealState.LOST or reason in (MISSING_REASON, heard[-1].reason):
        return
    if heard[-1].type == "deal_lost" and SIDES[scene.work.lifecycle(lead).stage] != "sales":
        _life(scene, lead, deal, "deal_lost", heard[-1].at, reason, kind=REASON_GIVEN)


def _told(scene: Scene, lead: str, deal: str) -> str:
    """The last thing that the lead's lifecycle heard of a deal; a reopened one is open again."""
    heard = [one.type for one in scene.work.state(lead).life if one.deal == deal]
    if not heard:
        return ""
    return "opportunity" if heard[-1] == "deal_reopened" else heard[-1]


def _last(scene: Scene, lead: str, deal: str) -> datetime:
    """A day-precision close must not come before the deal's own opening (R9.5)."""
    return max(one.at for one in scene.work.state(lead).life if one.deal == deal)


def _life(
    scene: Scene,
    lead: str,
    deal: DealRow,
    type_: str,
    at: datetime,
    reason: str = "",
    **more: str,
) -> None:
    heard = sum(1 for one in scene.work.state(lead).life if one.deal == deal.id)
    data: dict[str, Any] = {"deal": deal.id, **more}
    if reason:
        data["reason"] = reason
        data["out"] = reason in scene.company.agreement.out_reasons
    scene.observed(type_, lead, f"{type_}:{lead}:{deal.id}:{heard}", at, source=deal.id, **data)
