"""The tables of whose turn it is to write: lanes, quotas, and the process that holds the ledger."""

from __future__ import annotations

from sqlalchemy import Column, Table

from crmbridge.store.columns import Make, key, keys, may, need
from crmbridge.store.types import Seconds, Whole


def lane(make: Make) -> Table:
    """Who sends the writes of a share of the leads, and until when."""
    return make(
        "lane",
        *keys("company", "system"),
        Column("lane", Whole, primary_key=True, autoincrement=False),
        need("owner"),
        need("lease_until", Seconds),
        need("epoch", Whole),
    )


def budget(make: Make) -> Table:
    """What is used of each quota; it lies in the file beside the ledger."""
    return make(
        "budget",
        *keys("company", "app", "name"),
        need("tat", Seconds),
        need("window_start", Seconds),
        need("used", Whole),
        need("bulk", Whole),
        may("stated_limit", Whole),
        may("stated_remaining", Whole),
        need("blocked_until", Seconds),
    )


def writer(make: Make) -> Table:
    """The process that writes a company's part of the ledger."""
    return make(
        "writer",
        key("company"),
        need("owner"),
        need("host"),
        need("pid", Whole),
        need("lease_until", Seconds),
        need("epoch", Whole),
        need("since", Seconds),
    )
