"""What reports read of the books: sums of credit and of classes over days, and deals as they stand.

Days are half open: from `since` on, and before `until`; `None` leaves that end open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, ColumnElement, case, func, select

from crmbridge.store import books
from crmbridge.store.book_rows import CLASS, CreditRow
from crmbridge.store.columns import is_no
from crmbridge.store.credit_days import Of, summed
from crmbridge.store.schema import booked, credit, credit_day, deal
from crmbridge.store.table import Tx, among, chunks, fetch

When = Literal["posted", "day"]
"""By the day on which a posting stands in the books, or by that of the win or the creation."""


@dataclass(frozen=True, slots=True)
class Days:
    """Company days from `since` on and before `until`; `None` leaves an end open."""

    since: date | None = None
    until: date | None = None

    def of(self, column: Column[Any]) -> list[ColumnElement[bool]]:
        """The conditions that a column of days lies inside."""
        found = []
        if self.since is not None:
            found.append(column >= self.since)
        if self.until is not None:
            found.append(column < self.until)
        return found


class Credited(NamedTuple):
    """Smallest units of a model, by a name (of a channel, a campaign, …) and currency.

    `untouched` says that no touch is credited with them; the name of a channel then says why.
    """

    model: str
    name: str
    untouched: bool
    currency: str
    minor: int


def credited(
    tx: Tx, measure: str, models: Collection[str], days: Days, *, of: Of, when: When
) -> list[Credited]:
    """Add up credit by model, name and currency; what adds up to nothing is absent.

    Of what no touch is credited with, the name is why, whatever it is added up by.
    """
    found = summed(tx, measure, models, of, days.of(credit_day.c[when]))
    return [Credited._make((*spot, minor)) for spot, minor in found.items()]


def models(tx: Tx, measure: str) -> set[str]:
    """Return the models that anything was ever posted by, in a measure."""
    pairs = (name.split(" ", 1) for name in books.opened(tx))
    return {model for which, model in pairs if which == measure and model[0] != CLASS}


def by_day(tx: Tx, measure: str, model: str, days: Days, *, of: Of) -> dict[date, list[Credited]]:
    """Add up credit of a model as `credited` does, by the day of the win or the creation."""
    found: dict[date, list[Credited]] = {}
    sums = summed(tx, measure, [model], of, days.of(credit_day.c.day), "day")
    for (day, *spot), minor in sums.items():
        found.setdefault(day, []).append(Credited._make((*spot, minor)))
    return found


class Booked(NamedTuple):
    """A deal that counts in a measure, as it stands in the books, read bare; see `BookedRow`."""

    deal: str
    minor: int
    currency: str
    day: date | None
    handed: str
    first_touch: str
    lead_source: str
    pre_sales: str


_BOOKED = tuple(booked.c[name] for name in Booked._fields)


def standing(tx: Tx, measure: str, days: Days) -> list[Booked]:
    """Return the deals that count in a measure and were won, or created, on these days, by id."""
    asked = select(*_BOOKED).where(*_counts(tx, measure), *days.of(booked.c.day))
    return [Booked._make(row) for row in tx.conn.execute(asked.order_by(booked.c.deal))]


def of_deals(tx: Tx, measure: str, deals: Iterable[str]) -> dict[str, Booked]:
    """Return by deal how it stands in the books of a measure; who does not count is absent."""
    found: dict[str, Booked] = {}
    for piece in chunks(deals):
        asked = select(*_BOOKED).where(*_counts(tx, measure), among(booked.c.deal, piece))
        found.update({row.deal: row for row in map(Booked._make, tx.conn.execute(asked))})
    return found


HALF = 10**9


class Stood(NamedTuple):
    """Deals that count, alike in currency, rate and whether they have no amount."""

    currency: str
    rate: str
    unpriced: bool
    deals: int
    minor: int


def added_up(tx: Tx, measure: str, days: Days) -> list[Stood]:
    """Add up the deals that count in a measure and were won, or created, on these days."""
    columns = (booked.c.currency, booked.c.rate, booked.c.unpriced)
    # in two halves, because the sum of many deals may be larger than the database's numbers
    high, low = (func.sum(booked.c.minor.op(sign)(HALF)) for sign in ("/", "%"))
    asked = select(*columns, func.count(), high, low)
    asked = asked.where(*_counts(tx, measure), *days.of(booked.c.day))
    found = tx.conn.execute(asked.group_by(*columns).order_by(*columns))
    return [
        Stood(name, rate, bool(no), int(n), int(more) * HALF + int(less))
        for name, rate, no, n, more, less in found
    ]


def _counts(tx: Tx, measure: str) -> tuple[ColumnElement[bool], ...]:
    return (booked.c.company == tx.company, booked.c.measure == measure, booked.c.handed != "")


def first_day(tx: Tx, measure: str) -> date | None:
    """Return the first day of which a measure has a deal; `None` for none."""
    asked = select(func.min(booked.c.day)).where(
        booked.c.company == tx.company, booked.c.measure == measure, booked.c.handed != ""
    )
    found: date | None = tx.conn.execute(asked).scalar_one_or_none()
    return found


class Outside(NamedTuple):
    """Won deals that no book has: how many, and their smallest units by currency."""

    currency: str
    deals: int
    minor: int


def left_out(tx: Tx, days: Days, zone: tzinfo) -> list[Outside]:
    """Return the won deals that the mapping's filter leaves out, by currency; days are a zone's."""
    asked = select(deal.c.currency, deal.c.closed_at, deal.c.amount_minor).where(
        deal.c.company == tx.company, deal.c.state == "won", deal.c.outside != 0
    )
    sums: dict[str, list[int]] = {}
    for currency, at, minor in tx.conn.execute(asked):
        day = at.astimezone(zone).date() if at else None
        if not _inside(day, days):
            continue
        row = sums.setdefault(currency if minor is not None else "", [0, 0])
        row[0] += 1
        row[1] += minor or 0
    return [Outside(name, many, minor) for name, (many, minor) in sorted(sums.items())]


def _inside(day: date | None, days: Days) -> bool:
    if day is None:
        return days.since is None and days.until is None
    return (days.since is None or days.since <= day) and (days.until is None or day < days.until)


def postings(tx: Tx, name: str) -> list[CreditRow]:
    """Return what was posted of a deal, in order, by measure."""
    order = [credit.c.measure, credit.c.n, credit.c.i]
    return fetch(tx, CreditRow, credit.c.deal == name, order=order)


class OpenDeals(NamedTuple):
    """Deals that are open now, of one currency: how many, of these without an amount, their sum."""

    currency: str
    deals: int
    unpriced: int
    minor: int


def open_now(tx: Tx) -> list[OpenDeals]:
    """Add up the deals that are open now, by currency; what the mapping leaves out is not asked."""
    unpriced = func.sum(case((deal.c.amount_minor.is_(None), 1), else_=0))
    asked = select(deal.c.currency, func.count(), unpriced, func.sum(deal.c.amount_minor)).where(
        deal.c.company == tx.company, deal.c.state == "open", is_no(deal.c.outside)
    )
    rows = tx.conn.execute(asked.group_by(deal.c.currency).order_by(deal.c.currency))
    return [OpenDeals(name, int(n), int(no or 0), int(minor or 0)) for name, n, no, minor in rows]
