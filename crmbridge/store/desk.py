"""Entries about whose turn it was, read by their type alone; for reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, literal_column, select

from crmbridge.store.dialect import read_many
from crmbridge.store.schema import DESK_SQL, event
from crmbridge.store.table import CHUNK, Tx

TYPES = (
    *("assigned", "handed", "paused", "refunded"),
    *("resumed", "sla_breached", "unassigned", "waits"),
)
"""The types that are found quickly."""


class Noted(NamedTuple):
    """An entry: of which lead, when, and what it says in JSON's types, without its basis."""

    lead: str
    at: datetime
    said: Mapping[str, Any]


def noted(
    tx: Tx, type_: str, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Noted]:
    """Yield the entries of a type by time, from an instant on and before another one.

    Raises:
        ValueError: a type that is not among `TYPES`.
    """
    if type_ not in TYPES:
        raise ValueError(f"{type_!r} is not found by its type: only {', '.join(TYPES)} are")
    # in the words of the partial index, which serves no bound parameter
    desk: ColumnElement[bool] = literal_column(DESK_SQL)
    of_type: ColumnElement[bool] = literal_column(f"type = '{type_}'")
    where = [event.c.company == tx.company, desk, of_type]
    if since is not None:
        where.append(event.c.at >= since)
    if until is not None:
        where.append(event.c.at < until)
    asked = select(event.c.lead, event.c.at, event.c.data).where(*where)
    yield from starmap(Noted, read_many(tx.conn, asked.order_by(event.c.at, event.c.seq), CHUNK))
