"""Who touched which content and when, and what people touched before their first meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from crmbridge.store.handed import touches
from crmbridge.store.schema import activity, touch
from crmbridge.store.table import Tx


class Reached(NamedTuple):
    """How often a lead touched an asset by a kind of touch."""

    kind: str
    asset: str
    lead: str
    times: int


def reached(tx: Tx, since: datetime | None, until: datetime | None) -> Iterator[Reached]:
    """Yield who touched which assets from `since` on and before `until`; `None` is open."""
    columns = (touch.c.kind, touch.c.asset, touch.c.lead)
    where: list[ColumnElement[bool]] = [
        touch.c.company == tx.company,
        touch.c.lead.is_not(None),
        touch.c.asset != "",
    ]
    if since is not None:
        where.append(touch.c.at >= since)
    if until is not None:
        where.append(touch.c.at < until)
    asked = select(*columns, func.count()).where(*where).group_by(*columns)
    for row in tx.conn.execute(asked):
        yield Reached(*row)


def last_touched(tx: Tx) -> list[tuple[str, str, datetime]]:
    """Return kind, asset and the last touch of everything that anybody ever touched."""
    columns = (touch.c.kind, touch.c.asset)
    asked = (
        select(*columns, func.max(touch.c.at))
        .where(touch.c.company == tx.company, touch.c.lead.is_not(None), touch.c.asset != "")
        .group_by(*columns)
    )
    return [(kind, asset, at) for kind, asset, at in tx.conn.execute(asked)]


def before_first(
    tx: Tx, kinds: Iterable[str], since: datetime | None, until: datetime | None
) -> list[tuple[datetime, list[tuple[str, str]]]]:
    """Return of each lead when its first activity of some kinds was, and what it touched before.

    Only those whose first one lies from `since` on and before `until`, by time.
    """
    asked = (
        select(activity.c.lead, func.min(activity.c.at))
        .where(
            activity.c.company == tx.company,
            activity.c.lead.is_not(None),
            activity.c.kind.in_(list(kinds)),
        )
        .group_by(activity.c.lead)
    )
    first = {
        lead: at
        for lead, at in tx.conn.execute(asked)
        if (since is None or at >= since) and (until is None or at < until)
    }
    seen = touches(tx, first)
    rows = [
        (at, [(one.kind, one.asset) for one in seen.get(lead, ()) if one.at < at])
        for lead, at in first.items()
    ]
    return sorted(rows, key=lambda row: row[0])
