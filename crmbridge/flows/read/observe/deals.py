"""Deals as sales tells them: opened, won, lost, reopened, deleted and restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.on_deals import derive
from crmbridge.flows.read.observe.roles import note_people
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Deal, DealState
from crmbridge.model.payload import DealSeen
from crmbridge.store.rows import DealRow


def observe_deals(scene: Scene, deals: Sequence[Deal], counted: Counted) -> None:
    """Note new and changed deals, and what they mean for the people on them."""
    scene.work.load_deals([str(deal.ref) for deal in deals])
    for deal in deals:
        row = scene.work.deal(str(deal.ref))
        gone = deal.state is DealState.DELETED
        if (row is None and gone) or (row and _stale(row, deal)):
            counted.unchanged += 1
            continue
        noted = _note(scene, deal, row)
        left, moved = note_people(scene, deal)
        if not noted and not moved:
            counted.unchanged += 1
            continue
        counted.changed += 1
        derive(scene, [str(deal.ref)], left=left)


def _note(scene: Scene, deal: Deal, row: DealRow | None) -> bool:
    """Keep what a deal says; return whether that was news."""
    told = _told(deal)
    if deal.state is DealState.DELETED and row is not None:
        told = replace(told, amount_minor=row.amount_minor, currency=row.currency)
    if row and _same(row, told):
        return False
    at = deal.changed_at or scene.now
    key = f"deal:{deal.ref}:{scene.work.turn()}"
    scene.observed(told, "", key, at, source=str(deal.ref))
    return True


def _stale(row: DealRow, deal: Deal) -> bool:
    """Whether this version is older than the one that we know; it says nothing then.

    A deleted deal that is seen again was restored, whatever its stamp.
    """
    if row.state == DealState.DELETED or row.changed_at is None or deal.changed_at is None:
        return False
    return deal.changed_at < row.changed_at


def _told(deal: Deal) -> DealSeen:
    return DealSeen(
        id=deal.ref,
        state=deal.state,
        amount_minor=deal.value.minor if deal.value else None,
        currency=deal.value.currency if deal.value else "",
        created_at=deal.created_at,
        closed_at=deal.closed_at,
        changed_at=deal.changed_at,
        reason=deal.reason or ("missing_reason" if deal.state is DealState.LOST else ""),
        precision=deal.precision,
    )


def _same(row: DealRow, told: DealSeen) -> bool:
    """Whether a deal says what it said; its stamp alone is no news."""
    return bool(
        row.state == told.state
        and row.amount_minor == told.amount_minor
        and row.currency == told.currency
        and row.closed_at == told.closed_at
        and row.data.get("reason") == told.reason
    )
