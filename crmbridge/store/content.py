"""Who touched which content and when, and what people touched before their first meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, and_, case, func, select, true, tuple_

from crmbridge.store.schema import activity, touch
from crmbridge.store.table import Tx, chunks

Asset = tuple[str, str]
"""A kind of touch, and what was touched."""
PAIRS = 200
"""Kinds with assets in one statement."""


class Reached(NamedTuple):
    """How many people touched an asset by a kind of touch in some days, how often, and when last.

    `last` is of all time.
    """

    kind: str
    asset: str
    people: int
    times: int
    last: datetime


def reached(tx: Tx, since: datetime | None, until: datetime | None) -> list[Reached]:
    """Return everything that anybody ever touched; counted is from `since` on, before `until`."""
    inside = and_(true(), *_on(since, until))
    whole = since is None and until is None
    lead = touch.c.lead if whole else case((inside, touch.c.lead))
    times = func.count() if whole else func.count(case((inside, 1)))
    asked = (
        select(
            touch.c.kind,
            touch.c.asset,
            func.count(lead.distinct()),
            times,
            func.max(touch.c.at, type_=touch.c.at.type),
        )
        .where(*_theirs(tx))
        .group_by(touch.c.kind, touch.c.asset)
    )
    return [Reached(*row) for row in tx.conn.execute(asked)]


def people(tx: Tx, assets: Sequence[Asset], since: datetime | None, until: datetime | None) -> int:
    """Return how many people touched any of some assets, each once, on some days."""
    pair = tuple_(touch.c.kind, touch.c.asset)
    who: set[str] = set()
    for piece in chunks(assets, PAIRS):
        where = (*_theirs(tx), *_on(since, until), pair.in_(piece))
        if len(assets) <= PAIRS:
            asked = select(func.count(touch.c.lead.distinct())).where(*where)
            return int(tx.conn.execute(asked).scalar_one())
        who.update(tx.conn.execute(select(touch.c.lead).where(*where).distinct()).scalars())
    return len(who)


def _theirs(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    """Touches of people with something."""
    return (touch.c.company == tx.company, touch.c.lead.is_not(None), touch.c.asset != "")


def _on(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield touch.c.at >= since
    if until is not None:
        yield touch.c.at < until


def before_first(
    tx: Tx, kinds: Iterable[str], since: datetime | None, until: datetime | None
) -> list[tuple[datetime, int]]:
    """Return of each lead when its first activity of some kinds was, and its touches before.

    Only those whose first one lies from `since` on and before `until`, by time.
    """
    first = _first(tx, kinds, since, until)
    columns = (first.c.at, func.count(touch.c.at))
    asked = select(*columns).select_from(first).outerjoin(touch, _before(tx, first))
    return [(at, n) for at, n in tx.conn.execute(asked.group_by(first.c.lead).order_by(first.c.at))]


def read_before_first(
    tx: Tx, kinds: Iterable[str], since: datetime | None, until: datetime | None
) -> Iterator[tuple[str, str, str]]:
    """Yield lead, kind and asset of what was touched before such a first activity, each once."""
    first = _first(tx, kinds, since, until)
    columns = (touch.c.lead, touch.c.kind, touch.c.asset)
    asked = select(*columns).select_from(first).join(touch, _before(tx, first))
    found: Iterable[Any] = tx.conn.execute(asked.where(touch.c.asset != "").distinct())
    yield from found


def _first(tx: Tx, kinds: Iterable[str], since: datetime | None, until: datetime | None) -> CTE:
    """When each lead's first activity of some kinds was."""
    at = func.min(activity.c.at, type_=activity.c.at.type)
    asked = select(activity.c.lead, at.label("at")).where(
        activity.c.company == tx.company,
        activity.c.lead.is_not(None),
        activity.c.kind.in_(list(kinds)),
    )
    asked = asked.group_by(activity.c.lead)
    if since is not None:
        asked = asked.having(at >= since)
    if until is not None:
        asked = asked.having(at < until)
    return asked.cte("first")


def _before(tx: Tx, first: CTE) -> ColumnElement[bool]:
    return and_(
        touch.c.company == tx.company, touch.c.lead == first.c.lead, touch.c.at < first.c.at
    )
