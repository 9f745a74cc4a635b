"""Campaigns as the vendors have them, and who is in which."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from sqlalchemy import select

from crmbridge.store.schema import campaign, member
from crmbridge.store.seen_rows import CampaignRow, MemberRow
from crmbridge.store.table import Tx, fetch_in, grouped


def get_campaigns(tx: Tx, ids: Iterable[str]) -> dict[str, CampaignRow]:
    """Return campaigns by their ref as text, deleted ones too; an unknown one is absent."""
    return {row.id: row for row in fetch_in(tx, CampaignRow, campaign.c.id, ids)}


def members_of(tx: Tx, campaigns: Iterable[str]) -> dict[str, list[MemberRow]]:
    """Return memberships by campaign (ref as text), ended ones too."""
    rows = fetch_in(tx, MemberRow, member.c.campaign, campaigns, order=[member.c.id])
    return grouped(rows, attrgetter("campaign"))


def memberships_of(tx: Tx, people: Iterable[str]) -> dict[str, list[MemberRow]]:
    """Return memberships by person (ref as text), ended ones too."""
    rows = fetch_in(tx, MemberRow, member.c.person, people, order=[member.c.id])
    return grouped(rows, attrgetter("person"))


def names(tx: Tx) -> dict[str, str]:
    """Return the name of every campaign by its ref as text; empty where it has none."""
    asked = select(campaign.c.id, campaign.c.name).where(campaign.c.company == tx.company)
    return {ident: name for ident, name in tx.conn.execute(asked)}
