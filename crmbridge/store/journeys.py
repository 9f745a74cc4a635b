"""The touches of deals in the books: kept as they are posted, and read by many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, func, select, type_coerce

from crmbridge.policy.revenue.bulk.packed import Packed, pack
from crmbridge.store.book_reads import Days
from crmbridge.store.dialect import bulk, read_many, upsert
from crmbridge.store.schema import booked, credit_name, journey
from crmbridge.store.table import Tx, among, chunks

AT_ONCE = 1 << 14
"""Touches in a piece, however many there are in all. What is made of them stays near the processor:
pieces of 65,536 took 16 % longer."""
_ROWS = 1000
_WINDOW = ("cutoff", "start", "lead_created", "created", "why")
_TOUCHES = len(_WINDOW) + 1
"""The place of the touches in a row of `stream`."""
_TOUCH_BYTES = len(pack([(0, 0, 0, 0, 0)]))


class Kept(NamedTuple):
    """Which journey of a deal is kept: its number, and a hash of what it says."""

    n: int
    mark: str


NOTHING = Kept(0, "")


def kept(tx: Tx, deals: Iterable[str]) -> dict[tuple[str, str], Kept]:
    """Return what is kept of deals (refs as text), by deal and measure."""
    found: dict[tuple[str, str], Kept] = {}
    for piece in chunks(deals):
        asked = select(journey.c.deal, journey.c.measure, journey.c.n, journey.c.mark)
        mine = (journey.c.company == tx.company, among(journey.c.deal, piece))
        for deal, measure, *told in tx.conn.execute(asked.where(*mine)):
            found[deal, measure] = Kept(*told)
    return found


@dataclass(slots=True)
class Names:
    """The numbers of names, those of this transaction too; a new one gets the next number."""

    tx: Tx
    _known: dict[str, int] | None = None
    _new: list[tuple[str, int, str]] = field(default_factory=list)

    def number(self, name: str) -> int:
        """The number of a name."""
        if self._known is None:
            self._known = {text: n for n, text in names(self.tx).items()}
        n = self._known.get(name)
        if n is None:
            n = self._known[name] = len(self._known) + 1
            self._new.append((self.tx.company, n, name))
        return n

    def write(self) -> None:
        """Write the new ones."""
        bulk(self.tx.conn, upsert(credit_name), ("company", "n", "name"), self._new)
        self._new.clear()


def names(tx: Tx) -> dict[int, str]:
    """Return all names by number, from 1 on."""
    asked = select(credit_name.c.n, credit_name.c.name).where(credit_name.c.company == tx.company)
    return {n: name for n, name in tx.conn.execute(asked.order_by(credit_name.c.n))}


def put(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert or replace journeys: the columns after the company, in their order."""
    whole = ((tx.company, *row) for row in rows)
    bulk(tx.conn, upsert(journey), tuple(journey.c.keys()), whole)


def stream(tx: Tx, measure: str, days: Days, currency: str) -> Iterator[list[Packed]]:
    """Yield the deals that count in a measure and were won, or created, on these days, in pieces.

    Deals without an amount in this currency are absent, and so are those whose touches are not kept
    yet: see `missing`.
    """
    columns = (booked.c.minor, *(journey.c[name] for name in _WINDOW))
    asked = select(*columns, journey.c.touches, type_coerce(journey.c.others, Text))
    piece, size = list[Packed](), 0
    for row in read_many(tx.conn, _of(tx, asked, measure, days, currency), _ROWS):
        if (touches := row[_TOUCHES]) is None:
            continue
        if size > AT_ONCE:
            yield piece
            piece, size = [], 0
        piece.append(row)
        size += len(touches) // _TOUCH_BYTES
    if piece:
        yield piece


def missing(tx: Tx, measure: str, days: Days, currency: str) -> int:
    """Return how many of these deals have no journey: they were posted before there were any."""
    asked = _of(tx, select(func.count() - func.count(journey.c.n)), measure, days, currency)
    return int(tx.conn.execute(asked).scalar_one())


def _of(tx: Tx, asked: Any, measure: str, days: Days, currency: str) -> Any:
    same = and_(
        journey.c.company == tx.company,
        journey.c.measure == measure,
        journey.c.deal == booked.c.deal,
    )
    return asked.select_from(booked.outerjoin(journey, same)).where(
        booked.c.company == tx.company,
        booked.c.measure == measure,
        booked.c.handed != "",
        booked.c.unpriced == 0,
        booked.c.currency == currency,
        *days.of(booked.c.day),
    )
