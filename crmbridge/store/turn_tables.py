"""The tables of whose turn it is to write: lanes, quotas, and the process that holds the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Integer, Table, Text

from crmbridge.store.types import Seconds

Make = Callable[..., Table]


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _need(name: str, type_: Any = Text) -> Column[Any]:
    return Column(name, type_, nullable=False)


def lane(make: Make) -> Table:
    """Who sends the writes of a share of the leads, and until when."""
    return make(
        "lane",
        _key("company"),
        _key("system"),
        Column("lane", Integer, primary_key=True, autoincrement=False),
        _need("owner"),
        _need("lease_until", Seconds),
        _need("epoch", Integer),
    )


def budget(make: Make) -> Table:
    """What is used of each quota; it lies in the file beside the ledger."""
    return make(
        "budget",
        _key("company"),
        _key("app"),
        _key("name"),
        _need("tat", Seconds),
        _need("window_start", Seconds),
        _need("used", Integer),
        _need("bulk", Integer),
        Column("stated_limit", Integer, nullable=True),
        Column("stated_remaining", Integer, nullable=True),
        _need("blocked_until", Seconds),
    )


def writer(make: Make) -> Table:
    """The process that writes a company's part of the ledger."""
    return make(
        "writer",
        _key("company"),
        _need("owner"),
        _need("host"),
        _need("pid", Integer),
        _need("lease_until", Seconds),
        _need("epoch", Integer),
        _need("since", Seconds),
    )
