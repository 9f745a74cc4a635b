"""Deals as sales tells them: opened, won, lost, reopened, deleted and restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.on_deals import derive, load_on
from crmbridge.flows.read.observe.roles import named_by, note_people
from crmbridge.flows.read.observe.versions import outdated
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import decode_map, encode, parse_instant
from crmbridge.model.deal import Deal, DealState
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import DealSeen
from crmbridge.model.record import Value
from crmbridge.store.projection.deals import SHOWN
from crmbridge.store.projection.on.deals import SAID
from crmbridge.store.rows import DealRow

ABOUT = {"type": "deal_type"}
"""What the entry calls otherwise than the deal does."""
EMPTY = (None, "")
"""How a row and a deal say of a field that it is empty."""


def observe_deals(scene: Scene, deals: Sequence[Deal], counted: Counted) -> None:
    """Note new and changed deals, and what they mean for the people on them."""
    load_on(scene, (str(deal.ref) for deal in deals))
    scene.work.deals.load_roles(named_by(deals))
    scene.work.load_refs(person for deal in deals for person in deal.people)
    for told in deals:
        row = scene.work.deals.get(str(told.ref))
        deal = _as_seen_before(row, _as_known(row, told))
        gone = deal.state is DealState.DELETED
        if (row is None and gone) or (row and _stale(row, deal)) or "state" in deal.untold:
            counted.unchanged += 1
            continue
        stands = row is not None and _same(row, deal)
        noted = row is None or not stands or not _alike(row, deal)
        if noted:
            _note(scene, deal, _told(deal, row))
        left, moved = note_people(scene, deal)
        if moved or not stands:
            # what else a deal says of itself moves nobody on it
            derive(scene, [str(deal.ref)], left=left)
        changed = noted or moved
        counted.changed += changed
        counted.unchanged += not changed


def _note(scene: Scene, deal: Deal, told: DealSeen) -> None:
    at = deal.changed_at or scene.now
    key = f"deal:{deal.ref}:{scene.work.turn()}"
    scene.observed(told, "", key, at, source=str(deal.ref))


def _stale(row: DealRow, deal: Deal) -> bool:
    """Whether this version is older than the one that we know; it says nothing then.

    A deleted deal that is seen again was restored, whatever its stamp.
    """
    return row.state != DealState.DELETED and outdated(deal.changed_at, row.changed_at)


def _told(deal: Deal, row: DealRow | None) -> DealSeen:
    """What a deal says, and of what it does not speak what was known before."""
    told = DealSeen(
        id=deal.ref,
        state=deal.state,
        amount_minor=deal.value.minor if deal.value else None,
        currency=deal.value.currency if deal.value else "",
        created_at=deal.created_at,
        closed_at=deal.closed_at,
        changed_at=deal.changed_at,
        reason=_reason(deal),
        precision=deal.precision,
        said_closed_at=deal.said_closed_at,
        outside=deal.outside,
        changed_by=deal.changed_by,
        shown=_shown(row, deal),
        **_known(row) | {ABOUT.get(one, one): getattr(deal.about, one) for one in deal.about.told},
    )
    if deal.state is DealState.DELETED and row is not None:
        return replace(
            told, amount_minor=row.amount_minor, currency=row.currency, outside=row.outside
        )
    return told


def _as_known(row: DealRow | None, deal: Deal) -> Deal:
    """A deal with what it does not speak of as it was; one never seen lacks it."""
    if row is None or not deal.untold:
        return deal
    money = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
    known: dict[str, Any] = {"value": money, "created_at": row.created_at}
    if row.state in (DealState.OPEN, DealState.WON, DealState.LOST):
        known["state"] = DealState(row.state)
    if known.get("state", deal.state) == row.state:  # else it closed, or opened, just now
        known |= {"closed_at": row.closed_at, "reason": row.data.get("reason", "")}
    return replace(
        deal,
        **{word: value for word, value in known.items() if word in deal.untold},
        untold=deal.untold - known.keys(),
    )


def _as_seen_before(row: DealRow | None, deal: Deal) -> Deal:
    """A deal that closed before the day that sales left on it, closed when it was first seen to.

    Later versions tell that day again, and it may have passed by then.
    """
    known = row.data.get(SAID) if row and row.state == deal.state else None
    if row is None or not known:
        return deal
    said = parse_instant(known)
    if said not in (deal.said_closed_at, deal.closed_at):
        return deal
    return replace(deal, closed_at=row.closed_at, precision="second", said_closed_at=said)


def _shown(row: DealRow | None, deal: Deal) -> dict[str, Value] | None:
    """What stands in the fields that we write, of those that were ever told; `None` for none."""
    known = decode_map(row.data.get(SHOWN, {})) if row else {}
    return {**known, **deal.shown} or None


def _known(row: DealRow | None) -> dict[str, Any]:
    """What is known of a deal beside its state and money, as the entry says it."""
    if row is None:
        return {}
    return {
        "owner": _ref(row.owner),
        "name": row.name or "",
        "stage": row.stage,
        "probability": row.probability,
        "deal_type": row.type,
        "pipeline": row.pipeline,
        "forecast": row.forecast,
        "account": _ref(row.account),
        "campaign": _ref(row.campaign),
        "source": row.source,
    }


def _ref(text: str) -> Ref | None:
    return Ref.parse(text) if text else None


def _reason(deal: Deal) -> str:
    return deal.reason or ("missing_reason" if deal.state is DealState.LOST else "")


def _same(row: DealRow, deal: Deal) -> bool:
    """Whether a deal stands as it stood; its stamp alone is no news."""
    value = (deal.value.minor, deal.value.currency) if deal.value else (None, "")
    return bool(
        row.state == deal.state
        and (deal.state is DealState.DELETED or (row.amount_minor, row.currency) == value)
        and row.closed_at == deal.closed_at
        and (deal.state is DealState.DELETED or row.outside == deal.outside)
        and row.data.get("reason") == _reason(deal)
    )


def _alike(row: DealRow, deal: Deal) -> bool:
    """Whether a deal says of itself what it said; most do, so no entry is made to find out."""
    if deal.created_at not in (None, row.created_at):
        return False
    for word in deal.about.told:
        said, known = getattr(deal.about, word), getattr(row, word)
        if isinstance(said, Ref):
            said = str(said)
        if said != known and not (said in EMPTY and known in EMPTY):
            return False
    known = row.data.get(SHOWN, {})
    return all(name in known and known[name] == encode(one) for name, one in deal.shown.items())
