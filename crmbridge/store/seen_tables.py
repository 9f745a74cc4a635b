"""The tables of what stands around deals and people; `schema` takes them into its MetaData."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Table

from crmbridge.store.columns import Day, Exact, Make, flag, keys, told
from crmbridge.store.types import Flag, Instant, OpaqueJson, Packed, Whole


def _state() -> tuple[Column[Any], ...]:
    return Column("live", Flag, nullable=False), Column("changed_at", Instant)


def product(make: Make) -> Table:
    """What deals are about, a row a line."""
    return make(
        "product",
        *keys("company", "id"),
        *told("deal", "name", "code"),
        Column("quantity", Exact),
        Column("amount_minor", Whole),
        *told("currency"),
        *_state(),
        Index("product_deal", "company", "deal"),
    )


def campaign(make: Make) -> Table:
    """Campaigns, and what they cost."""
    return make(
        "campaign",
        *keys("company", "id"),
        *told("name", "channel", "parent"),
        Column("cost_minor", Whole),
        *told("currency"),
        Column("starts", Day),
        Column("ends", Day),
        *_state(),
    )


def member(make: Make) -> Table:
    """Who is in which campaign."""
    return make(
        "member",
        *keys("company", "id"),
        *told("campaign", "person", "status"),
        flag("responded"),
        Column("first_at", Instant),
        Column("responded_at", Instant),
        *_state(),
        Index("member_campaign", "company", "campaign"),
        Index("member_person", "company", "person"),
    )


def firm(make: Make) -> Table:
    """Accounts as the vendors have them."""
    return make(
        "firm",
        *keys("company", "id"),
        *told("domain", "parent", "industry", "owner"),
        Column("name", OpaqueJson, nullable=False),
        *_state(),
        *told("mark", "merged_into", "domain_mark"),
        Index("firm_domain", "company", "domain_mark"),
        Index("firm_mark", "company", "mark"),
        Index("firm_merged", "company", "merged_into"),
    )


def belonging(make: Make) -> Table:
    """Which person belonged to which account, and when."""
    return make(
        "belonging",
        *keys("company", "person"),
        Column("since", Instant, primary_key=True, autoincrement=False),
        *told("account"),
        Column("until", Instant),
        Index("belonging_account", "company", "account"),
    )


def rating(make: Make) -> Table:
    """What people think of pieces of content, one rating a rater and piece: the newest."""
    return make(
        "rating",
        *keys("company", "content", "side", "rater"),
        Column("lead", Packed(16), nullable=False),
        Column("stars", Whole, nullable=False),
        Column("comment", OpaqueJson, nullable=False),
        Column("at", Instant, nullable=False),
        Index("rating_lead", "company", "lead"),
    )
