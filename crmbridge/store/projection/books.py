"""The books in the hand of one transaction: postings, and what follows from leads that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete

from crmbridge.store import books, credit_days, journeys, led_up, readers, schema
from crmbridge.store.book_rows import BookedRow, CostRow, CreditRow, FitRow, StakeRow
from crmbridge.store.dialect import insert
from crmbridge.store.table import Tx, among, chunks, put

Key = tuple[str, str]
"""A deal, and a measure."""


class Books:
    """The postings of one transaction, and what changed that credit follows from.

    Note changes as they come. `write` marks the deals that they concern; not while `watching` is
    off, as when projections are made anew. What led up to hand-offs follows from the same changes.
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.watching = True
        self._booked: dict[Key, BookedRow | None] = {}
        self._changed: dict[Key, BookedRow] = {}
        self._credits: list[CreditRow] = []
        self._people: dict[Key, Sequence[str]] = {}
        self._journeys: dict[Key, journeys.Kept] = {}
        self._taken: dict[Key, tuple[Any, ...]] = {}
        self.names = journeys.Names(tx)
        self._costs: dict[str, Sequence[CostRow]] = {}
        self._fits: list[FitRow] = []
        self._fitted: dict[str, int] = {}
        self._deals: set[str] = set()
        self._leads: set[str] = set()
        self._worked: set[str] = set()
        self._touched: set[str] = set()
        self._accounts: set[str] = set()

    def load(self, deals: Iterable[str]) -> None:
        """Look up in bulk how deals stand in the books."""
        missing = {one for one in deals if (one, books.REVENUE) not in self._booked}
        if not missing:
            return
        for deal in missing:
            self._booked.update({(deal, measure): None for measure in books.MEASURES})
        found = books.booked(self._tx, missing)
        self._booked.update({(row.deal, row.measure): row for row in found})
        self._journeys.update(journeys.kept(self._tx, missing))

    def booked(self, deal: str, measure: str) -> BookedRow | None:
        """How a deal stands in the books of a measure; `None` before its first posting."""
        self.load([deal])
        return self._booked[deal, measure]

    def postings(self, deal: str, measure: str) -> int:
        """How many postings of a measure a deal has."""
        row = self.booked(deal, measure)
        return row.n if row else 0

    def post(self, row: BookedRow, credits: Iterable[CreditRow], people: Sequence[str]) -> None:
        """Take a posting: how the deal stands now, what is added, and whose touches count."""
        key = (row.deal, row.measure)
        self._booked[key] = self._changed[key] = row
        self._credits += credits
        self._people[key] = people

    def journey(self, deal: str, measure: str) -> journeys.Kept:
        """Which journey of a deal is kept."""
        self.load([deal])
        return self._journeys.get((deal, measure), journeys.NOTHING)

    def put_journey(self, deal: str, measure: str, mark: str, told: tuple[Any, ...]) -> None:
        """Keep a deal's journey: a hash of it, and its columns from `cutoff` on."""
        key, n = (deal, measure), self.journey(deal, measure).n + 1
        self._journeys[key] = journeys.Kept(n, mark)
        self._taken[key] = (measure, deal, n, mark, *told)

    def put_costs(self, month: str, rows: Sequence[CostRow]) -> None:
        """Set what campaigns cost in a month, in the place of what was known of it."""
        self._costs[month] = rows

    def put_fit(self, model: str, version: str, made: date, data: Mapping[str, Any]) -> None:
        """Take a fit of a model, which is in force from now on."""
        n = self._fitted.get(model)
        if n is None:
            n = max((one.n for one in books.fits(self._tx, model)), default=0)
        self._fitted[model] = n + 1
        self._fits.append(FitRow(model=model, n=n + 1, version=version, made=made, data=data))

    # what credit follows from

    def deals(self, idents: Iterable[str]) -> None:
        """Note deals that changed, or whose people did."""
        self._deals.update(idents)

    def leads(self, idents: Iterable[str | None]) -> None:
        """Note leads whose way to sales changed, or a fact of them."""
        self._leads.update(one for one in idents if one)

    def touched(self, idents: Iterable[str | None]) -> None:
        """Note leads whose touches changed."""
        self._touched.update(one for one in idents if one)

    def worked(self, idents: Iterable[str | None]) -> None:
        """Note leads with whom sales did something: it counts for their accounts' deals."""
        self._worked.update(one for one in idents if one)

    def accounts(self, refs: Iterable[str]) -> None:
        """Note accounts (refs as text) whose wins are others, or whose people."""
        self._accounts.update(one for one in refs if one)

    def write(self) -> None:
        """Write the postings and mark the deals, and begin anew."""
        put(self._tx, self._credits, how=insert)
        credit_days.add(self._tx, self._credits)
        put(self._tx, list(self._changed.values()))
        put(self._tx, self._fits)
        journeys.put(self._tx, list(self._taken.values()))
        self.names.write()
        self._write_costs()
        self._write_people()
        leads = self._leads | self._worked | self._touched
        led_up.keep(self._tx, leads)
        readers.keep(self._tx, self._touched)
        if self.watching:
            firms = books.firms_of(self._tx, self._worked)
            books.mark(self._tx, self._deals, leads=leads, accounts=self._accounts | firms)
        for pile in (self._changed, self._people, self._costs, self._taken):
            pile.clear()
        self._credits, self._fits = [], []
        for marks in (self._deals, self._leads, self._worked, self._touched, self._accounts):
            marks.clear()

    def _write_costs(self) -> None:
        for piece in chunks(self._costs):
            gone = (schema.cost.c.company == self._tx.company, among(schema.cost.c.month, piece))
            self._tx.conn.execute(delete(schema.cost).where(*gone))
        put(self._tx, [row for rows in self._costs.values() for row in rows])

    def _write_people(self) -> None:
        for measure in books.MEASURES:
            mine = sorted(deal for deal, which in self._people if which == measure)
            for piece in chunks(mine):
                gone = (
                    schema.stake.c.company == self._tx.company,
                    among(schema.stake.c.deal, piece),
                )
                self._tx.conn.execute(
                    delete(schema.stake).where(*gone, schema.stake.c.measure == measure)
                )
        rows = [
            StakeRow(deal=deal, measure=measure, lead=lead)
            for (deal, measure), people in self._people.items()
            for lead in dict.fromkeys(people)
        ]
        put(self._tx, rows, how=insert)
