"""What the books say of deals and of whoever has a stake in them, for what records are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.sharing_in_force import credit_rules
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.policy.revenue.brought import Backing, Share
from crmbridge.policy.totals.money import parts
from crmbridge.store import book_looks, campaigns, trail
from crmbridge.store.book_looks import Backed, Case
from crmbridge.store.book_rows import PIPELINE, BookedRow
from crmbridge.store.rows import TouchRow
from crmbridge.store.seen_rows import CampaignRow

WHOLE = "linear"
"""The model by which every touch that counts is credited; it is posted whatever is agreed."""


@dataclass(frozen=True, slots=True)
class Stake:
    """A deal that counts in a measure, and a lead's part of its amount."""

    booked: BookedRow
    share: Share

    @property
    def deal(self) -> str:
        """The deal, as text."""
        return self.booked.deal


@dataclass(slots=True, kw_only=True)
class Told:
    """What the books say of some leads or deals, as they were when it was looked up."""

    scene: Scene
    rules: str
    """The agreed rules of credit, as a short hash."""
    stakes: dict[str, list[Case]] = field(default_factory=dict)
    holders: dict[Case, list[str]] = field(default_factory=dict)
    backed: dict[tuple[str, str, str], list[Backing]] = field(default_factory=dict)

    @classmethod
    def of(cls, scene: Scene, *, leads: Iterable[str] = (), deals: Iterable[str] = ()) -> Told:
        """Look up leads and the deals they have a stake in, and further deals, all in bulk."""
        rules = credit_rules(scene.company)
        told = cls(scene=scene, rules=rules, stakes=book_looks.stakes_of(scene.tx, leads))
        wanted = {deal for some in told.stakes.values() for deal, _ in some} | set(deals)
        if not wanted:
            return told
        told.holders = book_looks.holders_of(scene.tx, wanted)
        scene.work.books.load(wanted)
        scene.work.deals.load(wanted)
        models = {WHOLE, scene.company.agreement.attribution.headline}
        told.backed = _backings(scene, book_looks.backed_by(scene.tx, wanted, models))
        return told

    def of_lead(self, lead: str, measure: str) -> list[Stake]:
        """The deals of a measure that a lead has a stake in, the oldest first."""
        found = []
        for deal, name in self.stakes.get(lead, ()):
            row = self.counts(deal, measure) if name == measure else None
            if row is not None:
                found.append(Stake(row, self._share(row, lead)))
        return sorted(found, key=lambda one: (self.at(one.booked), one.deal))

    def counts(self, deal: str, measure: str) -> BookedRow | None:
        """How a deal stands in the books; `None` for one that does not count in the measure."""
        row = self.scene.work.books.booked(deal, measure)
        return row if row is not None and row.handed else None

    def at(self, row: BookedRow) -> datetime:
        """When a deal was won, or created; no later than now, whatever a vendor's clock says."""
        deal, now = self.scene.work.deals.get(row.deal), self.scene.now
        if deal is None:
            return now
        if row.measure == PIPELINE:
            return min(deal.created_at or now, now)
        return min(deal.closed_at or deal.changed_at or now, now)

    def sourced(self, row: BookedRow) -> str:
        """Marketing's part in a deal, by the definition that is locked for its day (R6.20)."""
        agreed = self.scene.company.versions.in_force(self.at(row)).attribution
        return str(getattr(row, agreed.sourced))

    def backing(self, row: BookedRow, model: str) -> list[Backing]:
        """The touches of campaigns that a model credits a deal to."""
        return self.backed.get((row.deal, row.measure, model), [])

    def _share(self, row: BookedRow, lead: str) -> Share:
        """A lead's equal part of a deal, as `won_amount` has it: to the cent, and of the whole."""
        if row.unpriced:
            return Share()
        who = self.holders.get((row.deal, row.measure), [])
        return Share(
            own=parts(Money(row.own_minor, row.own_currency), who).get(lead),
            home=parts(Money(row.minor, row.currency), who).get(lead),
        )


def _backings(scene: Scene, found: Iterable[Backed]) -> dict[tuple[str, str, str], list[Backing]]:
    rows = list(found)
    touches = trail.get_touches(scene.tx, {one.touch for one in rows})
    known = campaigns.get_campaigns(scene.tx, {one.campaign for one in rows})
    out: dict[tuple[str, str, str], list[Backing]] = defaultdict(list)
    for one in rows:
        backing = Backing(
            at=_second(touches.get(one.touch)),
            touch=one.touch,
            campaign=_name(one, known.get(one.campaign)),
            credit=Money(one.minor, one.currency),
        )
        out[one.deal, one.measure, one.model].append(backing)
    return {key: sorted(some, key=attrgetter("at", "touch")) for key, some in out.items()}


def _second(row: TouchRow | None) -> int:
    return int(row.at.timestamp() // 1) if row else 0


def _name(one: Backed, row: CampaignRow | None) -> str:
    """A campaign's name; what the touch calls it where the campaign itself was not seen."""
    return (row.name if row else "") or one.asset or Ref.parse(one.campaign).id
