"""Who touched which content and when, and what people touched before their first meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select, true, tuple_

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


class Touched(NamedTuple):
    """A lead, and when it last touched something."""

    lead: str
    at: datetime


def touched_by(
    tx: Tx, assets: Sequence[Asset], since: datetime | None, until: datetime | None
) -> list[Touched]:
    """Return the people who touched any of some assets on some days, each once, the last first."""
    pair, at = tuple_(touch.c.kind, touch.c.asset), func.max(touch.c.at, type_=touch.c.at.type)
    last: dict[str, datetime] = {}
    for piece in chunks(assets, PAIRS):
        where = (*_theirs(tx), *_on(since, until), pair.in_(piece))
        for who, when in tx.conn.execute(
            select(touch.c.lead, at).where(*where).group_by(touch.c.lead)
        ):
            last[who] = max(when, last.get(who, when))
    return sorted(
        map(Touched._make, last.items()), key=lambda one: (one.at, one.lead), reverse=True
    )


def _theirs(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    """Touches of people with something."""
    return (touch.c.company == tx.company, touch.c.lead.is_not(None), touch.c.asset != "")


def _on(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield touch.c.at >= since
    if until is not None:
        yield touch.c.at < until


class Met(NamedTuple):
    """A lead, when its first activity of some kinds was, and how many touches it had before."""

    lead: str
    at: datetime
    touches: int


def before_first(
    tx: Tx, kinds: Iterable[str], since: datetime | None, until: datetime | None
) -> list[Met]:
    """Return those whose first activity of some kinds lies on some days, by time."""
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
    first = asked.cte("first")
    before = and_(
        touch.c.company == tx.company, touch.c.lead == first.c.lead, touch.c.at < first.c.at
    )
    columns = (first.c.lead, first.c.at, func.count(touch.c.at))
    found = select(*columns).select_from(first).outerjoin(touch, before).group_by(first.c.lead)
    return [Met(*row) for row in tx.conn.execute(found.order_by(first.c.at))]
