"""Who touched which content and when, and what people touched before their first meeting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Text,
    func,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from crmbridge.store.led_up import pairs_of
from crmbridge.store.schema import first_meeting, reach, reader, touch
from crmbridge.store.table import Tx, chunks

Asset = tuple[str, str]
"""A kind of touch, and what was touched."""
PAIRS = 200
"""Kinds with assets in one statement."""


class Reached(NamedTuple):
    """An asset that somebody touched by a kind of touch, and when last, of all time."""

    kind: str
    asset: str
    last: datetime


def reached(tx: Tx) -> list[Reached]:
    """Return everything that anybody ever touched."""
    same = (touch.c[name] == reach.c[name] for name in ("company", "kind", "asset"))
    last = select(func.max(touch.c.at, type_=touch.c.at.type)).where(*same, *_theirs(tx))
    asked = select(reach.c.kind, reach.c.asset, last.correlate(reach).scalar_subquery())
    found = asked.where(reach.c.company == tx.company).order_by(reach.c.kind, reach.c.asset)
    return [Reached._make(row) for row in tx.conn.execute(found)]


class Readers(NamedTuple):
    """How many people touched something, and how often they did in all."""

    people: int
    times: int


def readers(
    tx: Tx, assets: Sequence[Asset], since: datetime | None, until: datetime | None
) -> Readers:
    """Count who touched any of some assets on some days; everybody counts once."""
    if since is None and until is None:
        return _ever(tx, assets)
    by: Counter[str] = Counter()
    for piece in chunks(assets, PAIRS):
        # asset by asset, each by the index: one look for all would go through everything
        each = [select(touch.c.lead).where(*_of(tx, one), *_on(since, until)) for one in piece]
        some = (union_all(*each) if len(each) > 1 else each[0]).subquery()
        # grouped by no plain column, else SQLite goes through all touches by the index of leads
        lead = func.coalesce(some.c.lead, some.c.lead, type_=some.c.lead.type)
        counts = select(lead.label("lead"), func.count().label("n")).group_by(lead)
        if len(assets) <= PAIRS:
            whole = counts.subquery()
            asked = select(func.count(), func.coalesce(func.sum(whole.c.n), 0)).select_from(whole)
            return Readers._make(tx.conn.execute(asked).one())
        by.update(dict(iter(tx.conn.execute(counts))))
    return Readers(len(by), by.total())


def _ever(tx: Tx, assets: Sequence[Asset]) -> Readers:
    """Count who touched them of all time; people who touched the same ones stand in one row."""
    known = {
        (kind, asset): Readers(people, times)
        for kind, asset, people, times in tx.conn.execute(
            select(reach.c.kind, reach.c.asset, reach.c.people, reach.c.times).where(
                reach.c.company == tx.company
            )
        )
    }
    mine = [known[one] for one in assets if one in known]
    if len(mine) < 2:
        return mine[0] if mine else Readers(0, 0)
    text, wanted = type_coerce(reader.c.assets, Text), set(assets)
    asked = select(text, func.count()).where(reader.c.company == tx.company).group_by(text)
    found = tx.conn.execute(asked)
    people = sum(n for one, n in found if not wanted.isdisjoint(pairs_of(one)))
    return Readers(people, sum(one.times for one in mine))


def _of(tx: Tx, one: Asset) -> tuple[ColumnElement[bool], ...]:
    kind, asset = one
    return (*_theirs(tx), touch.c.kind == kind, touch.c.asset == asset)


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
    """When a lead's first meeting was, in microseconds, and how many touches it had before.

    `lead` is its id as the ledger keeps it. `assets` is what it touched before, as JSON: alike for
    alike ones.
    """

    lead: bytes
    at: int
    touches: int
    assets: str


def before_first(tx: Tx, since: datetime | None, until: datetime | None) -> list[Met]:
    """Return the first meetings of leads that lie on some days, by time."""
    who, at = (
        type_coerce(first_meeting.c.lead, LargeBinary),
        type_coerce(first_meeting.c.at, Integer),
    )
    columns = (who, at, first_meeting.c.touches)
    asked = select(*columns, type_coerce(first_meeting.c.assets, Text))
    asked = asked.where(first_meeting.c.company == tx.company)
    if since is not None:
        asked = asked.where(first_meeting.c.at >= since)
    if until is not None:
        asked = asked.where(first_meeting.c.at < until)
    found = tx.conn.execute(asked.order_by(first_meeting.c.at, first_meeting.c.lead))
    return [Met._make(row) for row in found]
