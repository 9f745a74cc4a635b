"""Deals, the people on them, vendors' users, and what touches brought."""

from __future__ import annotations

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.payload import Credited, DealSeen, RoleSeen, UserSeen
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers
from crmbridge.store.rows import DealRow, RoleRow, UserRow

on = Handlers()

SAID = "said_closed_at"


@on(DealSeen)
def _deal(work: Inventory, event: Event, told: DealSeen) -> None:
    known = work.deals.get(str(told.id))
    work.deals.put(
        DealRow(
            id=str(told.id),
            state=told.state.value,
            amount_minor=told.amount_minor,
            currency=told.currency,
            created_at=told.created_at or (known.created_at if known else None),
            closed_at=told.closed_at,
            changed_at=told.changed_at,
            data={"reason": told.reason, "precision": told.precision} | _said(told),
            owner=_text(told.owner),
            stage=told.stage,
            type=told.deal_type,
            pipeline=told.pipeline,
            account=_text(told.account),
            campaign=_text(told.campaign),
            source=told.source,
            probability=told.probability,
            forecast=told.forecast,
            name=told.name or None,
            outside=told.outside,
            counted=known.counted if known else "",
        )
    )


def _said(told: DealSeen) -> dict[str, str]:
    """What the vendor says of the close of a deal that closed earlier."""
    return {SAID: instant(told.said_closed_at)} if told.said_closed_at else {}


def _text(ref: Ref | None) -> str:
    return str(ref) if ref else ""


@on(RoleSeen)
def _role(work: Inventory, event: Event, told: RoleSeen) -> None:
    work.deals.put_role(
        RoleRow(
            id=str(told.id),
            deal=str(told.deal),
            person=str(told.person),
            live=told.live,
            role=told.role,
            is_primary=told.primary,
            kind=told.kind,
        )
    )


@on(UserSeen)
def _user(work: Inventory, event: Event, told: UserSeen) -> None:
    ref = str(told.ref)
    work.put_user(
        UserRow(
            ref=ref,
            email=told.email or None,
            active=told.active,
            data={"name": told.name} | ({"handle": told.handle} if told.handle else {}),
        )
    )


@on(Credited)
def _credited(work: Inventory, event: Event, told: Credited) -> None:
    state = work.state(event.lead)
    state.first_touch, state.last_touch = told.first, told.last
