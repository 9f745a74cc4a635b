"""What the status of a campaign member says, by the statuses of its campaign.

A campaign without rows of CampaignMemberStatus has the vendor's own two, Sent and Responded, as
the picklist of the object has them.
"""

from __future__ import annotations

from connectors.salesforce.emulator.org import Org
from connectors.salesforce.emulator.store import Row

_DEFAULT, _RESPONDED = "Sent", "Responded"


def status(org: Org, new: Row) -> None:
    """Set a status that the campaign has, its default for one that it has not, and the answer.

    Source: salesforce.md 8, Campaign.
    """
    own = _own(org, new.get("CampaignId", ""))
    if own:
        if new.get("Status") not in own:
            default = (label for label, row in own.items() if row.get("IsDefault"))
            new["Status"] = next(default, next(iter(own)))
        new["HasResponded"] = bool(own[new["Status"]].get("HasResponded"))
        return
    field = org.schema.entity("CampaignMember").fields["status"]
    if new.get("Status") not in [one.value for one in field.picklist if one.active]:
        new["Status"] = _DEFAULT
    new["HasResponded"] = new["Status"] == _RESPONDED


def _own(org: Org, campaign: str) -> dict[str, Row]:
    table = org.store["CampaignMemberStatus"]
    field = org.schema.entity("CampaignMemberStatus").fields["campaignid"]
    rows = [table.rows[one] for one in sorted(table.ids(field, campaign))]
    rows.sort(key=lambda row: row.get("SortOrder") or 0)
    return {row["Label"]: row for row in rows if not row.get("IsDeleted")}
