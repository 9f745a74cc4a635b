"""Products, campaigns and their members, firms, and who belongs to which."""

from __future__ import annotations

from datetime import UTC, datetime

from crmbridge.model.event import Event
from crmbridge.model.payload import AccountSeen, Belongs, CampaignSeen, MemberSeen, ProductSeen
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers
from crmbridge.store.seen_rows import CampaignRow, FirmRow, MemberRow, ProductRow, as_row

on = Handlers()

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@on(ProductSeen)
def _product(work: Inventory, event: Event, told: ProductSeen) -> None:
    work.kept.products.put(as_row(ProductRow, told))


@on(CampaignSeen)
def _campaign(work: Inventory, event: Event, told: CampaignSeen) -> None:
    work.kept.campaigns.put(as_row(CampaignRow, told))


@on(MemberSeen)
def _member(work: Inventory, event: Event, told: MemberSeen) -> None:
    work.kept.members.put(as_row(MemberRow, told))


@on(AccountSeen)
def _firm(work: Inventory, event: Event, told: AccountSeen) -> None:
    work.kept.firms.put(as_row(FirmRow, told))
    if told.merged_into is not None:  # whoever was of it is of the other one
        work.totals.shares.accounts([str(told.merged_into)], LONG_AGO)


@on(Belongs)
def _belongs(work: Inventory, event: Event, told: Belongs) -> None:
    work.kept.belongings.move(str(told.person), str(told.account or ""), event.at)
