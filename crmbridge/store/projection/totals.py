"""Totals kept with the rows: what a change of leads, deals and roles adds and takes away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.record import Value
from crmbridge.model.state import LeadState
from crmbridge.policy.totals.counted import NOT_LOOKED_AT, Counted, counted, source_of
from crmbridge.policy.totals.stays import stays_of
from crmbridge.policy.totals.trip import BLANK, WON, Trip, loose, trip_of
from crmbridge.store import totals
from crmbridge.store.born import counted_of
from crmbridge.store.projection.books import Books
from crmbridge.store.projection.claims import Hand
from crmbridge.store.projection.shapes import is_waiting
from crmbridge.store.projection.shares import Shares
from crmbridge.store.rows import DealRow, LeadRow
from crmbridge.store.table import Tx
from crmbridge.store.totals import Sums


class Totals:
    """The totals of one transaction.

    Note what changes as it does, ask `counted_anew` which leads count otherwise by it, give each
    changed lead to `lead`, and call `write` when all rows are written.
    """

    def __init__(self, tx: Tx, hand: Hand, books: Books) -> None:
        self._tx, self._hand = tx, hand
        self._sums = Sums()
        self.shares = Shares(tx, hand, self._sums, books)
        self._books = books
        self._turned: set[str] = set()

    def deal(self, before: DealRow | None, after: DealRow) -> None:
        """Note a deal that is written; `before` is `None` where it was not in hand."""
        self.shares.deals([after.id])
        if before is None or (before.state == WON) != (after.state == WON):
            self._turned.add(after.id)
        if before is None or _win(before) != _win(after):
            self._books.accounts({after.account} | ({before.account} if before else set()))

    def deals(self, idents: Iterable[str]) -> None:
        """Note deals whose people have changed."""
        self.shares.deals(idents)

    def counted_anew(self) -> set[str]:
        """The leads that list a deal which was won, or is not any more."""
        found = totals.parts_of(self._tx, self._turned) if self._turned else {}
        self._turned.clear()
        return {row.lead for rows in found.values() for row in rows if row.listed}

    def judge(self, lives: Mapping[str, Lifecycle]) -> dict[str, Counted]:
        """Return how leads count with these lives, by lead."""
        trips = {ident: trips_of(ident, life) for ident, life in lives.items()}
        asked = {deal for mine in trips.values() for deal in loose(mine)}
        self._hand.deals.load(asked)
        won = {one for one in asked if (deal := self._hand.deals.get(one)) and deal.state == WON}
        return {
            ident: standing(self._hand.state(ident), lives[ident], mine, won)
            for ident, mine in trips.items()
        }

    def lead(self, ident: str, before: Counted | None, after: Counted) -> None:
        """Note how a lead counts now, and how it did; `None` where it did not."""
        if before != after:
            self._sums.add(after.totals())
            if before is not None:
                self._sums.add(before.totals(), -1)
        self.shares.lead(ident, before.deals if before is not None else (), after.deals)

    def new(self, source: Value) -> None:
        """Note a new lead that is only known, and the source that it came by."""
        self._sums.add(Counted(source=source_of(source)).totals())

    def write(self) -> None:
        """Write what changed, and begin anew; notes on deals what they add."""
        self.shares.write()
        self._sums.write(self._tx)


def _win(row: DealRow) -> tuple[str, datetime | None] | None:
    """What a win says to the account's later deals: whose it is, and of when; `None` for none."""
    return (row.account, row.closed_at) if row.state == WON and not row.outside else None


def trips_of(lead: str, life: Lifecycle) -> list[Trip]:
    """A lead's cycles that stand; the first, blank one where nothing has happened yet."""
    if not life.cycles and not life.voided:
        return [Trip(lead, 1, "", BLANK)]
    return [trip_of(lead, one) for one in life.cycles]


def standing(state: LeadState, life: Lifecycle, trips: list[Trip], won: set[str]) -> Counted:
    """How a lead counts as it stands."""
    why = (state.waiting or NOT_LOOKED_AT) if is_waiting(state, life) else ""
    stage = life.stage.value
    return counted(
        stage,
        source_of(state.value("source")),
        why,
        trips,
        won,
        stays_of(state, life),
        state.part_in(stage),
        state.parts,
    )


def counted_in(row: LeadRow, state: LeadState) -> Counted | None:
    """How a lead counts by its row; `None` where it does not yet."""
    if row.counted is not None:
        return Counted.of(row.counted)
    return counted_of(state) if row.state is None else None
