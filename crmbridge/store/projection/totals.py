"""Totals kept with the rows: what a change of leads, deals and roles adds and takes away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.money import Money
from crmbridge.model.record import Value
from crmbridge.model.state import LeadState
from crmbridge.policy.totals.counted import NOT_LOOKED_AT, Counted, counted, source_of
from crmbridge.policy.totals.money import BY_FIRST, BY_LAST, BY_SOURCE, parts
from crmbridge.policy.totals.trip import BLANK, WON, Trip, loose, trip_of
from crmbridge.store import totals, trail
from crmbridge.store.born import counted_of
from crmbridge.store.projection.deals import Deals
from crmbridge.store.projection.shapes import RefEntry, is_waiting
from crmbridge.store.rows import DealRow, LeadRow, PartRow
from crmbridge.store.table import Tx
from crmbridge.store.totals import Sums


class Hand(Protocol):
    """What is asked of the rows in hand; see `Inventory`."""

    deals: Deals

    def load_leads(self, ids: Iterable[str]) -> None:
        """Load leads in bulk."""

    def load_refs(self, refs: Iterable[Ref]) -> None:
        """Load vendor records in bulk."""

    def state(self, lead: str) -> LeadState:
        """A lead's standing view."""

    def ref(self, ref: Ref) -> RefEntry | None:
        """A vendor record."""


class Totals:
    """The totals of one transaction.

    Note what changes as it does, ask `counted_anew` which leads count otherwise by it, give each
    changed lead to `lead`, and call `write` when all rows are written.
    """

    def __init__(self, tx: Tx, hand: Hand) -> None:
        self._tx, self._hand = tx, hand
        self._sums = Sums()
        self._deals: set[str] = set()
        self._turned: set[str] = set()
        self._lists: dict[str, set[str]] = defaultdict(set)
        self._drops: dict[str, set[str]] = defaultdict(set)

    def deal(self, before: DealRow | None, after: DealRow) -> None:
        """Note a deal that is written; `before` is `None` where it was not in hand."""
        self._deals.add(after.id)
        if before is None or (before.state == WON) != (after.state == WON):
            self._turned.add(after.id)

    def deals(self, idents: Iterable[str]) -> None:
        """Note deals whose people have changed."""
        self._deals.update(idents)

    def counted_anew(self) -> set[str]:
        """The leads that list a deal which was won, or is not any more."""
        found = totals.parts_of(self._tx, self._turned) if self._turned else {}
        self._turned.clear()
        return {row.lead for rows in found.values() for row in rows}

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
        had = set(before.deals) if before is not None else set()
        if before != after:
            self._sums.add(after.totals())
            if before is not None:
                self._sums.add(before.totals(), -1)
        for deal in had - set(after.deals):
            self._drops[deal].add(ident)
        for deal in after.deals:
            self._lists[deal].add(ident)
        self._deals |= had | set(after.deals)

    def new(self, source: Value) -> None:
        """Note a new lead that is only known, and the source that it came by."""
        self._sums.add(Counted(source=source_of(source)).totals())

    def write(self) -> None:
        """Write what changed, and begin anew."""
        if self._deals:
            self._share(sorted(self._deals))
        self._sums.write(self._tx)
        for pile in (self._deals, self._lists, self._drops):
            pile.clear()

    def _share(self, deals: list[str]) -> None:
        known = totals.parts_of(self._tx, deals)
        on = {
            deal: ({row.lead for row in known.get(deal, [])} - self._drops[deal])
            | self._lists[deal]
            for deal in deals
        }
        self._hand.deals.load(deals)
        won = {deal: money for deal in deals if (money := _money(self._hand.deals.get(deal)))}
        left = _left(self._tx, self._hand, won)
        self._hand.load_leads({lead for deal in won for lead in on[deal]})
        news: list[PartRow] = []
        gone: list[PartRow] = []
        for deal in deals:
            mine = parts(won.get(deal), on[deal] - left[deal])
            now = {lead: self._part(deal, lead, mine.get(lead)) for lead in on[deal]}
            before = {row.lead: row for row in known.get(deal, [])}
            news += [row for lead, row in now.items() if before.get(lead) != row]
            gone += [row for lead, row in before.items() if lead not in now]
            self._count(before, now)
        totals.put_parts(self._tx, news)
        totals.remove_parts(self._tx, gone)

    def _part(self, deal: str, lead: str, money: Money | None) -> PartRow:
        if money is None:
            return PartRow(deal=deal, lead=lead)
        state = self._hand.state(lead)
        return PartRow(
            deal=deal,
            lead=lead,
            minor=money.minor,
            currency=money.currency,
            source=source_of(state.value("source")),
            first_touch=state.first_touch,
            last_touch=state.last_touch,
        )

    def _count(self, before: Mapping[str, PartRow], now: Mapping[str, PartRow]) -> None:
        for rows, sign in ((before, -1), (now, 1)):
            for row in rows.values():
                if row.minor is None:
                    continue
                for what, name in (
                    (BY_SOURCE, row.source),
                    (BY_FIRST, row.first_touch),
                    (BY_LAST, row.last_touch),
                ):
                    self._sums.money((what, name, row.currency), sign, sign * row.minor)


def trips_of(lead: str, life: Lifecycle) -> list[Trip]:
    """A lead's cycles that stand; the first, blank one where nothing has happened yet."""
    if not life.cycles and not life.voided:
        return [Trip(lead, 1, "", BLANK)]
    return [trip_of(lead, one) for one in life.cycles]


def standing(state: LeadState, life: Lifecycle, trips: list[Trip], won: set[str]) -> Counted:
    """How a lead counts as it stands."""
    why = (state.waiting or NOT_LOOKED_AT) if is_waiting(state, life) else ""
    return counted(life.stage.value, source_of(state.value("source")), why, trips, won)


def counted_in(row: LeadRow, state: LeadState) -> Counted | None:
    """How a lead counts by its row; `None` where it does not yet."""
    if row.counted is not None:
        return Counted.of(row.counted)
    return counted_of(state) if row.state is None else None


def _money(deal: DealRow | None) -> Money | None:
    if deal is None or deal.state != WON or deal.amount_minor is None:
        return None
    return Money(deal.amount_minor, deal.currency)


def _left(tx: Tx, hand: Hand, deals: Iterable[str]) -> Mapping[str, set[str]]:
    """Return the leads that each deal has lost: all their roles on it are gone.

    They have no part in it any more. A lead without any role on its deal has left nothing.
    """
    found = trail.roles_of_deals(tx, deals)
    people = {one.person: Ref.parse(one.person) for rows in found.values() for one in rows}
    hand.load_refs(people.values())
    mine = {name: entry.lead for name, ref in people.items() if (entry := hand.ref(ref))}
    left: dict[str, set[str]] = defaultdict(set)
    for deal, rows in found.items():
        still = {mine.get(one.person, "") for one in rows if one.live}
        left[deal] = {mine.get(one.person, "") for one in rows if not one.live} - still
    return left
