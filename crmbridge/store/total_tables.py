"""The tables of totals, and of who is on which deal; `schema` takes them into its MetaData."""

from __future__ import annotations

from sqlalchemy import Index, Table

from crmbridge.store.columns import Make, flag, key, keys, may, need, told
from crmbridge.store.types import Packed, Whole


def total(make: Make) -> Table:
    """What status and reports show, kept as leads and deals change; see the room `totals`.

    Money is text: a sum of many deals may be larger than a number of the database.
    """
    return make(
        "total",
        *keys("company", "what", "name", "detail"),
        need("n", Whole),
        need("minor"),
    )


def part(make: Make) -> Table:
    """Whose a deal is: by what evidence, with which part of its won money, and in whose cycles."""
    return make(
        "part",
        *keys("company", "deal"),
        key("lead", Packed(16)),
        may("minor", Whole),
        *told("currency", "source", "first_touch", "last_touch", "kind"),
        flag("listed"),
        Index("part_lead", "company", "lead"),
    )


def deal_due(make: Make) -> Table:
    """Deals of which it is to be looked whom the evidence puts on them, or takes off."""
    return make("deal_due", *keys("company", "deal"))
