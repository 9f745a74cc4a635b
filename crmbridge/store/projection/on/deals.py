"""Deals, the people on them, vendors' users, and what touches brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crmbridge.model.codec import encode_map, instant
from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.payload import Credited, DealSeen, RoleSeen, UserSeen
from crmbridge.policy.revenue.horizon import PRICED_WITHIN
from crmbridge.store.projection.deals import GAVE, SHOWN, WROTE
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers
from crmbridge.store.rows import DealRow, RoleRow, UserRow

on = Handlers()

SAID = "said_closed_at"
FIRST = "first"


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
            data=_data(event, told, known),
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


def _data(event: Event, told: DealSeen, known: DealRow | None) -> dict[str, Any]:
    """What is kept of a deal without a column of its own."""
    data: dict[str, Any] = {"reason": told.reason, "precision": told.precision}
    if told.said_closed_at:
        data[SAID] = instant(told.said_closed_at)
    if first := first_amount(event.at, told, known):
        data[FIRST] = first
    if told.shown is not None:
        data[SHOWN] = encode_map(told.shown)
    if known is not None:
        data |= {name: known.data[name] for name in (WROTE, GAVE) if name in known.data}
    return data


def first_amount(at: datetime, told: DealSeen, known: DealRow | None) -> list[Any] | None:
    """The amount that a deal is priced with when it is created: units and currency (R6.21).

    It is the first that was told within 14 days of the creation, and then frozen. A deal that is
    first seen later has what it was seen with. `None` while there is none.
    """
    if known is not None and FIRST in known.data:
        return list(known.data[FIRST])
    if told.amount_minor is None:
        return None
    created = told.created_at or (known.created_at if known else None)
    if known is None or created is None or at <= created + PRICED_WITHIN:
        return [told.amount_minor, told.currency]
    return None


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
