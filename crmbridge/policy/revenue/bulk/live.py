"""The touches of a batch that are eligible, and who of them holds which position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmbridge.policy.revenue.bulk.batch import NEVER, Batch
from crmbridge.policy.revenue.positions import CLOSE, DEAL, FIRST, LEAD, NEAR, NON_DIRECT

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Flags, Ints

_FAR = 1 << 62


class Live:
    """The deals of a batch that have an eligible touch, renumbered, with these touches alone.

    `deals` and `touches` say where they stand in the batch, `deal` whose each touch is, `begin`
    and `size` where a deal's touches begin and how many there are, `amount` what a deal is worth
    without its sign. Who holds a position is found once, whatever the number of models.
    """

    def __init__(self, batch: Batch) -> None:
        import numpy as np

        self.batch = batch
        number = np.diff(batch.first)
        whose = np.repeat(np.arange(len(number)), number)
        inside = (batch.at <= batch.cutoff[whose]) & (batch.at >= batch.start[whose])
        self.touches = np.flatnonzero(inside)
        left = np.bincount(whose[self.touches], minlength=len(number))
        self.deals = np.flatnonzero(left)
        self.size = left[self.deals].astype(np.int64)
        self.begin = np.cumsum(self.size) - self.size
        self.deal = np.repeat(np.arange(len(self.deals)), self.size)
        self.at = batch.at[self.touches]
        self.amount = np.abs(batch.minor[self.deals])
        self._held: dict[str, tuple[Flags, Ints]] = {}

    def sums(self, of_touches: Flags | Ints) -> Ints:
        """Add up a number of each touch by deals."""
        import numpy as np

        return np.add.reduceat(of_touches, self.begin, dtype=np.int64)

    def held(self, position: str) -> tuple[Flags, Ints]:
        """Say of each touch whether it holds a position, and of each deal how many do."""
        if position not in self._held:
            mask = self._holds(position)
            self._held[position] = mask, self.sums(mask)
        return self._held[position]

    def _holds(self, position: str) -> Flags:
        if position == NON_DIRECT:
            return self._non_direct()
        held: Flags = self.at == self._when(position)[self.deal]
        return held

    def _when(self, position: str) -> Ints:
        """Return the second of the group that holds a position, by deal; `NEVER` for none."""
        if position in (FIRST, CLOSE):
            edge: Ints = self.at[self.begin + (0 if position == FIRST else self.size - 1)]
            return edge
        if position == LEAD:
            return self._lead()
        if position == DEAL:
            return self._last(self.batch.created[self.deals])
        return self._last(self._other(position))

    def _other(self, position: str) -> Ints:
        import numpy as np

        found = self.batch.others.get(position)
        return np.full(len(self.deals), NEVER) if found is None else found[self.deals]

    def _last(self, until: Ints) -> Ints:
        import numpy as np

        return np.maximum.reduceat(
            np.where(self.at <= until[self.deal], self.at, NEVER), self.begin
        )

    def _lead(self) -> Ints:
        import numpy as np

        created = self.batch.lead_created[self.deals]
        made = np.flatnonzero(self.batch.converting[self.touches] & (created != NEVER)[self.deal])
        whose = self.deal[made]
        away = self.at[made] - created[whose]
        near = np.abs(away) <= NEAR
        # the nearest, and of two equally near the earlier: distance first, then its direction
        rank = 2 * np.abs(away[near]) + (away[near] > 0)
        best = np.full(len(self.deals), _FAR)
        np.minimum.at(best, whose[near], rank)
        step = np.where(best & 1, best >> 1, -(best >> 1))
        return np.where(best < _FAR, np.where(best < _FAR, created, 0) + step, self._last(created))

    def _non_direct(self) -> Flags:
        import numpy as np

        paid = ~self.batch.direct[self.touches]
        paid |= (self.sums(paid) == 0)[self.deal]
        last = np.maximum.reduceat(np.where(paid, self.at, NEVER), self.begin)
        held: Flags = paid & (self.at == last[self.deal])
        return held
