"""The tables of totals, and of who is on which deal; `schema` takes them into its MetaData."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Integer, Table, Text

from crmbridge.store.columns import told
from crmbridge.store.types import Packed

Make = Callable[..., Table]


def _keys(*names: str, type_: Any = Text) -> tuple[Column[Any], ...]:
    return tuple(Column(one, type_, primary_key=True) for one in names)


def total(make: Make) -> Table:
    """What status and reports show, kept as leads and deals change; see the room `totals`.

    Money is text: a sum of many deals may be larger than a number of the database.
    """
    return make(
        "total",
        *_keys("company", "what", "name", "detail"),
        Column("n", Integer, nullable=False),
        Column("minor", Text, nullable=False),
    )


def part(make: Make) -> Table:
    """Which leads' cycles list a deal, and the part of its won money that each is counted with."""
    return make(
        "part",
        *_keys("company", "deal"),
        *_keys("lead", type_=Packed(16)),
        Column("minor", Integer),
        *told("currency", "source", "first_touch", "last_touch"),
    )
