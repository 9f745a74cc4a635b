"""What people and sales did: touches, activities, signals that were told."""

from __future__ import annotations

from dataclasses import replace

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.payload import (
    ActivitySeen,
    Adopted,
    Rated,
    SalesTouched,
    Signalled,
    TouchGone,
    TouchSeen,
)
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers
from crmbridge.store.rows import GONE, ActivityRow, RatingRow, TouchRow

on = Handlers()


@on(TouchSeen)
def _touch(work: Inventory, event: Event, told: TouchSeen) -> None:
    work.put_touch(
        TouchRow(
            id=told.id,
            lead=event.lead or None,
            identity=told.identity or None,
            at=event.at,
            kind=told.kind,
            asset=told.asset,
            channel=told.channel,
            data={"recorded": instant(event.recorded_at)},
            value=told.value,
            campaign=str(told.campaign or ""),
        )
    )


@on(TouchGone)
def _touch_gone(work: Inventory, event: Event, told: TouchGone) -> None:
    """The vendor's record of a touch was deleted: it counts for nobody until it is restored."""
    if (row := work.touch(told.id)) is not None:
        data = dict(row.data) | {"gone": event.lead or True}
        work.put_touch(replace(row, lead=None, identity=GONE, data=data))


@on(Rated)
def _rated(work: Inventory, event: Event, told: Rated) -> None:
    row = RatingRow(
        content=told.content,
        side=told.side,
        rater=told.rater,
        lead=event.lead,
        stars=told.stars,
        comment=told.comment,
        at=event.at,
    )
    work.kept.ratings.put(row)


@on(Adopted)
def _adopted(work: Inventory, event: Event, told: Adopted) -> None:
    """Touches that came before their person was known."""
    for ident in told.touches:
        if (row := work.touch(ident)) is not None:
            work.put_touch(replace(row, lead=event.lead))


@on(ActivitySeen)
def _activity(work: Inventory, event: Event, told: ActivitySeen) -> None:
    row = ActivityRow(
        id=told.id,
        lead=event.lead,
        at=event.at,
        kind=told.kind,
        outcome=told.outcome,
        changed_at=told.changed_at,
    )
    work.kept.did(row)
    state, at = work.state(event.lead), told.latest or event.at
    if state.activity_at is None or at > state.activity_at:
        state.activity_at = at


@on(SalesTouched)
def _sales_touched(work: Inventory, event: Event, told: SalesTouched) -> None:
    state = work.state(event.lead)
    if told.since is not None:
        state.handover["touched"] = instant(told.since)
    if state.activity_at is None or event.at > state.activity_at:
        state.activity_at = event.at


@on(Signalled)
def _signalled(work: Inventory, event: Event, told: Signalled) -> None:
    work.state(event.lead).told[told.asset] = event.at
