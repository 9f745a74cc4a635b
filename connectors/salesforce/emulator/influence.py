"""Campaign influence, which an org has where its admin switched it on: who answered which campaign.

Source: salesforce.md 8, Campaign, and Salesforce's object reference of both objects. Not verified,
and choices of ours: that rows of a custom model may be deleted by an API call, the codes of what is
refused here, that shares of one model on a deal are refused above 100 percent, that there is one
row for a deal, campaign, contact and model, and that a row without a model is of the primary one.
"""

from __future__ import annotations

from connectors.salesforce.emulator.faults import VendorError, bad_reference
from connectors.salesforce.emulator.objects import entity_of
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.store import Row

NAME, MODEL = "CampaignInfluence", "CampaignInfluenceModel"
PRIMARY, CUSTOM = "1", "2"
"""Types of models: 3 first, 4 last, 5 even, 6 data-driven beside them."""
_FIELDS = """
OpportunityId reference(Opportunity) required createonly rel=Opportunity
CampaignId reference(Campaign) required createonly rel=Campaign
ContactId reference(Contact) createonly rel=Contact
ModelId reference(CampaignInfluenceModel) createonly default rel=Model
Influence percent
RevenueShare currency ro
"""
_MODEL = """
DeveloperName string(80) required
MasterLabel string(80) required
ModelType string(1)
IsDefaultModel boolean
"""
_PAIR = ("OpportunityId", "CampaignId", "ContactId", "ModelId")
MOST = 100.0


def switch_on(org: Org) -> None:
    """Give the org the objects and the vendor's own model, once."""
    if org.schema.get(NAME) is not None:
        return
    for name, prefix, text in ((MODEL, "03V", _MODEL), (NAME, "0KK", _FIELDS)):
        made = entity_of(name, prefix, text, writable=name == NAME)
        org.schema.add(made)
        org.store.add(made)
    primary = {"DeveloperName": "Primary_Campaign_Source", "ModelType": PRIMARY}
    org.add(MODEL, {**primary, "MasterLabel": "Primary Campaign Source", "IsDefaultModel": True})
    org.schema_changed = org.world.now()


def complete(org: Org, new: Row, old: Row | None) -> None:
    """Set the model where the row names none, and the share of the deal's amount."""
    if not new.get("ModelId"):
        new["ModelId"] = next(
            ident for ident, row in org.store[MODEL].rows.items() if row.get("IsDefaultModel")
        )
    amount = (org.store.row("Opportunity", new["OpportunityId"]) or {}).get("Amount")
    new["RevenueShare"] = round((amount or 0) * (new.get("Influence") or 0) / 100, 2)


def check(org: Org, obj: str, new: Row, manner: Manner) -> None:
    """Refuse what the org does not take of influence. Raises `VendorError`."""
    if obj == NAME:
        own(org, obj, new, manner)
        _refuse_more(_of_deal(org, new), new)


def own(org: Org, obj: str, row: Row, manner: Manner) -> None:
    """Refuse an API call that writes, or deletes, a row of the vendor's own models."""
    if obj != NAME:
        return
    model = org.store.row(MODEL, row["ModelId"])
    if model is None:
        raise bad_reference()
    if manner.api and model.get("ModelType") != CUSTOM:
        raise VendorError(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "records of this influence model are made by the system",
            fields=["ModelId"],
        )


def _of_deal(org: Org, new: Row) -> list[Row]:
    """The other rows of a deal that are of the same model."""
    table = org.store[NAME]
    field = org.schema.entity(NAME).fields["opportunityid"]
    rows = (table.rows[one] for one in sorted(table.ids(field, new["OpportunityId"])))
    return [
        row
        for row in rows
        if not row.get("IsDeleted")
        and row["Id"] != new["Id"]
        and row.get("ModelId") == new["ModelId"]
    ]


def _refuse_more(others: list[Row], new: Row) -> None:
    """One row for a deal, campaign, contact and model, and no more than all of the deal."""
    pair = [new.get(name) for name in _PAIR]
    for row in others:
        if [row.get(name) for name in _PAIR] == pair:
            raise VendorError(
                "DUPLICATE_VALUE",
                f"duplicate value found: <unknown> duplicates value on record with id: "
                f"{row['Id'][:15]}",
            )
    total = sum(float(row.get("Influence") or 0) for row in (*others, new))
    if round(total, 4) > MOST:
        raise VendorError(
            "FIELD_INTEGRITY_EXCEPTION",
            "the influence of all records of a model on one opportunity is more than 100 percent",
            fields=["Influence"],
        )
