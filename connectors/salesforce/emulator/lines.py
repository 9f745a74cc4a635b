"""What follows from the lines of a deal: their own names and totals, and the deal's amount.

Source: the public object reference. That a change of lines moves the deal's stamps and its last
modifier, and that the amount is zero after the last line, is not verified.
"""

from __future__ import annotations

from connectors.salesforce.emulator.coerce import missing
from connectors.salesforce.emulator.org import Org
from connectors.salesforce.emulator.store import Row

LINE = "OpportunityLineItem"


def entry(org: Org, new: Row, old: Row | None) -> None:
    """Fill in what a price book's entry takes from its product."""
    product = org.store.row("Product2", new.get("Product2Id")) or {}
    new["Name"], new["ProductCode"] = product.get("Name"), product.get("ProductCode")


def line(org: Org, new: Row, old: Row | None) -> None:
    """Fill in a line from its entry, product and deal."""
    listed = org.store.row("PricebookEntry", new.get("PricebookEntryId")) or {}
    if new.get("Product2Id") is None and listed:
        new["Product2Id"] = listed["Product2Id"]
    product = org.store.row("Product2", new.get("Product2Id")) or {}
    deal = org.store.row("Opportunity", new.get("OpportunityId")) or {}
    new["ProductCode"], new["ListPrice"] = product.get("ProductCode"), listed.get("UnitPrice")
    if old is None:
        names = (deal.get("Name"), product.get("Name"))
        new["Name"] = new.get("Name") or " ".join(name for name in names if name)
    _price(new, old or {})


def _price(new: Row, old: Row) -> None:
    """Keep price and total in step: a new total alone sets the price, anything else the total."""
    share = (new.get("Quantity") or 0) * (1 - (new.get("Discount") or 0) / 100)
    moved = {name for name in ("UnitPrice", "TotalPrice") if new.get(name) != old.get(name)}
    if moved == {"TotalPrice"} and new.get("TotalPrice") is not None and share:
        new["UnitPrice"] = round(new["TotalPrice"] / share, 2)
        return
    if new.get("UnitPrice") is None:
        new["UnitPrice"] = new.get("ListPrice")
    if new["UnitPrice"] is not None:
        new["TotalPrice"] = round(new["UnitPrice"] * share, 2)


def require(new: Row) -> None:
    """Raise REQUIRED_FIELD_MISSING for a line without product or price; code not verified."""
    for name, instead in (("Product2Id", "PricebookEntryId"), ("UnitPrice", "UnitPrice")):
        if new.get(name) is None:
            raise missing([instead])


def live(org: Org, deal: str) -> list[Row]:
    """Return the lines of a deal that are not deleted."""
    table, field = org.store[LINE], org.schema.entity(LINE).fields["opportunityid"]
    rows = (table.rows[one] for one in sorted(table.ids(field, deal)))
    return [row for row in rows if not row.get("IsDeleted")]


def rolled(org: Org, changed: Row) -> tuple[Row, Row] | None:
    """Return the deal of a line before and after it follows its lines; `None` for no change."""
    deal = org.store.row("Opportunity", changed.get("OpportunityId"))
    if deal is None or deal.get("IsDeleted"):
        return None
    rows = live(org, deal["Id"])
    listed = org.store.row("PricebookEntry", changed.get("PricebookEntryId")) or {}
    new = {
        **deal,
        "HasOpportunityLineItem": bool(rows),
        "Amount": round(sum(row.get("TotalPrice") or 0 for row in rows), 2),
        "Pricebook2Id": deal.get("Pricebook2Id") or listed.get("Pricebook2Id"),
    }
    new = {name: value for name, value in new.items() if value is not None}
    return None if new == deal else (deal, new)


def seeded(org: Org, row: Row) -> None:
    """Tell the deal of a seeded line that it has lines; its own amount and stamps stay."""
    deal = org.store.row("Opportunity", row.get("OpportunityId"))
    if deal is not None and not row.get("IsDeleted"):
        total = round(sum(one.get("TotalPrice") or 0 for one in live(org, deal["Id"])), 2)
        org.store.put("Opportunity", {"Amount": total, **deal, "HasOpportunityLineItem": True})
