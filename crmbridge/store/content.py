"""Who touched which content and when, and what people touched before their first meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, Text, and_, func, select, tuple_, type_coerce

from crmbridge.store.led_up import pairs_of
from crmbridge.store.schema import first_meeting, reach, reader, touch
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
    same = and_(*(touch.c[name] == reach.c[name] for name in ("company", "kind", "asset")))
    last = select(func.max(touch.c.at, type_=touch.c.at.type)).where(same, *_theirs(tx)).correlate(reach)
    asked = select(reach.c.kind, reach.c.asset).where(reach.c.company == tx.company)
    if since is None and until is None:
        asked = asked.add_columns(reach.c.people, reach.c.times)
    else:
        asked = asked.add_columns(func.count(touch.c.lead.distinct()), func.count(touch.c.at))
        inside = and_(same, *_theirs(tx), *_on(since, until))
        asked = asked.select_from(reach).outerjoin(touch, inside)
        asked = asked.group_by(reach.c.kind, reach.c.asset)
    found = asked.add_columns(last.scalar_subquery()).order_by(reach.c.kind, reach.c.asset)
    return [Reached(*row) for row in tx.conn.execute(found)]


def people(tx: Tx, assets: Sequence[Asset], since: datetime | None, until: datetime | None) -> int:
    """Return how many people touched any of some assets, each once, on some days."""
    if since is None and until is None:
        return _ever(tx, assets)
    pair = tuple_(touch.c.kind, touch.c.asset)
    who: set[str] = set()
    for piece in chunks(assets, PAIRS):
        where = (*_theirs(tx), *_on(since, until), pair.in_(piece))
        if len(assets) <= PAIRS:
            asked = select(func.count(touch.c.lead.distinct())).where(*where)
            return int(tx.conn.execute(asked).scalar_one())
        who.update(tx.conn.execute(select(touch.c.lead).where(*where).distinct()).scalars())
    return len(who)


def _ever(tx: Tx, assets: Sequence[Asset]) -> int:
    """How many people ever touched any of some assets; those who touched the same are one row."""
    text, wanted = type_coerce(reader.c.assets, Text), set(assets)
    asked = select(text, func.count()).where(reader.c.company == tx.company).group_by(text)
    return sum(n for one, n in tx.conn.execute(asked) if not wanted.isdisjoint(pairs_of(one)))


def _theirs(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    """Touches of people with something."""
    return (touch.c.company == tx.company, touch.c.lead.is_not(None), touch.c.asset != "")


def _on(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield touch.c.at >= since
    if until is not None:
        yield touch.c.at < until


class Met(NamedTuple):
    """When a lead's first meeting was, in microseconds, and how many touches it had before.

    `assets` is what it touched before, as JSON: alike for alike ones.
    """

    at: int
    touches: int
    assets: str


def before_first(tx: Tx, since: datetime | None, until: datetime | None) -> list[Met]:
    """Return the first meetings of leads that lie on some days, by time."""
    columns = (type_coerce(first_meeting.c.at, Integer), first_meeting.c.touches)
    asked = select(*columns, type_coerce(first_meeting.c.assets, Text))
    asked = asked.where(first_meeting.c.company == tx.company)
    if since is not None:
        asked = asked.where(first_meeting.c.at >= since)
    if until is not None:
        asked = asked.where(first_meeting.c.at < until)
    found = tx.conn.execute(asked.order_by(first_meeting.c.at, first_meeting.c.lead))
    return [Met._make(row) for row in found]
