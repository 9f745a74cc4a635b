"""Which cycles are won: those that a win closed, and those that hold a won deal of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from crmbridge.store import trail
from crmbridge.store.table import Tx, chunks
from crmbridge.store.trips import Trip

WON = "won"


def judged(tx: Tx, cycles: Iterable[Trip]) -> Iterator[tuple[Trip, bool]]:
    """Yield every cycle with whether it is won, so that no money stands without its win.

    A cycle is won by its outcome. A won deal that stands and is in no such cycle of its lead, as
    after a correction, makes the last of the lead's cycles that lists it a won one. `cycles` come
    in the order of their leads.
    """
    for some in chunks(list(group) for _, group in groupby(cycles, lambda one: one.lead)):
        loose = {deal for mine in some for deal in _loose(mine)}
        deals = trail.get_deals(tx, loose) if loose else {}
        won = {ident for ident, deal in deals.items() if deal.state == WON}
        for mine in some:
            last = {deal: one.n for one in mine for deal in one.data["deals"]}
            numbers = {last[deal] for deal in _loose(mine) if deal in won}
            for one in mine:
                yield one, one.outcome == WON or one.n in numbers


def _loose(mine: list[Trip]) -> set[str]:
    """The deals of a lead that are in no cycle that a win closed."""
    closed = {deal for one in mine if one.outcome == WON for deal in one.data["deals"]}
    return {deal for one in mine for deal in one.data["deals"]} - closed
