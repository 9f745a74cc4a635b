"""Postings of credit, and costs of campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from crmbridge.model.codec import canonical
from crmbridge.model.event import Event
from crmbridge.model.payload import CostGiven, FitMade, JourneyKept, Posted
from crmbridge.policy.revenue.bulk.packed import pack
from crmbridge.store.book_rows import CLASS, BookedRow, CostRow, CreditRow
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.projection.on.handlers import Handlers

on = Handlers()


@on(Posted)
def _posted(work: Inventory, event: Event, told: Posted) -> None:
    deal = str(told.deal)
    known = work.books.booked(deal, told.measure)
    n = known.n + 1 if known else 1
    row = BookedRow(
        deal=deal,
        measure=told.measure,
        n=n,
        minor=told.minor,
        currency=told.currency,
        own_minor=told.own_minor,
        own_currency=told.own_currency,
        rate=told.rate,
        day=told.day,
        unpriced=told.unpriced,
        facts=told.facts,
        **{name: str(kind) for name, kind in told.classes.items()},
    )
    work.books.post(row, _credits(told, n), told.people)


def _credits(told: Posted, n: int) -> Iterator[CreditRow]:
    """What touches gain and lose, then what classes do, numbered through."""
    adds = [(line, told.touches[at], minor) for line in told.lines for at, minor in line.adds]
    for i, (line, touch, minor) in enumerate(adds):
        yield CreditRow(
            deal=str(told.deal),
            measure=told.measure,
            n=n,
            i=i,
            model=line.model,
            version=line.version,
            touch=touch.id,
            lead=touch.lead or None,
            channel=touch.channel,
            campaign=touch.campaign,
            asset=touch.asset,
            minor=minor,
            currency=line.currency,
            cause=told.cause,
            posted=told.posted,
            day=told.day,
        )
    for i, one in enumerate(told.moved, len(adds)):
        yield CreditRow(
            deal=str(told.deal),
            measure=told.measure,
            n=n,
            i=i,
            model=CLASS + one.definition,
            touch="",
            channel=one.kind,
            minor=one.minor,
            deals=one.deals,
            currency=one.currency,
            cause=told.cause,
            posted=told.posted,
            day=told.day,
        )


@on(JourneyKept)
def _journey(work: Inventory, event: Event, told: JourneyKept) -> None:
    numbers = [work.books.names.number(one) for one in told.names]
    touches = pack(
        (at, flags, *(numbers[n] for n in places)) for at, flags, *places in told.touches
    )
    row = (told.cutoff, told.start, told.lead_created, told.created, told.others, told.why, touches)
    work.books.put_journey(str(told.deal), told.measure, mark_of(told), row)


def mark_of(told: JourneyKept) -> str:
    """A hash of a journey, by which it is seen to be the one that is kept."""
    return blake2b(canonical(told.to_json()).encode(), digest_size=8).hexdigest()


@on(FitMade)
def _fit(work: Inventory, event: Event, told: FitMade) -> None:
    work.books.put_fit(told.model, told.version, told.made, told.fit)


@on(CostGiven)
def _cost(work: Inventory, event: Event, told: CostGiven) -> None:
    rows = [CostRow(month=told.month, campaign=a, currency=b, minor=c) for a, b, c in told.costs]
    work.books.put_costs(told.month, rows)
