"""Tables of what stands around deals and people: products, campaigns, their members, firms."""

from __future__ import annotations

from crmbridge.mapping.tables.base import Shape


class ProductMap(Shape):
    """The vendor object whose records are what a deal is about: its line items."""

    object: str
    deal: str
    """Vendor field with the id of the deal."""
    name: str = ""
    code: str = ""
    quantity: str = ""
    amount: str = ""
    """The whole line's amount, not that of a piece."""
    currency: str = ""


class CampaignMap(Shape):
    """The vendor object that holds campaigns."""

    object: str
    name: str
    channel: str = ""
    parent: str = ""
    """Vendor field with the id of the campaign that this one is part of."""
    cost: str = ""
    currency: str = ""
    starts: str = ""
    ends: str = ""


class MemberMap(Shape):
    """The vendor object that says who is in which campaign, and how they stand there."""

    object: str
    campaign: str
    campaign_object: str
    people: dict[str, str]
    """Vendor field with a person's id -> the vendor object of that person."""
    status: str = ""
    responded: str = ""
    responded_at: str = ""
    at: str = ""
    """Vendor field with the time at which they joined."""


class FirmMap(Shape):
    """The vendor object that holds accounts: the firms that people work for and deals are with."""

    object: str
    name: str = ""
    domain: str = ""
    parent: str = ""
    """Vendor field with the id of the firm that this one is part of."""
    industry: str = ""
    owner: str = ""
