"""Campaign influence, which an org has where its admin switched it on: who answered which campaign.

Source: salesforce.md 8, Campaign. Not verified: the key prefix, and that rows of our own may be
deleted by an API call.
"""

from __future__ import annotations

from connectors.salesforce.emulator.objects import entity_of
from connectors.salesforce.emulator.org import Org

NAME = "CampaignInfluence"
_FIELDS = """
OpportunityId reference(Opportunity) required createonly rel=Opportunity
CampaignId reference(Campaign) required createonly rel=Campaign
ContactId reference(Contact) createonly rel=Contact
ModelId string(18)
Influence percent
RevenueShare currency ro
"""


def switch_on(org: Org) -> None:
    """Give the org the object, once."""
    if org.schema.get(NAME) is None:
        made = entity_of(NAME, "0hW", _FIELDS)
        org.schema.add(made)
        org.store.add(made)
        org.schema_changed = org.world.now()
