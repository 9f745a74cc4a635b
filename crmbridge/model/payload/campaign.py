"""Campaigns, and who is in them.

What the vendor did not speak of is what was known before: an entry says how things stand from then
on.
"""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Day, Record, Stamp, entry


@entry
class CampaignSeen(Payload):
    """A version of a campaign; `cost_minor` is in the currency's smallest unit."""

    type = "campaign"
    id: Record
    live: bool
    changed_at: Stamp
    name: str = ""
    channel: str = ""
    parent: Record | None = None
    cost_minor: int | None = None
    currency: str = ""
    starts: Day = None
    ends: Day = None


@entry
class MemberSeen(Payload):
    """A version of somebody's membership of a campaign; `status` is the vendor's word."""

    type = "member"
    id: Record
    campaign: Record
    person: Record
    live: bool
    changed_at: Stamp
    status: str = ""
    responded: bool = False
    first_at: Stamp = None
    responded_at: Stamp = None
