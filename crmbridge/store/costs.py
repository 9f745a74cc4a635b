"""What campaigns cost: as somebody imported it, and as their vendors tell it."""

from __future__ import annotations

from collections.abc import Iterable

from crmbridge.model.campaign import Campaign
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.store import schema
from crmbridge.store.book_rows import CostRow
from crmbridge.store.seen_rows import CampaignRow
from crmbridge.store.table import Tx, fetch, fetch_in

_ORDER = (schema.cost.c.month, schema.cost.c.campaign, schema.cost.c.currency)


def imported(tx: Tx, months: Iterable[str] | None = None) -> list[CostRow]:
    """Return what was imported, of some months or of all, by month, campaign and currency."""
    if months is None:
        return fetch(tx, CostRow, order=_ORDER)
    return fetch_in(tx, CostRow, schema.cost.c.month, months, order=_ORDER)


def campaigns(tx: Tx) -> list[Campaign]:
    """Return all campaigns that vendors ever told of, deleted ones too, by their records."""
    return [_campaign(row) for row in fetch(tx, CampaignRow, order=(schema.campaign.c.id,))]


def _campaign(row: CampaignRow) -> Campaign:
    return Campaign(
        ref=Ref.parse(row.id),
        name=row.name,
        channel=row.channel,
        parent=Ref.parse(row.parent) if row.parent else None,
        cost=None if row.cost_minor is None else Money(row.cost_minor, row.currency),
        starts=row.starts,
        ends=row.ends,
        live=row.live,
        changed_at=row.changed_at,
    )
