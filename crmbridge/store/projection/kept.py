"""What stands around deals and people, in the hand of one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from crmbridge.store import trail
from crmbridge.store.projection.belongings import Belongings
from crmbridge.store.projection.rated import RatedContent
from crmbridge.store.projection.shelf import Shelf
from crmbridge.store.rows import ActivityRow, AssignmentRow
from crmbridge.store.seen_rows import CampaignRow, FirmRow, MemberRow, ProductRow
from crmbridge.store.table import Tx, put


class Kept:
    """Activities, products, campaigns, members, firms, belongings, ratings, and assignments."""

    def __init__(
        self,
        tx: Tx,
        watch: Callable[[Iterable[str], datetime], None],
        worked: Callable[[Iterable[str | None]], None],
    ) -> None:
        """Begin with nothing in hand.

        `watch` hears of accounts to which somebody came, or left, and when; `worked` of leads with
        whom sales did something.
        """
        self._tx, self._worked = tx, worked
        self.activities = Shelf(tx, ActivityRow)
        self.products = Shelf(tx, ProductRow)
        self.campaigns = Shelf(tx, CampaignRow)
        self.members = Shelf(tx, MemberRow)
        self.firms = Shelf(tx, FirmRow)
        self.belongings = Belongings(tx, watch)
        self.ratings = RatedContent(tx)
        self._given: dict[tuple[str, int], AssignmentRow] = {}

    def did(self, row: ActivityRow) -> None:
        """Put something that sales did with a lead."""
        before = self.activities.peek(row.id)
        self._worked([row.lead, before.lead if before else None])
        self.activities.put(row)

    def given(self, row: AssignmentRow) -> None:
        """Put to whom a lead was given."""
        self._given[row.lead, row.n] = row

    def done_with(self, lead: str) -> list[ActivityRow]:
        """What sales did with a lead, what is not written too."""
        stored = trail.activities_of(self._tx, [lead]).get(lead, [])
        found = {row.id: self.activities.take(row) for row in stored}
        found |= {row.id: row for row in self.activities.changed()}
        return [row for row in found.values() if row.lead == lead]

    def write(self) -> None:
        """Write the changed rows of all."""
        self.activities.write()
        self.products.write()
        self.campaigns.write()
        self.members.write()
        self.firms.write()
        self.belongings.write()
        self.ratings.write()
        put(self._tx, list(self._given.values()))
        self._given.clear()
