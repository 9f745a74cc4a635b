"""The tables of whose turn it is to write: lanes, quotas, and the process that holds the ledger."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from crmbridge.store.columns import Make, key, keys, may, need
from crmbridge.store.types import Seconds


def lane(make: Make) -> Table:
    """Who sends the writes of a share of the leads, and until when."""
    return make(
        "lane",
        *keys("company", "system"),
        Column("lane", Integer, primary_key=True, autoincrement=False),
        need("owner"),
        need("lease_until", Seconds),
        need("epoch", Integer),
    )


def budget(make: Make) -> Table:
    """What is used of each quota; it lies in the file beside the ledger."""
    return make(
        "budget",
        *keys("company", "app", "name"),
        need("tat", Seconds),
        need("window_start", Seconds),
        need("used", Integer),
        need("bulk", Integer),
        may("stated_limit", Integer),
        may("stated_remaining", Integer),
        need("blocked_until", Seconds),
    )


def writer(make: Make) -> Table:
    """The process that writes a company's part of the ledger."""
    return make(
        "writer",
        key("company"),
        need("owner"),
        need("host"),
        need("pid", Integer),
        need("lease_until", Seconds),
        need("epoch", Integer),
        need("since", Seconds),
    )
