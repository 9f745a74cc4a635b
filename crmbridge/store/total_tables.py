"""The tables of totals, and of who is on which deal; `schema` takes them into its MetaData."""

from __future__ import annotations

from sqlalchemy import Integer, Table

from crmbridge.store.columns import Make, key, keys, may, need, told
from crmbridge.store.types import Packed


def total(make: Make) -> Table:
    """What status and reports show, kept as leads and deals change; see the room `totals`.

    Money is text: a sum of many deals may be larger than a number of the database.
    """
    return make(
        "total",
        *keys("company", "what", "name", "detail"),
        need("n", Integer),
        need("minor"),
    )


def part(make: Make) -> Table:
    """Which leads' cycles list a deal, and the part of its won money that each is counted with."""
    return make(
        "part",
        *keys("company", "deal"),
        key("lead", Packed(16)),
        may("minor", Integer),
        *told("currency", "source", "first_touch", "last_touch"),
    )
