"""Which cycles are won, read from all of them: how far each lead of the play came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from crmbridge.policy.totals.trip import WON, Trip, loose, won_ones
from crmbridge.store import trail
from crmbridge.store.table import Tx, chunks


def judged(tx: Tx, cycles: Iterable[Trip]) -> Iterator[tuple[Trip, bool]]:
    """Yield every cycle with whether it is won (see `won_ones`), in the order of their leads."""
    for some in chunks(list(group) for _, group in groupby(cycles, lambda one: one.lead)):
        deals = trail.get_deals(tx, {deal for mine in some for deal in loose(mine)})
        won = {ident for ident, deal in deals.items() if deal.state == WON}
        for mine in some:
            numbers = won_ones(mine, won)
            for one in mine:
                yield one, one.n in numbers
