"""The objects of what is sold, in the form of `objects.py`: products, price books and lines.

Only what a reader of won deals meets. Source: the public object reference.
"""

from __future__ import annotations

_PRODUCT = """
Name string(255) required
ProductCode string(255)
Description textarea(4000)
IsActive boolean
Family picklist
StockKeepingUnit string(180)
QuantityUnitOfMeasure picklist
"""
_BOOK = """
Name string(255) required
Description string(255)
IsActive boolean
IsStandard boolean ro
"""
_ENTRY = """
Pricebook2Id reference(Pricebook2) required createonly rel=Pricebook2
Product2Id reference(Product2) required createonly rel=Product2
Name string(255) ro
ProductCode string(255) ro
UnitPrice currency required
UseStandardPrice boolean
IsActive boolean
"""
_LINE = """
OpportunityId reference(Opportunity) required createonly rel=Opportunity
PricebookEntryId reference(PricebookEntry) createonly rel=PricebookEntry
Product2Id reference(Product2) createonly rel=Product2
ProductCode string(255) ro
Name string(376) ro
Quantity double required
UnitPrice currency
ListPrice currency ro
TotalPrice currency
Discount percent
Description string(255)
ServiceDate date
SortOrder int
"""

LAYOUT: tuple[tuple[str, str, str], ...] = (
    ("Product2", "01t", _PRODUCT),
    ("Pricebook2", "01s", _BOOK),
    ("PricebookEntry", "01u", _ENTRY),
    ("OpportunityLineItem", "00k", _LINE),
)
"""Object, key prefix and fields."""
